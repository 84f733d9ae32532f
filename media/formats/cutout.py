"""A stored cutout as a source: colours and matte, decoded at one reduced size as one picture with alpha."""

import math
from dataclasses import dataclass, replace

import pyvips

from media.cutout import StoredCutout
from media.formats.codec import Codec, Extent, Opened
from media.formats.libvips import in_memory
from media.formats.source import Source, SourceInfo, open_source
from media.formats.table import FORMATS
from media.geometry import Size
from media.raster.picture import Picture
from media.raster.pixels import enlarge


@dataclass(frozen=True, slots=True)
class Parts:
    colours: Source
    matte: Source
    size: Size


def open_cutout(cutout: StoredCutout, *, max_pixels: int) -> Source:
    """It has the size of the picture it was made from, even if its parts are smaller. Raises what
    :func:`media.formats.source.open_source` raises."""
    colours, matte = (open_source(body, max_pixels=max_pixels) for body in (cutout.colour, cutout.matte))
    # A format that has alpha: the parts are a JPEG and a grey PNG.
    size = cutout.scaled_from or colours.info.size
    opened = replace(colours.opened, row=FORMATS["png"], structure=Parts(colours, matte, size))
    info = SourceInfo("png", size.width, size.height, has_alpha=True)
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
    cut = in_memory(colours[:3].bandjoin(matte).copy(interpretation="srgb"))
    return Picture((_enlarged(cut, parts.size, extent.target),))


def _enlarged(cut: pyvips.Image, size: Size, target: Size | None) -> pyvips.Image:
    """No smaller than ``target``, in the proportions of ``size``."""
    if target is None:
        return enlarge(cut, size) if cut.width < size.width else cut
    factor = max(target.width / cut.width, target.height / cut.height)
    if factor <= 1:
        return cut
    share = max(target.width / size.width, target.height / size.height)
    return enlarge(cut, Size(math.ceil(size.width * share), math.ceil(size.height * share)))
