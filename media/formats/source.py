"""Untrusted bytes → a source: recognised, opened and judged once, then handed on in their place.

Nothing else gets past: the size is judged by the header before a pixel is decoded, and every fault of the bytes is a
:class:`media.errors.SourceError`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import pyvips

from media.errors import LimitExceeded, UnsupportedFormat
from media.formats import iso
from media.formats.codec import Codec, Extent, Opened, decode, open_whole
from media.formats.codecs import codec_of
from media.formats.isolated import ISOLATED, apart, is_isolated
from media.formats.table import LONG, Format, sniff
from media.geometry import Size
from media.raster.picture import Picture
from media.raster.upright import upright_size

#: Each frame is a picture of its own through all steps: a hundred thousand of one pixel would take minutes.
MAX_FRAMES = 2000


@dataclass(frozen=True, slots=True)
class SourceInfo:
    """``format`` is a name of the format table; the sides are upright; ``frames`` is 1 for a still picture;
    ``pages`` also counts those of a document. ``layers`` are the names that choose each of pages 2, 3 …; ``sizes`` are
    those of all pages, if each may have its own."""

    format: str
    width: int
    height: int
    frames: int = 1
    has_alpha: bool = False
    pages: int = 1
    layers: tuple[tuple[str, ...], ...] = ()
    sizes: tuple[Size, ...] = ()

    @property
    def size(self) -> Size:
        return Size(self.width, self.height)

    def size_of(self, pages: Sequence[int]) -> Size:
        """Of the first of ``pages``, from 1; of the picture as a whole if there are none."""
        return self.sizes[pages[0] - 1] if pages and self.sizes else self.size


@dataclass(frozen=True, slots=True)
class Source:
    """A picture, opened and judged by ``max_pixels``, not decoded. ``confidence`` (0…1) is that of a cutout, None for
    any other source."""

    opened: Opened
    info: SourceInfo
    codec: Codec
    max_pixels: int
    confidence: float | None = None

    @property
    def format(self) -> Format:
        return self.opened.row

    @property
    def header(self) -> pyvips.Image:
        return self.opened.header

    def pixels(self, *, target: Size | None = None, pages: tuple[int, ...] = ()) -> Picture:
        """Decode what :class:`media.formats.codec.Extent` says. Raises SourceError for truncated or corrupt pixels."""
        return decode(self.codec, self.opened, Extent(target, pages, self.max_pixels))

    def first_frame(self, *, target: Size | None = None) -> pyvips.Image:
        return self.pixels(target=target, pages=(1,)).frames[0]


def open_source(body: bytes, *, max_pixels: int) -> Source:
    """Recognise, open and judge ``body``.

    Raises UnsupportedFormat (not an image format that is read here), LimitExceeded (width × height × pages over
    ``max_pixels``, or too many frames) or SourceError (a broken header, or half a file).
    """
    row = sniff(body)
    if row is None:
        what = iso.described(body)
        raise UnsupportedFormat(f"The bytes are {what and f'{what}, '}not an image of a supported format.")
    codec = ISOLATED if is_isolated(row, body) else codec_of(row)
    opened = open_whole(codec, body, row)
    _judge(opened, max_pixels)
    if codec is not ISOLATED and opened.row.reading * _count(opened) / 1_000_000 > LONG:
        codec, opened = ISOLATED, apart(opened)
    return Source(opened, _info(opened), codec, max_pixels)


def _judge(opened: Opened, max_pixels: int) -> None:
    if opened.row.frames and opened.pages > MAX_FRAMES:
        raise LimitExceeded(f"The animation has {opened.pages} frames; at most {MAX_FRAMES} are read.")
    if (count := _count(opened)) > max_pixels:
        header = opened.header
        shape = f"{count}" if opened.sizes else f"{header.width}×{header.height}×{opened.pages}"
        raise LimitExceeded(f"The image has {shape} pixels; at most {max_pixels} are read.")


def _count(opened: Opened) -> int:
    """Pixels of all frames or pages."""
    return sum(size.pixels for size in opened.sizes) or opened.header.width * opened.header.height * opened.pages


def _info(opened: Opened) -> SourceInfo:
    size = upright_size(opened.header)
    frames = opened.pages if opened.row.frames else 1
    pages = opened.pages + len(opened.layers)
    return SourceInfo(
        opened.row.name, size.width, size.height, frames, opened.header.hasalpha(), pages, opened.layers, opened.sizes
    )  # fmt: skip


def describe_derived(body: bytes, *, max_pixels: int) -> SourceInfo:
    """What was written here, in formats that are no sources, too. Raises what :func:`open_source` raises."""
    row = sniff(body)
    measure = codec_of(row).measure if row is not None else None
    if row is None or measure is None:
        return open_source(body, max_pixels=max_pixels).info
    size = measure(body)
    return SourceInfo(row.name, size.width, size.height)
