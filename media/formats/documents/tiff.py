"""The pages of a TIFF, each of a size of its own: libvips tells that of one page at a time.

Structure: TIFF 6.0 (Aldus, 1992), section 2.
"""

import struct
from collections.abc import Iterator
from dataclasses import replace

from media.formats import libvips
from media.formats.codec import Opened
from media.formats.table import Format
from media.geometry import Size
from media.raster.upright import QUARTER_TURNS

BYTE_ORDERS = {b"II": "<", b"MM": ">"}
WIDTH, HEIGHT, ORIENTATION = 256, 257, 274
#: More of neither is walked: pages of a document, fields of a page.
MAX_PAGES, MAX_FIELDS = 2_000, 1_000
_SHORT = 3
_FIRST_DIRECTORY, _FIELD_LENGTH = 4, 12


def open_file(body: bytes, row: Format) -> Opened:
    opened = libvips.open_file(body, row)
    try:
        sizes = tuple(_page_sizes(body)) if opened.pages > 1 else ()
    except (struct.error, LookupError):
        # libvips has its own mind on what can be read; then all are taken to be as large as the first.
        sizes = ()
    return replace(opened, sizes=sizes if len(sizes) == opened.pages else ())


def _page_sizes(body: bytes) -> Iterator[Size]:
    """Upright. Raises struct.error or LookupError for a broken directory."""
    order = BYTE_ORDERS[body[:2]]
    (place,) = struct.unpack_from(order + "I", body, _FIRST_DIRECTORY)
    for _ in range(MAX_PAGES):
        if not place:
            return
        (count,) = struct.unpack_from(order + "H", body, place)
        fields = dict(_field(body, order, place + 2 + _FIELD_LENGTH * index) for index in range(min(count, MAX_FIELDS)))
        width, height = fields[WIDTH], fields[HEIGHT]
        yield Size(height, width) if fields.get(ORIENTATION) in QUARTER_TURNS else Size(width, height)
        (place,) = struct.unpack_from(order + "I", body, place + 2 + _FIELD_LENGTH * count)


def _field(body: bytes, order: str, place: int) -> tuple[int, int]:
    """Tag and value; of what is longer than a number its place."""
    tag, kind = struct.unpack_from(order + "HH", body, place)
    return tag, struct.unpack_from(order + ("H" if kind == _SHORT else "I"), body, place + 8)[0]
