"""A vectorized picture as SVG: real paths, no more than that, and every argument of the tracing shapes them."""

import re
import subprocess
import sys
from dataclasses import asdict
from xml.etree import ElementTree

import pytest
import pyvips

from media.errors import BadTransformation, LimitExceeded
from media.formats.documents import svg
from media.formats.source import describe_derived, open_source
from media.formats.table import FORMATS, sniff
from media.language.chain import Output
from media.language.vectors import Vectors
from media.operations import step
from media.raster.picture import Picture
from tests.benchmarks import flat_and_photographic as drawn
from tests.media import pictures
from tests.media.rendering import rendered

SVG = Output(("svg",))
PHOTO = bytes(drawn.PHOTOGRAPHIC[3]().write_to_buffer(".png"))
LOGO = bytes(drawn.clear_logo().write_to_buffer(".png"))


def traced(source: bytes, shape: str = "", *more: object) -> str:
    steps = (step("vectorize", **({"shape": shape} if shape else {})), *more)
    return rendered(source, *steps, output=SVG).body.decode()  # type: ignore[arg-type]


def colors(text: str) -> set[str]:
    return set(re.findall(r'fill="(#[0-9a-f]{6})"', text))


def test_it_is_paths_in_few_colours_and_nothing_else() -> None:
    text = traced(PHOTO)
    root = ElementTree.fromstring(text)
    assert root.attrib == {"viewBox": "0 0 300 200", "width": "600", "height": "400"}
    assert {each.tag for each in root} == {"{http://www.w3.org/2000/svg}path"}
    assert {name for each in root for name in each.attrib} == {"d", "fill", "transform"}
    assert 2 <= len(colors(text)) <= 10


def test_it_is_told_by_its_bytes_and_read_nowhere() -> None:
    body = traced(LOGO).encode()
    assert sniff(body) is FORMATS["svg"]
    info = describe_derived(body, max_pixels=10**6)
    assert (info.format, info.width, info.height) == ("svg", 400, 200)
    with pytest.raises(Exception, match="written here, but not read"):
        open_source(body, max_pixels=10**6)


#: What a raised argument does to the text.
ARGUMENTS = [
    ("colors:3", "colors:20", lambda text: len(colors(text)), "more"),
    ("detail:60", "detail:600", len, "more"),
    ("detail:0.1", "detail:1", len, "more"),
    ("despeckle:0", "despeckle:20", lambda text: text.count("<path"), "less"),
    ("despeckle:0.01", "despeckle:0.2", lambda text: text.count("<path"), "less"),
    ("paths:0", "paths:100", len, "more"),
    ("corners:0", "corners:100", lambda text: text.count("C"), "less"),
]


@pytest.mark.parametrize(("low", "high", "measure", "expected"), ARGUMENTS, ids=lambda value: str(value)[:20])
def test_every_argument_does_something(low: str, high: str, measure: object, expected: str) -> None:
    few, many = (measure(traced(PHOTO, shape)) for shape in (low, high))  # type: ignore[operator]
    assert few < many if expected == "more" else few > many


def test_corners_in_between_are_curves_with_corners() -> None:
    assert len({traced(PHOTO, f"corners:{level}") for level in (0, 25, 60, 99)}) == 4


RASTERISE = """
import sys, pyvips
pyvips.Image.svgload_buffer(sys.stdin.buffer.read()).write_to_file(sys.argv[1])
"""


@pytest.mark.parametrize("source", [LOGO, PHOTO], ids=["logo", "photo"])
def test_drawn_again_it_looks_like_the_raster_picture(source: bytes, tmp_path: object) -> None:
    path = f"{tmp_path}/drawn.png"
    subprocess.run([sys.executable, "-c", RASTERISE, path], input=traced(source).encode(), check=True, timeout=60)
    raster = pictures.opened(rendered(source, step("vectorize"), output=Output(("png",))).body)
    again = pyvips.Image.new_from_file(path)
    assert (again.width, again.height) == (raster.width, raster.height)
    first, second = (each.flatten(background=255) if each.hasalpha() else each[:3] for each in (again, raster))
    assert (first - second).abs().avg() < 6


def test_what_is_transparent_stays_so(tmp_path: object) -> None:
    path = f"{tmp_path}/drawn.png"
    subprocess.run([sys.executable, "-c", RASTERISE, path], input=traced(LOGO).encode(), check=True, timeout=60)
    again = pyvips.Image.new_from_file(path)
    assert [again.getpoint(*place)[3] for place in ((2, 2), (100, 40), (300, 100))] == [0, 255, 255]


def test_steps_after_it_are_in_the_drawing() -> None:
    assert 'width="50"' in traced(LOGO, "", step("scale", width="50"))
    assert colors(traced(LOGO, "", step("grayscale"))) != colors(traced(LOGO))


def test_a_picture_that_nothing_vectorized_is_refused() -> None:
    with pytest.raises(BadTransformation, match="svg is written of a picture that was vectorized"):
        rendered(LOGO, output=SVG)


def test_an_animation_is_drawn_by_its_first_frame() -> None:
    assert traced(pictures.animation(".gif")) != ""


def test_a_drawing_of_megabytes_is_refused() -> None:
    with pytest.raises(LimitExceeded, match="svg is written with at most 1000 bytes"):
        svg.write(Picture((drawn.PHOTOGRAPHIC[3](),)), FORMATS["svg"], asdict(Vectors()), most_bytes=1000)


def test_the_smallest_and_the_largest_pictures_are_traced() -> None:
    for size in ((1, 1), (3, 1), (2000, 3)):
        assert traced(bytes(pictures.colours(*size).write_to_buffer(".png"))).startswith("<svg ")
    assert Vectors() == Vectors(10, 300, 2, 100, 25)
