"""Which colours a picture is made of, judged on a reduced copy."""

import numpy as np
import pyvips

from media.operations.pixels import Image
from media.params import WHITE, Color

GRAY = Color(128, 128, 128)
#: Where most of a picture's saturated pixels are is judged on this many hues.
HUES = 24
SATURATED = 60
PROMINENT_SIDE = 96


def prominent(image: Image) -> Color:
    """The mean of the most common hue among saturated, opaque pixels; of all pixels where none is saturated."""
    small = image.thumbnail_image(PROMINENT_SIDE, height=PROMINENT_SIDE, size="down")
    pixels = np.asarray(small.numpy(), dtype=float).reshape(-1, small.bands)
    pixels = pixels[pixels[:, 3] > 127][:, :3] if small.bands == 4 else pixels
    if not len(pixels):
        return GRAY
    spread = np.ptp(pixels, axis=1)
    vivid = pixels[spread > SATURATED]
    if len(vivid):
        hues = np.arctan2(np.sqrt(3) * (vivid[:, 1] - vivid[:, 2]), 2 * vivid[:, 0] - vivid[:, 1] - vivid[:, 2])
        bins = ((hues / (2 * np.pi) + 1) * HUES).astype(int) % HUES
        counts = np.bincount(bins, weights=spread[spread > SATURATED], minlength=HUES)
        pixels = vivid[bins == counts.argmax()]
    return Color(*(round(value) for value in pixels.mean(axis=0)))


def edge_color(image: Image) -> Color:
    """The median colour of the picture's edge pixels that are not transparent."""
    small = image.thumbnail_image(PROMINENT_SIDE, height=PROMINENT_SIDE, size="down")
    pixels = np.asarray(small.numpy()).reshape(small.height, small.width, small.bands)
    edge = np.concatenate([pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]])
    seen = edge[edge[:, 3] > 127] if small.bands == 4 else edge
    if not len(seen):
        return WHITE
    return Color(*(int(value) for value in np.median(seen[:, :3], axis=0)))


def lab_of(color: Color) -> list[float]:
    """The colour in CIE Lab."""
    pixel = pyvips.Image.new_from_array(np.array([[color.rgb]], np.uint8)).copy(interpretation="srgb")
    return [float(value) for value in pixel.colourspace("lab").getpoint(0, 0)]
