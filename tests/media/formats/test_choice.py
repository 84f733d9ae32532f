"""Which way an automatic choice is written: by what the picture is, never in more bytes than it came in."""

import io

import numpy as np
import pytest
import pyvips
from PIL import Image

from media.config import Limits
from media.errors import LimitExceeded
from media.language.chain import Chain, Output, Step
from media.operations import step
from media.raster.flatness import flatness, has_few_colors
from media.render.plan import plan
from media.render.render import Rendered, render
from tests.benchmarks import flat_and_photographic as drawn
from tests.media import pictures
from tests.media.rendering import files, opened, rendered

MODERN, WEBP, PLAIN = ("avif", "webp", "jpg", "png"), ("webp", "jpg", "png"), ("jpg", "png")


def png(image: pyvips.Image) -> bytes:
    return bytes(image.write_to_buffer(".png"))


def photo(width: int = 450, height: int = 300) -> pyvips.Image:
    return drawn.PHOTOGRAPHIC[2]().crop(0, 0, width, height)


LOGO, CLEAR, SCREEN, ICON = (png(make()) for make in (drawn.logo, drawn.clear_logo, drawn.screenshot, drawn.icon))
LARGE_SCREEN = png(drawn.large_screenshot())
PHOTO = bytes(photo().write_to_buffer(".jpg", Q=85))
PHOTO_PNG, CUTOUT = png(photo()), png(drawn.cutout())
LARGE_PHOTO = png(photo().resize(5))
#: Many colours on flat ground: no palette holds them, one passes for them.
SHADED = png(drawn.comic())

#: source, candidates, quality → format, and whether every pixel that is seen is exact
CHOICES = [
    (LOGO, MODERN, 0, "webp", True),
    (LOGO, MODERN, "auto:good", "webp", True),
    (LOGO, ("avif", "jpg", "png"), 0, "png", True),
    (LOGO, PLAIN, "auto:good", "png", True),
    (LOGO, ("png",), "auto:low", "png", True),
    (LOGO, ("webp",), "auto:good", "webp", True),
    (LOGO, (), "auto:good", "png", True),
    (CLEAR, MODERN, 0, "webp", True),
    (CLEAR, PLAIN, 0, "png", True),
    (SCREEN, WEBP, "auto:eco", "webp", True),
    (SCREEN, PLAIN, 0, "png", True),
    (ICON, MODERN, 0, "webp", True),
    (LARGE_SCREEN, MODERN, 0, "webp", True),
    (LARGE_SCREEN, PLAIN, 0, "png", True),
    (SHADED, MODERN, 0, "webp", True),
    (PHOTO, MODERN, 0, "avif", False),
    (PHOTO, WEBP, "auto:good", "webp", False),
    (PHOTO, PLAIN, 0, "jpg", False),
    (PHOTO_PNG, PLAIN, "auto:good", "jpg", False),
    (PHOTO_PNG, ("png",), "auto:good", "png", True),
    (LARGE_PHOTO, MODERN, 0, "avif", False),
    (CUTOUT, MODERN, "auto:good", "avif", False),
]  # fmt: skip


def smallest(candidates: tuple[str, ...], quality: int | str = 0) -> Output:
    return Output(candidates, quality, smallest=True)


def is_exact(one: bytes, other: bytes) -> bool:
    first, second = (seen(pictures.opened(body)) for body in (one, other))
    return bool((first - second).abs().max() == 0)


def seen(image: pyvips.Image) -> pyvips.Image:
    shown = image.colourspace("srgb")
    return (shown if shown.hasalpha() else shown.bandjoin(255)).premultiply()


@pytest.mark.parametrize(("source", "candidates", "quality", "expected", "exact"), CHOICES)
def test_the_picture_decides(
    source: bytes, candidates: tuple[str, ...], quality: int | str, expected: str, exact: bool
) -> None:
    made = rendered(source, output=smallest(candidates, quality))
    assert made.format_name == expected
    assert is_exact(made.body, source) == exact
    ordered = rendered(source, output=Output(candidates, quality))
    assert len(made.body) <= len(ordered.body)


def test_shades_beyond_a_palette_get_one_that_passes_for_them() -> None:
    made = rendered(SHADED, output=smallest(("png",), "auto:good"))
    assert len(made.body) < 0.6 * len(rendered(SHADED, output=Output(("png",))).body)
    assert pictures.opened(made.body).get("palette") == 1


def test_without_the_choice_everything_is_written_as_ordered() -> None:
    assert rendered(LOGO, output=Output(MODERN)).format_name == "avif"


