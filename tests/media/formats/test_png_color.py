"""What the values of a PNG mean, as the file itself says it: shown as browsers do."""

import struct

import pytest

from media.formats.source import open_source
from media.language.chain import Step
from media.operations import step
from tests.media import pictures
from tests.media.formats.color_cases import CASES, GREY, LIGHT, LINEAR, MEANT_AS_SRGB, VALUES, are_close, png
from tests.media.rendering import rendered

MANY = 100_000_000
ALL = {**CASES, **MEANT_AS_SRGB}


@pytest.mark.parametrize("name", ALL)
def test_a_png_is_shown_as_it_says(name: str) -> None:
    case = ALL[name]
    last = open_source(case.body, max_pixels=MANY).pixels().frames[-1]
    shown = last if last.hasalpha() else last.bandjoin(255)
    for x, expected in enumerate(case.pixels):
        assert are_close(shown(x, 0), expected), (x, shown(x, 0), expected)


@pytest.mark.parametrize("steps", [(), (step("scale", width="30"),), (step("crop", width="9", height="1"),)])
def test_the_result_has_the_colours_shown_and_says_nothing_of_gamma(steps: tuple[Step, ...]) -> None:
    body = rendered(png(bytes([128] * 60), LIGHT, kind=GREY), *steps).body
    assert pictures.opened(body)(4, 0) == [188, 188, 188]
    assert b"gAMA" not in body


def test_a_png_in_an_icon_is_shown_as_it_says() -> None:
    entry = png(VALUES, LIGHT)
    directory = struct.pack("<HHHBBBBHHII", 0, 1, 1, 2, 1, 0, 0, 1, 32, len(entry), 22)
    found = open_source(directory + entry, max_pixels=MANY).first_frame()
    assert [tuple(found(x, 0)) for x in (0, 1)] == [color[:3] for color in LINEAR]
