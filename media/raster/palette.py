"""Which colours a picture is made of, judged on a reduced copy."""

import numpy as np
import pyvips

from media.language.params import WHITE, Color
from media.raster.pixels import Image

GRAY = Color(128, 128, 128)
#: Where most of a picture's saturated pixels are is judged on this many hues.
HUES = 24
SATURATED = 60
PROMINENT_SIDE = 96


def prominent(image: Image) -> Color:
    """The mean of the most common hue among saturated, opaque pixels; of all pixels if none is saturated."""
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
    return Color(*(int(value) for value in np.median(seen(image, edge=True), axis=0)))


def lab_of(color: Color) -> list[float]:
    """The colour in CIE Lab."""
    pixel = pyvips.Image.new_from_array(np.array([[color.rgb]], np.uint8)).copy(interpretation="srgb")
    return [float(value) for value in pixel.colourspace("lab").getpoint(0, 0)]


#: Channels are counted in steps of this size when the most common colours are sought.
BIN = 24
#: Two colours of a palette differ at least by this much (sRGB distance).
DISTINCT = 48.0


def palette(image: Image, count: int, *, edge: bool) -> list[Color]:
    """The most common distinct colours of the picture or of its edge; the last repeats if there are fewer."""
    pixels = seen(image, edge=edge).astype(float)
    bins = (pixels // BIN).astype(int) @ np.array([1, 16, 256])
    names, counts = np.unique(bins, return_counts=True)
    found: list[np.ndarray] = []
    for name in names[np.argsort(-counts)]:
        mean = pixels[bins == name].mean(axis=0)
        if all(np.linalg.norm(mean - other) >= DISTINCT for other in found):
            found.append(mean)
        if len(found) == count:
            break
    colors = [Color(*(round(value) for value in mean)) for mean in found]
    return colors + colors[-1:] * (count - len(colors))


def seen(image: Image, *, edge: bool) -> np.ndarray:
    """Colours of the visible pixels of a reduced copy, n×3; white if there are none."""
    small = image.thumbnail_image(PROMINENT_SIDE, height=PROMINENT_SIDE, size="down")
    pixels = np.asarray(small.numpy()).reshape(small.height, small.width, small.bands)
    lines = [pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]] if edge else [pixels.reshape(-1, small.bands)]
    chosen = np.concatenate(lines)
    visible = chosen[chosen[:, 3] > 127] if small.bands == 4 else chosen
    return visible[:, :3] if len(visible) else np.array([WHITE.rgb])


def contrasting(color: Color) -> Color:
    """The colour on the other side of grey."""
    return Color(255 - color.red, 255 - color.green, 255 - color.blue)


def nearest_of(color: Color, choices: tuple[Color, ...]) -> Color:
    return min(choices, key=lambda each: sum((a - b) ** 2 for a, b in zip(each.rgb, color.rgb, strict=True)))