@pytest.mark.parametrize(
    "ordered", [{"palette": True}, {"grayscale": True}, {"lossy": True}, {"color_space": "srgb"}], ids=str
)
def test_what_is_ordered_is_no_choice(ordered: dict[str, bool]) -> None:
    output = Output(MODERN, smallest=True, **ordered)  # type: ignore[arg-type]
    assert rendered(LOGO, output=output).format_name == "avif"


def test_an_animation_is_written_as_before() -> None:
    moving = pictures.animation(".gif")
    bodies = {rendered(moving, step("negate"), output=Output(WEBP, smallest=each)).body for each in (True, False)}
    assert len(bodies) == 1


def test_what_a_budget_does_not_pay_is_not_tried() -> None:
    first = rendered(SCREEN, step("negate"), output=Output(MODERN)).body
    assert limited(SCREEN, 27).body == first
    assert len(limited(SCREEN, 4000).body) < len(first)
    with pytest.raises(LimitExceeded, match="a chain may cost 20"):
        limited(SCREEN, 20)


def limited(source: bytes, most: float) -> Rendered:
    picture = opened(source)
    return render(
        plan(Chain((step("negate"),), smallest(MODERN)), picture.info, Limits(max_cost=most)), picture, files({})
    )


#: What a photograph never reaches and a drawing always does, with room on both sides.
KINDS = [(make, True) for make in drawn.FLAT if make.__name__ != "small_logo"]
KINDS += [(make, False) for make in drawn.PHOTOGRAPHIC]


@pytest.mark.parametrize(("make", "is_flat"), KINDS, ids=lambda value: getattr(value, "__name__", str(value)))
def test_flatness_tells_drawings_from_photographs(make: object, is_flat: bool) -> None:
    found = flatness(make())  # type: ignore[operator]
    assert found > 0.5 if is_flat else found < 0.37


def test_what_is_invisible_is_neither_flat_nor_a_colour() -> None:
    grain = photo().bandjoin(0).copy(interpretation="srgb")
    assert has_few_colors(grain, 1)
    half = grain.insert(photo(450, 150).bandjoin(255), 0, 0)
    assert flatness(half) < 0.37


@pytest.mark.parametrize(("count", "most", "expected"), [(256, 256, True), (257, 256, False), (1, 1, True)])
def test_colours_are_counted_up_to_a_bound(count: int, most: int, expected: bool) -> None:
    values = np.zeros((40, 40, 3), np.uint8)
    values.reshape(-1, 3)[:count, 0] = np.arange(count) % 256
    values.reshape(-1, 3)[:count, 1] = np.arange(count) // 256
    assert has_few_colors(pyvips.Image.new_from_array(values, interpretation="srgb"), most) == expected


# --- the original in its place ---------------------------------------------------------------------------------


def squeezed(suffix: str) -> bytes:
    """A file that no encoder of ours makes smaller without showing less."""
    options = {".jpg": {"Q": 8}, ".webp": {"Q": 3, "effort": 6}, ".avif": {"Q": 6}, ".png": {"palette": True, "Q": 5}}
    return bytes(photo().write_to_buffer(suffix, keep="none", **options[suffix]))


NOTHING: dict[str, tuple[Step, ...]] = {
    "no step": (),
    "a limit far away": (step("limit", width="4000"),),
    "its own size": (step("scale", width="450", height="300"),),
    "mirrored twice": (step("flip", axis="horizontal"),) * 2,
    "as opaque as it is": (step("opacity", level="100"),),
}


@pytest.mark.parametrize("suffix", [".jpg", ".webp", ".avif"])
@pytest.mark.parametrize("name", NOTHING)
def test_the_original_is_answered_if_it_is_smaller_and_nothing_changed(suffix: str, name: str) -> None:
    source = squeezed(suffix)
    assert rendered(source, *NOTHING[name], output=smallest(MODERN, "auto:best")).body == source


def test_the_original_is_not_answered_to_who_does_not_take_it() -> None:
    made = rendered(squeezed(".webp"), output=smallest(PLAIN))
    assert made.format_name == "jpg"


@pytest.mark.parametrize("steps", [(step("negate"),), (step("limit", width="440"),), (step("opacity", level="60"),)])
def test_the_original_is_not_answered_once_something_changed(steps: tuple[Step, ...]) -> None:
    source = squeezed(".jpg")
    assert rendered(source, *steps, output=smallest(MODERN, "auto:best")).body != source


def test_a_smaller_animation_stays_what_it_is() -> None:
    body = io.BytesIO()
    first, *rest = [Image.new("P", (300, 200), each) for each in (1, 2, 3)]
    first.save(body, "GIF", save_all=True, append_images=rest, duration=90)
    for output in (smallest(WEBP), smallest(("gif",))):
        assert len(rendered(body.getvalue(), output=output).body) <= len(body.getvalue())
