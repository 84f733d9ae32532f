"""A stored cutout as a source: colours and matte, decoded at one reduced size as one picture with alpha."""

from dataclasses import dataclass, replace

from media.cutout import StoredCutout
from media.formats.codec import Codec, Extent, Opened
from media.formats.libvips import in_memory
from media.formats.source import Source, SourceInfo, open_source
from media.formats.table import FORMATS
from media.raster.picture import Picture


@dataclass(frozen=True, slots=True)
class Parts:
    colours: Source
    matte: Source


def open_cutout(cutout: StoredCutout, *, max_pixels: int) -> Source:
    """It may be smaller than the picture it was made from. Raises what :func:`media.formats.source.open_source`
    raises."""
    colours, matte = (open_source(body, max_pixels=max_pixels) for body in (cutout.colour, cutout.matte))
    # A format that has alpha: the parts are a JPEG and a grey PNG.
    opened = replace(colours.opened, row=FORMATS["png"], structure=Parts(colours, matte))
    info = SourceInfo("png", colours.info.width, colours.info.height, has_alpha=True)
    return Source(opened, info, Codec(pixels=_pixels), max_pixels, cutout.confidence)


def _pixels(opened: Opened, extent: Extent) -> Picture:
    parts: Parts = opened.structure
    colours = parts.colours.first_frame(target=extent.target)
    # The matte is ours, 8-bit grey: nothing to convert. A box shrink by the same factor gives the same sides.
    matte = parts.matte.header[0]
    factor = max(1, round(matte.width / colours.width))
    matte = matte.shrink(factor, factor, ceil=True)
    if (matte.width, matte.height) != (colours.width, colours.height):
        matte = matte.resize(colours.width / matte.width, vscale=colours.height / matte.height)
    return Picture((in_memory(colours[:3].bandjoin(matte).copy(interpretation="srgb")),))
