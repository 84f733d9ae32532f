"""Pictures through whole chains: alpha, colours, layers, cutouts, animations."""

import numpy as np
import pytest
import pyvips

from media.config import Limits
from media.errors import BadTransformation, LimitExceeded, NotFound
from media.language.chain import Chain, Output, Step
from media.language.expression import Expression
from media.operations import step
from media.operations.control import output_step
from media.render.plan import plan
from media.render.render import render
from tests.media import pictures
from tests.media.rendering import files, opened, rendered, rendered_with


def when(fact: str, comparison: str, than: int, *steps: Step) -> Step:
    condition = Expression((comparison, ("fact", fact), ("number", str(than))))
    return step("when", condition=condition, steps=steps)


def pixels(body: bytes) -> np.ndarray:
    return np.asarray(pictures.opened(body).numpy(), dtype=int)


def hidden_colour() -> bytes:
    """White subject, alpha soft at the edge, on hidden black: mixing straight alpha would darken the edge."""
    matte = pictures.matte()
    white = (matte > 0).ifthenelse(255, 0).cast("uchar")
    return bytes(white.bandjoin([white, white, matte]).copy(interpretation="srgb").write_to_buffer(".png"))


MIXING = [
    step("scale", width="17"), step("scale", width="200"), step("fill", width="20", height="20"),
    step("blur", strength="60"), step("pixelate", square="7"), step("rotate", angle="33"), step("sharpen"),
]  # fmt: skip


@pytest.mark.parametrize("mixing", MIXING, ids=lambda each: each.operation)
def test_hidden_colours_leave_no_fringe(mixing: Step) -> None:
    result = pixels(rendered(hidden_colour(), mixing).body)
    seen = result[result[..., 3] > 8]
    assert seen[:, :3].min() > 235


ALPHA_KEPT = ["grayscale", "sepia", "brightness", "contrast", "saturation", "negate", "blackwhite", "sharpen"]


@pytest.mark.parametrize("name", ALPHA_KEPT)
def test_alpha_is_kept(name: str) -> None:
    result = pictures.opened(rendered_with(pictures.png(), name).body)
    assert abs(result[3] - pictures.matte()).max() <= 1


def test_jpeg_is_laid_on_white_or_on_the_chosen_colour() -> None:
    jpg = Output(("jpg",), quality=95)
    assert pixels(rendered(pictures.png(), output=jpg).body)[0, 0].min() > 250
    blue = pixels(rendered(pictures.png(), step("background", color="blue"), output=jpg).body)[0, 0]
    assert blue[2] > 240
    assert max(blue[:2]) < 20


def test_shrink_on_load_gives_the_same_picture() -> None:
    source = pictures.jpeg(1603, 1201)
    small = pixels(rendered(source, step("fill", width="97", height="61"), output=Output(("png",))).body)
    header = pictures.opened(source)
    expected = header.thumbnail_image(97, height=1000).extract_area(0, 6, 97, 61).numpy()
    assert small.shape == (61, 97, 3)
    assert abs(small - np.asarray(expected, dtype=int)).mean() < 2


def test_cutout_is_rendered_from_its_stored_parts() -> None:
    cutout = pictures.stored_cutout(800, 600)
    result = rendered(cutout, step("background_removal"), step("fit", width="100"))
    assert (result.format_name, result.width, result.height) == ("png", 100, 75)
    alpha = pictures.opened(result.body)[3]
    assert abs(alpha - pictures.matte(100, 75)).avg() < 3


def test_cutout_smaller_than_its_source_sets_the_size() -> None:
    result = rendered(pictures.stored_cutout(400, 300), step("background_removal"), step("scale", width="0.5"))
    assert (result.width, result.height) == (200, 150)


def layer(*steps: Step, **arguments: str) -> Step:
    return step("layer", source="logo", steps=steps, **arguments)


def test_layer_is_sized_relative_to_its_base_and_placed_inward() -> None:
    logo = bytes(pyvips.Image.new_from_array(np.full((10, 10, 3), (0, 255, 0), np.uint8)).write_to_buffer(".png"))
    sized = step("scale", width="0.5", height="0.25", relative="true")
    placed = layer(sized, gravity="south_east", x="5", y="3")
    result = pixels(rendered(pictures.jpeg(), placed, output=Output(("png",)), layers={"logo": logo}).body)
    green = (result[..., 1] > 200) & (result[..., 0] < 50)
    rows, columns = np.nonzero(green)
    assert result.shape == (40, 60, 3)
    assert (columns.min(), columns.max(), rows.min(), rows.max()) == (25, 54, 27, 36)


def test_layer_that_sticks_out_enlarges_the_canvas_unless_told_not_to() -> None:
    layers = {"logo": pictures.png()}
    wide = rendered(pictures.jpeg(), layer(gravity="east", x="-20"), layers=layers)
    kept = rendered(pictures.jpeg(), layer(gravity="east", x="-20", no_overflow="true"), layers=layers)
    assert (wide.width, wide.height, wide.format_name) == (80, 40, "png")
    assert (kept.width, kept.height, kept.format_name) == (60, 40, "jpg")


def test_underlay_shows_through_transparent_parts_only() -> None:
    fitted = step("fill", width="1.0", height="1.0", relative="true")
    under = layer(fitted, step("negate"), under="true")
    result = pixels(rendered(pictures.png(), under, layers={"logo": pictures.jpeg()}).body)
    original = pixels(pictures.png())
    assert abs(result[20, 22, :3] - original[20, 22, :3]).max() <= 1
    assert abs(result[1, 1, :3] - (255 - original[1, 1, :3])).max() < 12


def test_missing_layer_is_not_found() -> None:
    with pytest.raises(NotFound, match="logo"):
        rendered(pictures.jpeg(), layer())


