"""Transparency by colour, by threshold, by gradient; and the outline of what is opaque."""

import math
from collections.abc import Callable, Mapping
from typing import Annotated, Any

import numpy as np
import pyvips

from media.deadline import checkpoint
from media.geometry import Length, Size, pixels
from media.language.params import BLACK, Choice, Color, Int
from media.operations.arguments import First, MaybePaint, Offset, Paint, Percent
from media.operations.effect import blur_price, blurred
from media.operations.registry import operation
from media.raster.palette import edge_color
from media.raster.pixels import Image, clamped, join, on_colours, size_of, solid, split, to_uint8, with_alpha

#: The longest difference between two sRGB colours, and the width of the soft step where a colour is keyed out.
FARTHEST = 441.7
KEY_SOFTNESS = 18.0


def with_share(image: Image, share: Image) -> Image:
    """The picture with its alpha multiplied by a share 0…1."""
    picture = with_alpha(image)
    return join(picture[:3], to_uint8(picture[3] * share))


def _unlike(image: Image, color: Color, tolerance: int) -> Image:
    """0 where a pixel has the colour, 1 where it is further away than the tolerance, soft between."""
    away = (split(image)[0].cast("float") - color.rgb) ** 2
    distance = (away[0] + away[1] + away[2]) ** 0.5
    return clamped((distance - tolerance * FARTHEST / 100) / KEY_SOFTNESS)


@operation(price=20)
def make_transparent(image: Image, tolerance: Percent = 10, color: MaybePaint = None, *, first: First) -> Image:
    """Make one colour transparent: that of the edge unless chosen."""
    return with_share(image, _unlike(image, color or edge_color(first), tolerance))


@operation(price=23)
def bgremoval(
    image: Image, method: Annotated[str, Choice(("", "screen"))] = "", key: MaybePaint = None, *, first: First
) -> Image:
    """Remove a plain background by its colour; screen also takes its reflection out of the edges."""
    backdrop = key or edge_color(first)
    cleared = with_share(image, _unlike(image, backdrop, 10))
    return _despilled(cleared, backdrop) if method == "screen" else cleared


def _despilled(image: Image, backdrop: Color) -> Image:
    """The backdrop's strongest channel never exceeds the larger of the other two."""
    channel = backdrop.rgb.index(max(backdrop.rgb))

    def without_spill(colours: Image) -> Image:
        bands = [colours[index] for index in range(3)]
        others = [band for index, band in enumerate(bands) if index != channel]
        bound = (others[0] > others[1]).ifthenelse(others[0], others[1])
        bands[channel] = (bands[channel] > bound).ifthenelse(bound, bands[channel])
        return bands[0].bandjoin(bands[1:]).copy(interpretation="srgb")

    return on_colours(image, without_spill)


@operation(price=2)
def opacity_threshold(image: Image, level: Annotated[int, Int(1, 100)] = 50) -> Image:
    """Make what is less opaque than the level fully transparent and the rest opaque."""
    colours, alpha = split(image)
    return image if alpha is None else join(colours, alpha >= level * 255 / 100)


