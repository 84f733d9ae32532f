"""Source bytes → the photo the pipeline works on: upright, 8-bit sRGB, bounded in pixels."""

from dataclasses import dataclass

import numpy as np
import pyvips

from media.formats.source import open_source
from media.formats.table import FORMATS
from media.geometry import Size
from worker.matting.raster import Bytes, from_vips, resize_vips

#: The colours of a cutout are kept in a format that holds no longer side.
MAX_SIDE = FORMATS["jpg"].max_side


@dataclass(frozen=True, slots=True)
class Photo:
    """The pixels that the pipeline works on.

    ``rgb`` is H×W×3; ``alpha`` is H×W, or None if the source is opaque; ``scaled_from`` is the source's size, or None
    if that is the photo's.
    """

    rgb: Bytes
    alpha: Bytes | None = None
    scaled_from: Size | None = None

    @property
    def width(self) -> int:
        return int(self.rgb.shape[1])

    @property
    def height(self) -> int:
        return int(self.rgb.shape[0])


def load_photo(body: bytes, *, max_source_pixels: int, max_pixels: int) -> Photo:
    """Decode ``body``, scaled down in proportion if it has more than ``max_pixels`` pixels.

    Raises what :func:`media.formats.source.open_source` raises.
    """
    image = open_source(body, max_pixels=max_source_pixels).first_frame()
    width, height = bounded(image.width, image.height, max_pixels)
    scaled_from = None
    if (width, height) != (image.width, image.height):
        scaled_from, image = Size(image.width, image.height), _scaled(image, width, height)
    pixels = from_vips(image)
    if pixels.shape[2] < 4:
        return Photo(np.ascontiguousarray(pixels[..., :3]), scaled_from=scaled_from)
    alpha = np.ascontiguousarray(pixels[..., 3])
    return Photo(np.ascontiguousarray(pixels[..., :3]), None if alpha.min() == 255 else alpha, scaled_from)


def _scaled(image: pyvips.Image, width: int, height: int) -> pyvips.Image:
    if not image.hasalpha():
        return resize_vips(image, width, height)
    return resize_vips(image.premultiply(), width, height).unpremultiply().rint().cast("uchar")


def bounded(width: int, height: int, max_pixels: int) -> tuple[int, int]:
    """The largest size of the same proportions within ``max_pixels`` and :data:`MAX_SIDE`, at least 1×1."""
    scale = min(1.0, (max_pixels / (width * height)) ** 0.5, MAX_SIDE / max(width, height))
    if scale == 1.0:
        return width, height
    shorter = max(1, int(min(width, height) * scale))
    longer = min(int(max(width, height) * scale) or 1, max_pixels // shorter)
    return (longer, shorter) if width >= height else (shorter, longer)
