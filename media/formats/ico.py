"""Windows icons: a directory of pictures up to 256 pixels, each a PNG or a bitmap without its file header.

Written with one PNG, as every system since 2007 reads them; read is the largest picture, a bitmap by Pillow.
Structure: Microsoft, "Icons", and "ICO file format" for the PNG entries.
"""

import struct
from dataclasses import dataclass

from media.errors import SourceError
from media.formats import libvips, pillow, png, png_color
from media.formats.codec import Extent, Opened, Options, blank
from media.formats.table import Format
from media.geometry import Size
from media.raster.picture import Picture

MAX_SIDE = 256
BANDS = 4
#: As libpng has it.
MAX_PNG_SIDE = 1_000_000
#: No more entries of a directory are looked at.
MAX_ENTRIES = 256
_HEADER, _ENTRY = struct.Struct("<HHH"), struct.Struct("<BBBBHHII")
_PNG_SIDES, _BITMAP_SIDES = struct.Struct(">II"), struct.Struct("<ii")
_PNG_PLACE, _BITMAP_PLACE = 16, 4
_ICON, _PLANES, _BITS = 1, 1, 32


@dataclass(frozen=True, slots=True)
class Entry:
    """``size`` is what the picture itself says, whatever the directory does."""

    size: Size
    part: memoryview
    bits: int

    @property
    def body(self) -> bytes:
        return bytes(self.part)

    @property
    def is_png(self) -> bool:
        return _is_png(self.part)


def open_file(body: bytes, row: Format) -> Opened:
    entry = largest(body)
    return Opened(row, body, blank(entry.size.width, entry.size.height, BANDS), structure=entry)


def pixels(opened: Opened, extent: Extent) -> Picture:
    entry: Entry = opened.structure
    image = png_color.load(entry.body) if entry.is_png else pillow.load(_alone(entry), opened.row.name)
    return Picture((libvips.decoded(image),))


def write(picture: Picture, row: Format, options: Options) -> bytes:
    """One PNG of at most 256 pixels a side."""
    frame = picture.frames[0]
    body = bytes(frame.write_to_buffer(".png", compression=9, keep="none"))
    return _joined(Size(frame.width, frame.height), _BITS, body)


def largest(body: bytes) -> Entry:
    """The entry of most pixels, then of most colours. Raises SourceError if there is none."""
    try:
        _, _, count = _HEADER.unpack_from(body)
        places = [
            _ENTRY.unpack_from(body, _HEADER.size + index * _ENTRY.size) for index in range(min(count, MAX_ENTRIES))
        ]
        # A directory may name the same megabytes 256 times: only what is read is copied.
        whole = memoryview(body)
        entries = [_entry(whole[start : start + length], bits) for *_, bits, length, start in places]
        return max(entries, key=lambda each: (each.size.pixels, each.bits))
    except (struct.error, ValueError) as error:
        raise SourceError("The image cannot be read: it is no whole ico file.") from error


def _is_png(part: memoryview) -> bool:
    return bytes(part[: len(png.SIGNATURE)]) == png.SIGNATURE


def _entry(part: memoryview, bits: int) -> Entry:
    if _is_png(part):
        return Entry(_size(*_PNG_SIDES.unpack_from(part, _PNG_PLACE)), part, bits)
    width, doubled = _BITMAP_SIDES.unpack_from(part, _BITMAP_PLACE)
    # A bitmap in an icon is twice as high: its mask lies below it.
    size = _size(width, abs(doubled) // 2)
    if max(size.width, size.height) > MAX_SIDE:
        raise ValueError(size)
    return Entry(size, part, bits)


def _size(width: int, height: int) -> Size:
    if not (0 < width <= MAX_PNG_SIDE and 0 < height <= MAX_PNG_SIDE):
        raise ValueError((width, height))
    return Size(width, height)


def _alone(entry: Entry) -> bytes:
    """The icon that holds nothing else."""
    return _joined(entry.size, entry.bits, entry.body)


def _joined(size: Size, bits: int, body: bytes) -> bytes:
    # 256 does not fit into a byte and is written as 0.
    sides = size.width % MAX_SIDE, size.height % MAX_SIDE
    entry = _ENTRY.pack(*sides, 0, 0, _PLANES, bits, len(body), _HEADER.size + _ENTRY.size)
    return _HEADER.pack(0, _ICON, 1) + entry + body
