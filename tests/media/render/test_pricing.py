"""A chain is priced before it is rendered, and the prices are those that the benchmark measures."""

import math
from collections.abc import Callable
from typing import Any

import pytest
import pyvips

from media.budget import Budget
from media.config import Limits, Matting
from media.cutout import StoredCutout
from media.errors import LimitExceeded
from media.formats.table import FORMATS
from media.geometry import Size
from media.language.chain import Chain, Output, Step
from media.operations import OPERATIONS, step
from media.render.plan import plan
from media.render.pricing import foresee
from media.render.render import render
from tests.benchmarks.prices import format_rows, operation_row, priced, reference, steps
from tests.media import pictures
from tests.media.rendering import files, opened

LARGE = step("scale", width="4010", height="4000", ignore_aspect_ratio="true")
PAINTED = step("oil_paint", strength="100")
PHOTO = pictures.png(60, 40)


def watermark(*steps: Step) -> Step:
    return step("layer", source="mark", steps=steps)


def words(**values: Any) -> Step:
    return step("layer", source="", steps=(step("text", **{"text": "Waxwings", **values}),))


def foreseen(
    *steps: Step, output: Output | None = None, limits: Limits | None = None, source: bytes | StoredCutout = PHOTO
) -> None:
    """Judge without decoding: the source refuses to be."""
    picture = opened(source)
    chosen = limits or Limits()
    planned = plan(Chain(steps, output or Output()), picture.info, chosen)
    foresee(Budget(chosen.max_cost), planned, files({"mark": pictures.png(60, 40)}))


DEAR: list[tuple[Step, ...]] = [
    (LARGE, PAINTED, PAINTED),
    (LARGE, *(step("blur", strength="160"),) * 5),
    (LARGE, step("vectorize"), step("vectorize")),
    (LARGE, *(step("theme", color="red"),) * 4),
    (LARGE, *(step("morphology", method="smooth", radius="12"),) * 2),
    (LARGE, watermark(LARGE, PAINTED, PAINTED)),
    (LARGE, watermark(watermark(LARGE, PAINTED), LARGE, PAINTED)),
    (step("rotate", angle="30"), *(LARGE, PAINTED) * 2),
    (words(size="2000", text="Waxwings " * 400),),
    (words(size="2000", text="W\n" * 2000),),
    (words(size="1", text="W" * 4000, letter_spacing="1000", stroke_width="200"),),
    (*(step("scale", width="7000", height="7000", ignore_aspect_ratio="true"), step("scale", width="10")) * 15,),
]


@pytest.mark.parametrize("steps", DEAR, ids=lambda steps: " ".join(each.operation for each in steps)[:60])
def test_what_would_take_minutes_is_refused(steps: tuple[Step, ...]) -> None:
    picture = opened(PHOTO)
    planned = plan(Chain(steps), picture.info, Limits())
    with pytest.raises(LimitExceeded, match=r"a chain may cost 4000 .*, got \d+"):
        render(planned, picture, files({"mark": PHOTO}))


#: What shops ask for, on the photographs that they upload.
USUAL: list[tuple[tuple[Step, ...], str]] = [
    ((step("fit", width="400", height="400"),), "webp"),
    ((step("fill", width="2000", height="2000", gravity="auto"), step("sharpen")), "avif"),
    ((step("fit", width="3000", height="3000"), step("improve"), watermark(step("opacity", level="50"))), "jpg"),
    ((step("cartoonify"),), "webp"),
    ((step("oil_paint", strength="70"),), "jpg"),
    ((step("blur", strength="2000"), words(size="200")), "png"),
    ((step("pad", width="4000", height="4000", background="auto"), step("border", width="20")), "png"),
]


@pytest.mark.parametrize(("steps", "name"), USUAL)
def test_what_shops_ask_for_passes(steps: tuple[Step, ...], name: str) -> None:
    foreseen(*steps, output=Output((name,)), source=pictures.png(4000, 3000))


#: What a cutout of full size is asked for as.
FULL_SIZE: list[tuple[Step, ...]] = [
    (step("background_removal"),),
    (step("background_removal"), step("crop", width="5000", height="5000", x="100", y="100")),
    (step("background_removal"), step("fit", width="5000", height="5000")),
]


