"""PDF and PostScript: a page for each frame, the same bytes each time, and never read."""

import base64
import re
import zlib

import pytest

from media.errors import UnsupportedFormat
from media.formats.source import describe_derived, open_source
from media.formats.table import FORMATS, sniff
from media.language.chain import Output
from media.operations import step
from tests.media import pictures
from tests.media.rendering import rendered

ANIMATION = pictures.animation(".gif", frames=3)
PAGES = re.compile(rb"/Type /Page |^%%Page: ", re.MULTILINE)


def written(name: str, source: bytes) -> bytes:
    return rendered(source, output=Output((name,))).body


def first_jpeg(body: bytes) -> bytes:
    """The colours as any reader would take them out."""
    if body.startswith(b"%PDF"):
        start = body.index(b"stream\n", body.index(b"/DCTDecode")) + 7
        return body[start : body.index(b"\nendstream", start)]
    start = body.index(b"image\n") + 6
    return base64.a85decode(body[start : body.index(b"~>")])


@pytest.mark.parametrize(("name", "pages"), [("pdf", 3), ("ps", 3), ("eps", 1)])
def test_a_page_for_each_frame(name: str, pages: int) -> None:
    body = written(name, ANIMATION)
    assert sniff(body) is FORMATS[name]
    assert len(PAGES.findall(body)) == pages
    assert len(PAGES.findall(written(name, pictures.jpeg()))) == 1


@pytest.mark.parametrize("name", ["pdf", "ps", "eps"])
def test_the_colours_are_those_of_the_picture(name: str) -> None:
    body = written(name, pictures.jpeg(240, 160))
    assert abs(pictures.opened(first_jpeg(body)) - pictures.colours(240, 160)).avg() < 4
    assert body == written(name, pictures.jpeg(240, 160))


@pytest.mark.parametrize("name", ["ps", "eps"])
def test_postscript_is_flattened_on_white(name: str) -> None:
    assert min(pictures.opened(first_jpeg(written(name, pictures.png()))).getpoint(0, 0)) > 250


def test_pdf_keeps_transparency_as_a_mask() -> None:
    body = written("pdf", pictures.png())
    start = body.index(b"stream\n", body.index(b"/FlateDecode")) + 7
    assert zlib.decompress(body[start : body.index(b"\nendstream", start)]) == pictures.matte().write_to_memory()
    assert b"/SMask" not in written("pdf", pictures.jpeg())


def test_the_table_of_a_pdf_points_at_its_objects() -> None:
    body = written("pdf", ANIMATION)
    table = body[int(body.rpartition(b"startxref\n")[2].split()[0]) :]
    starts = [int(line[:10]) for line in table.split(b"\n")[3:] if line.endswith(b" n ")]
    assert len(starts) == 2 + 4 * 3
    assert all(body[start:].startswith(f"{number} 0 obj\n".encode()) for number, start in enumerate(starts, 1))


@pytest.mark.parametrize("name", ["pdf", "ps", "eps"])
def test_a_document_is_measured_where_it_was_derived_and_refused_as_a_source(name: str) -> None:
    body = rendered(pictures.png(), step("fit", width="30"), output=Output((name,))).body
    found = describe_derived(body, max_pixels=10**6)
    assert (found.format, found.width, found.height) == (name, 30, 20)
    with pytest.raises(UnsupportedFormat, match=f"{name} are written here, but not read"):
        open_source(body, max_pixels=10**6)
