"""The pages of a TIFF: counted, measured one by one, within limits."""

import struct

import pytest

from media.errors import LimitExceeded, SourceError
from media.formats.documents.tiff import MAX_PAGES
from media.formats.source import open_source
from media.geometry import Size
from media.language.chain import Output
from media.operations import step
from tests.media import pictures
from tests.media.rendering import rendered

MANY = 100_000_000
SIDES = ((120, 80), (60, 90), (200, 10))
COLORS = ((255, 0, 0), (0, 255, 0), (0, 0, 255))
_SHORT, _LONG, _HEADER_LENGTH = 3, 4, 8


def tiff(order: str, *pages: tuple[int, int], orientation: int = 1) -> bytes:
    """A page of one colour for each size, uncompressed; ``order`` is < or >."""
    body = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(order + "I", _HEADER_LENGTH)
    for number, (width, height) in enumerate(pages):
        fields = [
            (256, _LONG, width), (257, _SHORT, height), (258, _SHORT, 8), (259, _SHORT, 1), (262, _SHORT, 2),
            (273, _LONG, 0), (274, _SHORT, orientation), (277, _SHORT, 3), (278, _LONG, height),
            (279, _LONG, width * height * 3),
        ]  # fmt: skip
        pixels = len(body) + 2 + 12 * len(fields) + 4
        end = pixels + width * height * 3
        body += struct.pack(order + "H", len(fields))
        for tag, kind, value in fields:
            number_of = struct.pack(order + ("H2x" if kind == _SHORT else "I"), pixels if tag == 273 else value)
            body += struct.pack(order + "HHI", tag, kind, 1) + number_of
        body += struct.pack(order + "I", end if number + 1 < len(pages) else 0)
        body += bytes(COLORS[number % 3]) * (width * height)
    return body


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("orientation", [1, 3, 6])
def test_every_page_is_measured_upright(order: str, orientation: int) -> None:
    source = open_source(tiff(order, *SIDES, orientation=orientation), max_pixels=MANY)
    upright = [Size(*(reversed(sides) if orientation == 6 else sides)) for sides in SIDES]
    assert (source.info.pages, source.info.frames, list(source.info.sizes)) == (3, 1, upright)
    for page, size in enumerate(upright, 1):
        frame = source.pixels(pages=(page,)).frames[0]
        assert (Size(frame.width, frame.height), tuple(frame(3, 3))) == (size, COLORS[page - 1])


def test_a_page_of_a_layer_has_its_own_size() -> None:
    chosen = (step("page", page="2"), step("scale", width="0.5"))
    layer = step("layer", source="scan", steps=chosen, gravity="north_west")
    body = rendered(pictures.png(100, 100), layer, layers={"scan": tiff("<", *SIDES)}, output=Output(("png",))).body
    found = pictures.opened(body)
    assert found(29, 44)[:3] == [0, 255, 0]
    assert found(31, 3)[:3] != [0, 255, 0]


def test_one_page_needs_no_sizes() -> None:
    assert open_source(tiff("<", (5, 4)), max_pixels=MANY).info.sizes == ()


def test_all_pages_count_for_the_limit_each_by_its_own_size() -> None:
    body = tiff("<", (10, 10), (100, 100))
    assert open_source(body, max_pixels=10_100)
    with pytest.raises(LimitExceeded, match="10100 pixels"):
        open_source(body, max_pixels=10_099)


BROKEN = {
    "half a page": tiff("<", *SIDES)[:-100],
    "a page beyond the end": tiff("<", *SIDES).replace(
        struct.pack("<HHI", 279, _LONG, 1), struct.pack("<HHI", 279, _LONG, 9)
    ),
    "no header": b"II*\0\xff\xff\xff\xff",
}


@pytest.mark.parametrize("kind", BROKEN)
@pytest.mark.parametrize("page", ["1", "3"])
def test_a_broken_document_is_a_source_error_or_another_page_of_it(kind: str, page: str) -> None:
    try:
        rendered(BROKEN[kind], step("page", page=page))
    except SourceError:
        return


def test_pages_that_are_too_many_to_be_measured_are_judged_when_they_are_decoded() -> None:
    body = tiff("<", (1, 1), (1000, 50), *[(1, 1)] * MAX_PAGES)
    source = open_source(body, max_pixels=20_000)
    assert (source.info.pages, source.info.sizes) == (MAX_PAGES + 2, ())
    assert source.first_frame().width == 1
    with pytest.raises(LimitExceeded, match="1000×50"):
        source.pixels(pages=(2,))