@pytest.mark.parametrize("name", ["png", "jpg", "webp", "avif"])
@pytest.mark.parametrize("steps", FULL_SIZE, ids=lambda steps: steps[-1].operation)
def test_a_cutout_of_the_most_pixels_passes_in_every_usual_format(steps: tuple[Step, ...], name: str) -> None:
    side = math.isqrt(Matting().max_input_pixels)
    parts = (pyvips.Image.black(side, side, bands=bands) for bands in (3, 1))
    colour, matte = (part.copy(interpretation=kind) for part, kind in zip(parts, ("srgb", "b-w"), strict=True))
    stored = StoredCutout(colour.jpegsave_buffer(), matte.pngsave_buffer(compression=1), 0.9)
    foreseen(*steps, output=Output((name,)), source=stored)


def test_nothing_is_decoded_to_refuse_a_chain() -> None:
    broken = pictures.png(60, 40)[:-30]
    with pytest.raises(LimitExceeded):
        foreseen(LARGE, PAINTED, PAINTED, source=broken)


def test_what_follows_a_size_that_pixels_tell_is_priced_once_it_is_known() -> None:
    turned = step("rotate", angle="30")
    picture = opened(PHOTO)
    planned = plan(Chain((turned, LARGE, PAINTED, PAINTED)), picture.info, Limits())
    foresee(Budget(Limits().max_cost), planned, files({}))
    with pytest.raises(LimitExceeded, match="a chain may cost"):
        render(planned, picture, files({}))


def test_every_frame_of_an_animation_is_paid_for() -> None:
    frames = 30
    moving = pictures.animation(".gif", frames)
    chain, limits = (step("scale", width="1000"), step("oil_paint")), Limits(max_cost=600)
    foreseen(*chain, output=Output(("jpg",)), limits=limits, source=moving)
    with pytest.raises(LimitExceeded, match="a chain may cost 600"):
        foreseen(*chain, output=Output(("gif",)), limits=limits, source=moving)


CAPS: list[tuple[str, int, int]] = [
    ("jp2", 4500, 16_777_216), ("jpc", 4500, 16_777_216), ("bmp", 7000, 33_554_432), ("tga", 7000, 33_554_432),
]  # fmt: skip


@pytest.mark.parametrize(("name", "side", "most"), CAPS)
def test_formats_that_make_large_files_have_a_cap_of_their_own(name: str, side: int, most: int) -> None:
    with pytest.raises(LimitExceeded, match=f"{name} is written with at most {most} pixels, got {side**2}"):
        foreseen(step("scale", width=str(side), height=str(side), ignore_aspect_ratio="true"), output=Output((name,)))


def test_a_format_that_is_too_dear_for_a_picture_is_refused_when_it_is_written() -> None:
    picture = opened(PHOTO)
    planned = plan(Chain(output=Output(("png",))), picture.info, Limits(max_cost=0.02))
    with pytest.raises(LimitExceeded, match=r"a chain may cost 0.02"):
        render(planned, picture, files({}))


def test_everything_has_a_price_and_a_row_of_the_benchmark() -> None:
    size = Size(1000, 1000)
    for name in priced():
        for each in steps(name):
            assert OPERATIONS[name].price(size, None, {**dict(each.arguments), "base": size}) > 0, each
    free = set(OPERATIONS) - set(priced())
    assert free == {"assign", "when", "output", "background_removal", "page"}
    for row in FORMATS.values():
        assert row.reading > 0 or not row.readable
        assert row.writing > 0 or not row.writable


#: One of each kind of arithmetic, at the arguments that cost most; measuring disturbs, so a fifth more passes.
MEASURED: list[tuple[str, dict[str, str]]] = [
    ("blur", {"strength": "160"}),
    ("blur", {"strength": "2000"}),
    ("oil_paint", {"strength": "100"}),
    ("morphology", {"method": "smooth", "radius": "12"}),
    ("outline", {"thickness": "100", "blur": "160"}),
    ("shadow", {"strength": "32"}),
    ("cast_shadow", {"kind": "drop"}),
    ("vectorize", {"shape": "colors:30:detail:500:despeckle:4"}),
    ("blur_faces", {"strength": "160"}),
    ("theme", {"color": "red"}),
]
SLACK, TRIES = 1.2, 4


def holds(measure: Callable[[], float]) -> bool:
    """Machines of tests are shared: one calm moment shows what it costs."""
    return any(measure() <= SLACK for _ in range(TRIES))


@pytest.mark.parametrize(("name", "arguments"), MEASURED)
def test_a_price_is_no_less_than_what_is_measured(name: str, arguments: dict[str, str]) -> None:
    def measure() -> float:
        row = operation_row(step(name, **arguments), reference())
        return row.measured / row.price

    assert holds(measure)


@pytest.mark.parametrize("name", ["webp", "gif", "png"])
def test_a_format_costs_no_more_than_its_price(name: str) -> None:
    assert holds(lambda: max(row.measured / row.price for row in format_rows(name, reference())))