def _fade_reach(size: Size, x: Length, y: Length) -> tuple[int, int]:
    """How far the fade reaches in pixels along each axis; half the height if nothing is said."""
    across, down = pixels(x, size.width), pixels(y, size.height)
    return (across, down) if across or down else (0, max(1, size.height // 2))


def _faded_size(size: Size, arguments: Mapping[str, Any]) -> Size:
    if arguments["type"] != "symmetric_pad":
        return size
    across, down = _fade_reach(size, arguments["x"], arguments["y"])
    return Size(size.width + 2 * abs(across), size.height + 2 * abs(down))


@operation(price=10, size_after=_faded_size)
def gradient_fade(
    image: Image,
    type: Annotated[str, Choice(("", "symmetric", "symmetric_pad"))] = "",  # noqa: A002  the vendor's word
    strength: Percent = 20,
    x: Offset = 0,
    y: Offset = 0,
) -> Image:
    """Fade the picture out towards an edge, by default over its upper half.

    ``x`` from the left and ``y`` from the top (negative: from the right, from the bottom) say which edge and how far
    the fade reaches; symmetric fades the opposite edge, too; symmetric_pad mirrors the picture outward and fades only
    what was added. A higher strength fades more of the way.
    """
    across, down = _fade_reach(size_of(image), x, y)
    if type == "symmetric_pad":
        room = abs(across), abs(down)
        image = image.embed(*room, image.width + 2 * room[0], image.height + 2 * room[1], extend="mirror")
    both = type != ""
    grid = pyvips.Image.xyz(image.width, image.height) + 0.5
    share = _rise(grid[0], across, image.width, both=both) * _rise(grid[1], down, image.height, both=both)
    return with_share(image, share ** (strength / 20))


def _rise(places: Image, extent: int, side: int, *, both: bool) -> Image:
    """0 at the edge to 1 at ``extent`` from it; from the far edge if negative."""
    if extent == 0:
        return (places * 0) + 1
    near, far = clamped(places / abs(extent)), clamped((side - places) / abs(extent))
    if both:
        return near * far
    return near if extent > 0 else far


def _outline_weight(size: Size, arguments: Mapping[str, Any]) -> float:
    return 12 + blur_price(arguments["blur"]) / 2


@operation(price=_outline_weight)
def outline(
    image: Image,
    mode: Annotated[str, Choice(("outer", "inner", "inner_fill", "fill"))] = "outer",
    thickness: Annotated[int, Int(1, 100)] = 5,
    blur: Annotated[int, Int(0, 2000)] = 0,
    color: Paint = BLACK,
) -> Image:
    """Draw a line around what is opaque, outside or inside its edge, or fill it with the line's colour."""
    picture = with_alpha(image)
    return OUTLINES[mode](picture, picture[3], thickness, blur, color)


#: Pixels an alpha is spread by with a whole disk; what is left, by places on circles.
DISK_RADIUS = 5.0
#: Places on half a circle: as close as leaves dents of a hundredth of the radius.
HALF_CIRCLE = 12


def grown(alpha: Image, thickness: float) -> Image:
    """The alpha spread by ``thickness`` pixels with round corners and a soft last pixel, 0…1.

    A disk spread by a circle that is no larger than itself is a disk again.
    """
    reached = min(thickness, DISK_RADIUS)
    # A single pixel arrives without sides.
    most = _spread_by_disk(alpha.numpy().reshape(alpha.height, alpha.width), reached)
    while reached < thickness:
        step = min(reached, thickness - reached)
        most = _spread_by_circle(most, step)
        reached += step
    return pyvips.Image.new_from_array(most) / 255


def _spread_by_disk(values: np.ndarray, radius: float) -> np.ndarray:
    """The greatest value within a disk, whose rim is a pixel soft."""
    rows = [values]
    for across in range(1, math.ceil(radius) + 1):
        rows.append(rows[-1].copy())
        _raise(rows[-1], values, across, 0)
    most = np.zeros_like(values)
    for down in range(len(rows)):
        checkpoint()
        _raise(most, _row_of_disk(rows, radius, down), 0, down)
    return most


def _row_of_disk(rows: list[np.ndarray], radius: float, down: int) -> np.ndarray:
    """The greatest within one row of the disk; ``rows`` has the greatest within 0, 1, 2 … places to both sides."""
    most = np.zeros_like(rows[0])
    for across, row in enumerate(rows):
        checkpoint()
        cover = min(1.0, max(0.0, radius + 1 - math.hypot(across, down)))
        np.maximum(most, row if cover == 1 else (row * np.float32(cover)).astype(np.uint8), out=most)
    return most


def _spread_by_circle(values: np.ndarray, radius: float) -> np.ndarray:
    """The greatest value on a circle or in its middle."""
    most = values.copy()
    for place in range(HALF_CIRCLE):
        checkpoint()
        angle = math.pi * place / HALF_CIRCLE
        _raise(most, values, round(radius * math.cos(angle)), round(radius * math.sin(angle)))
    return most


def _raise(most: np.ndarray, values: np.ndarray, across: int, down: int) -> None:
    """Raise ``most`` to what ``values`` has so far away on either side."""
    height, width = values.shape
    if abs(across) >= width or abs(down) >= height:
        return
    near = slice(max(0, -down), height - max(0, down)), slice(max(0, -across), width - max(0, across))
    far = slice(max(0, down), height - max(0, -down)), slice(max(0, across), width - max(0, -across))
    np.maximum(most[far], values[near], out=most[far])
    np.maximum(most[near], values[far], out=most[near])


def _line(share: Image, blur: int, color: Color) -> Image:
    soft = blurred(to_uint8(share * color.alpha), blur / 20)
    return join(solid(size_of(share), Color(*color.rgb)), soft)


def _over(lower: Image, upper: Image) -> Image:
    return lower.composite2(upper, "over").cast("uchar")


def _outer(picture: Image, alpha: Image, thickness: int, blur: int, color: Color) -> Image:
    return _over(_line(grown(alpha, thickness), blur, color), picture)


def _inner_share(alpha: Image, thickness: int) -> Image:
    return grown(alpha.invert(), thickness) * (alpha / 255)


def _inner(picture: Image, alpha: Image, thickness: int, blur: int, color: Color) -> Image:
    line = _line(_inner_share(alpha, thickness), blur, color)
    return join(_over(picture, line)[:3], alpha)


def _inner_fill(picture: Image, alpha: Image, thickness: int, blur: int, color: Color) -> Image:
    return _line((1 - grown(alpha.invert(), thickness)) * (alpha / 255), blur, color)


def _fill(picture: Image, alpha: Image, thickness: int, blur: int, color: Color) -> Image:
    return _line(grown(alpha, thickness), blur, color)


OUTLINES: dict[str, Callable[[Image, Image, int, int, Color], Image]] = {
    "outer": _outer, "inner": _inner, "inner_fill": _inner_fill, "fill": _fill,
}  # fmt: skip