def test_size_that_only_pixels_tell_is_checked_while_rendering() -> None:
    source = opened(pictures.jpeg())
    chain = Chain((step("rotate", angle="10"), step("scale", width="9.0")), Output())
    with pytest.raises(LimitExceeded):
        render(plan(chain, source.info, Limits(max_output_side=300)), source, files({}))


@pytest.mark.parametrize("suffix", [".gif", ".webp"])
@pytest.mark.parametrize(
    "steps",
    [(step("fill", width="30", height="30"),), (step("grayscale"), step("rotate", angle="90")), (step("trim"),), ()],
)
def test_animation_stays_animated(suffix: str, steps: tuple[Step, ...]) -> None:
    result = rendered(pictures.animation(suffix), *steps)
    strip = pictures.opened(result.body, "[n=-1]")
    assert (result.format_name, strip.get("n-pages")) == (suffix[1:], 4)
    assert (strip.width, strip.get("page-height")) == (result.width, result.height)
    assert strip.get("delay") == [80] * 4


def test_animation_as_jpeg_is_its_first_frame() -> None:
    result = rendered(pictures.animation(".gif"), output=Output(("jpg",)))
    assert pictures.opened(result.body).height == pictures.HEIGHT


def test_automatic_gravity_is_the_centre_on_animations() -> None:
    frames = pictures.animation(".gif")
    auto = rendered(frames, step("fill", width="20", height="40", gravity="auto"))
    center = rendered(frames, step("fill", width="20", height="40", gravity="center"))
    assert auto.body == center.body


#: What an animation that ends as a still shares with one that moves, and with its first page alone.
STILL_STEPS = [
    (step("fill", width="20", height="40", gravity="auto"),),
    (step("fit", width="30"), step("blur"), step("rotate", angle="90")),
    (step("trim"),),
    (when("pages", "gt", 2, step("negate")),),
    (when("pages", "lt", 2, step("negate")), step("grayscale")),
]


@pytest.mark.parametrize("steps", STILL_STEPS)
def test_a_still_of_an_animation_is_the_first_frame_of_the_moving_result(steps: tuple[Step, ...]) -> None:
    frames = pictures.animation(".gif")
    moving = pictures.opened(rendered(frames, *steps, output=Output(("png",), animated=True)).body)
    still = pictures.opened(rendered(frames, *steps, output=Output(("png",))).body)
    assert (still - moving[: still.bands]).abs().max() == 0


@pytest.mark.parametrize("suffix", [".gif", ".webp"])
@pytest.mark.parametrize("name", ["avif", "webp", "gif", "tiff"])
def test_an_animated_layer_leaves_a_still_one_page(suffix: str, name: str) -> None:
    # The canvas becomes twice as high as the layer: by the layer's own page height a saver would make two pages of it.
    source, overlay = pictures.jpeg(60, 40), layer(gravity="south", y="-40")
    result = rendered(source, overlay, output=Output((name,)), layers={"logo": pictures.animation(suffix)})
    written = pictures.opened(result.body)
    assert (written.width, written.height) == (result.width, result.height) == (60, 80)


def test_a_frame_that_is_left_alone_at_the_last_moment_is_one_page() -> None:
    doubled, choice = step("scale", width="1.0", height="2.0"), output_step(Output(("webp",)))
    never = when("pages", "gt", 99, choice)
    written = pictures.opened(rendered(pictures.animation(".webp"), never, doubled, output=Output(("avif",))).body)
    assert (written.width, written.height) == (60, 80)


def test_padding_fill_needs_a_still_picture() -> None:
    with pytest.raises(BadTransformation, match="fill_pad needs a still picture, got 4 frames"):
        rendered(pictures.animation(".gif"), step("fill_pad", width="20", height="40"))
    with pytest.raises(BadTransformation, match="fill_pad needs a still picture, got 4 frames"):
        rendered(pictures.animation(".gif"), step("fill_pad", width="20", height="40"), output=Output(("jpg",)))


#: pages → how many frames are left of six, and the place of the first of them
PAGES = [("2", 1, 2), ("2-3", 2, 2), ("5-", 2, 5), ("1;6", 2, 1), ("all", 6, 1), ("4-400", 3, 4)]


@pytest.mark.parametrize(("pages", "count", "first"), PAGES)
@pytest.mark.parametrize("suffix", [".gif", ".webp"])
def test_pages_of_an_animation(suffix: str, pages: str, count: int, first: int) -> None:
    source = pictures.animation(suffix, frames=6)
    result = rendered(source, step("page", page=pages), output=Output(("webp",)))
    strip = pictures.opened(result.body, "[n=-1]")
    assert (strip.get("n-pages") if strip.get_typeof("n-pages") else 1) == count
    expected = pictures.opened(source, f"[page={first - 1}]")[:3]
    assert abs(pictures.opened(result.body)[:3] - expected).avg() < 8


def test_page_of_a_document() -> None:
    sheets = [pictures.colours(), pictures.colours().invert()]
    strip = pyvips.Image.arrayjoin(sheets, across=1).copy()
    strip.set_type(pyvips.GValue.gint_type, "page-height", pictures.HEIGHT)
    source = bytes(strip.write_to_buffer(".tiff"))
    result = rendered(source, step("page", page="2"), output=Output(("png",)))
    assert abs(pictures.opened(result.body) - sheets[1]).max() <= 1


def test_page_that_is_not_there_is_refused_and_one_page_has_no_choice() -> None:
    with pytest.raises(BadTransformation, match=r"page must be 1..4 here, got 9"):
        rendered(pictures.animation(".gif"), step("page", page="9"))
    assert rendered(pictures.jpeg(), step("page", page="9")).width == pictures.WIDTH
