"""The shape of a codec: how one format is opened, decoded and written.

A new format is a row of :mod:`media.formats.table`, a file with these functions and a line of
:mod:`media.formats.codecs`. What libvips reads and writes by itself needs the row alone.
"""

import struct
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeAlias

import pyvips

from media.errors import SourceError, UnsupportedFormat
from media.formats.table import Format
from media.geometry import Size
from media.raster.picture import Picture

#: Options of the saver; the quality is among them under the name that the format's row gives it.
Options: TypeAlias = Mapping[str, Any]
#: What parsers written here raise, by themselves or by what they call, if bytes are not what they claim.
BROKEN = (ValueError, LookupError, ArithmeticError, struct.error, zlib.error, pyvips.Error)


#: What libvips takes for a side.
MAX_SIDE, MAX_BANDS = 100_000_000, 8


@dataclass(frozen=True, slots=True)
class Opened:
    """What a file says of itself before a pixel is decoded.

    ``header`` has the picture's shape as it is stored, not yet turned upright: the picture itself, which libvips
    decodes when it must, or a blank. ``pages`` counts the frames of an animation and the pages of a document.
    ``layers`` are the names that choose each of the pages 2, 3 …; page 1 is the whole. ``sizes`` are those of all
    pages, upright, if each may have its own. ``structure`` is what was parsed on the way, for the same codec's
    ``pixels``.
    """

    row: Format
    body: bytes
    header: pyvips.Image
    pages: int = 1
    layers: tuple[tuple[str, ...], ...] = ()
    sizes: tuple[Size, ...] = ()
    structure: Any = None


@dataclass(frozen=True, slots=True)
class Extent:
    """How much to decode: no less than ``target`` (None: every pixel), of ``pages`` from 1 (empty: all frames of an
    animation, else the first page). Whatever is decoded beyond the header's size stays within ``max_pixels``."""

    target: Size | None
    pages: tuple[int, ...]
    max_pixels: int


def blank(width: int, height: int, bands: int, interpretation: str = "srgb") -> pyvips.Image:
    """A header that stands for a picture not yet decoded. Raises SourceError for sides that no picture of ours has:
    libvips would write a warning to our log for each."""
    if not (0 < width <= MAX_SIDE and 0 < height <= MAX_SIDE and 0 < bands <= MAX_BANDS):
        raise SourceError(f"The image cannot be read: its sides must be 1..{MAX_SIDE}, got {width}×{height}.")
    return pyvips.Image.black(width, height, bands=bands).copy(interpretation=interpretation)


def not_read(body: bytes, row: Format) -> Opened:
    raise UnsupportedFormat(f"Files of the format {row.name} are written here, but not read.")


def not_decoded(opened: Opened, extent: Extent) -> Picture:
    raise UnsupportedFormat(f"Files of the format {opened.row.name} are written here, but not read.")


def not_written(picture: Picture, row: Format, options: Options) -> bytes:
    raise UnsupportedFormat(f"Files of the format {row.name} are read here, but not written.")


@dataclass(frozen=True, slots=True)
class Codec:
    """``open`` touches no pixel. ``pixels`` is called once the size is judged and answers what every step may rely on:
    upright, 8-bit sRGB, in memory. Both raise SourceError for bytes at fault.

    ``write`` takes one frame, or all if the result moves, without alpha if the format has none. ``is_whole`` is
    for formats of which a half file would be opened; ``measure`` tells the size of what was written but is never read.
    """

    open: Callable[[bytes, Format], Opened] = not_read
    pixels: Callable[[Opened, Extent], Picture] = not_decoded
    write: Callable[[Picture, Format, Options], bytes] = not_written
    is_whole: Callable[[bytes], bool] = lambda body: True
    measure: Callable[[bytes], Size] | None = None


def open_whole(codec: Codec, body: bytes, row: Format) -> Opened:
    """Raises SourceError for half a file, and what the codec's ``open`` raises."""
    with _bytes_at_fault(row):
        if not codec.is_whole(body):
            raise SourceError("The image cannot be read: it is truncated.")
        return codec.open(body, row)


def decode(codec: Codec, opened: Opened, extent: Extent) -> Picture:
    """Raises SourceError for broken pixels, and what the codec's ``pixels`` raises."""
    with _bytes_at_fault(opened.row):
        return codec.pixels(opened, extent)


@contextmanager
def _bytes_at_fault(row: Format) -> Iterator[None]:
    """Codecs say what is wrong with bytes if they know; what else their parsers stumble over is said here."""
    try:
        yield
    except BROKEN as error:
        raise SourceError(f"The image cannot be read: it is no whole {row.name} file.") from error
