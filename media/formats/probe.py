"""What a source is, from its header alone: no pixel is decoded."""

from dataclasses import dataclass

from media.cutout import StoredCutout
from media.formats.decode import open_header, page_count, recognised
from media.formats.readers import READERS
from media.formats.table import sniff
from media.formats.writers import WRITERS
from media.geometry import Size
from media.raster.upright import upright_size


@dataclass(frozen=True, slots=True)
class SourceInfo:
    """``format`` is a name of the format table; the sides are upright; ``frames`` is 1 for a still picture;
    ``pages`` also counts those of a document. ``layers`` are the names that choose each of pages 2, 3 …"""

    format: str
    width: int
    height: int
    frames: int = 1
    has_alpha: bool = False
    pages: int = 1
    layers: tuple[tuple[str, ...], ...] = ()

    @property
    def size(self) -> Size:
        return Size(self.width, self.height)


def probe(body: bytes, *, max_pixels: int) -> SourceInfo:
    """Read the header of ``body``.

    Raises UnsupportedFormat, LimitExceeded (width × height × frames over ``max_pixels``) or SourceError.
    """
    header = open_header(body, max_pixels=max_pixels)
    row = recognised(body)
    size = upright_size(header)
    pages = page_count(body, header)
    frames = pages if row.frames else 1
    layered = READERS[row.name].layered if row.name in READERS else None
    layers = layered.names(body) if layered else ()
    return SourceInfo(row.name, size.width, size.height, frames, header.hasalpha(), pages + len(layers), layers)


def probe_derived(body: bytes, *, max_pixels: int) -> SourceInfo:
    """As :func:`probe` of bytes that were written here, in formats that are no sources, too."""
    row = sniff(body)
    measure = WRITERS[row.name].size if row is not None and row.name in WRITERS else None
    if row is None or measure is None:
        return probe(body, max_pixels=max_pixels)
    size = measure(body)
    return SourceInfo(row.name, size.width, size.height)


def probe_cutout(cutout: StoredCutout, *, max_pixels: int) -> SourceInfo:
    """A cutout as a source: it may be smaller than the picture it was made from, and has alpha."""
    colour = probe(cutout.colour, max_pixels=max_pixels)
    return SourceInfo("png", colour.width, colour.height, has_alpha=True)
