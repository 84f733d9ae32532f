"""Shadows: the picture's own alpha, softened, in one colour, under the picture."""

import math
from collections.abc import Mapping
from typing import Annotated, Any

from media.geometry import Box, Length, Size
from media.language.params import BLACK, TRANSPARENT, Color, ColorKind, Int, LengthKind
from media.operations.arguments import Percent
from media.operations.effect import BLUR_STRENGTH_PER_PIXEL, blur_price, blurred
from media.operations.registry import operation
from media.raster.palette import GRAY
from media.raster.pixels import Image, size_of, solid, through_window, with_alpha

#: Softness per pixel of standard deviation: 40 blurs the shadow's edge by eight pixels.
SOFTNESS_PER_PIXEL = 5
#: A gaussian has faded after this many standard deviations.
FADED = 2.5
DROPSHADOW_OPACITY = 0.55
#: Seen from the front, depth on the ground appears shortened by this factor.
FORESHORTENING = 0.5
#: A shadow never collapses to a line: the least vertical scale, also the sharpest of low suns.
LEAST_DEPTH = 0.05
LOWEST_SUN_DEGREES = 5

Shift = Annotated[Length, LengthKind(-2000, 2000)]


def _growth(size: Size, arguments: Mapping[str, Any]) -> Box:
    """The canvas that holds picture and shadow, in the picture's coordinates."""
    reach = math.ceil(arguments["strength"] / SOFTNESS_PER_PIXEL * FADED)
    x, y = _shift(size, arguments["x"], arguments["y"])
    left, top = min(0, x - reach), min(0, y - reach)
    right, bottom = max(0, x + reach), max(0, y + reach)
    return Box(left, top, size.width + right - left, size.height + bottom - top)


def _shift(size: Size, x: Length, y: Length) -> tuple[int, int]:
    across = x if isinstance(x, int) else round(x * size.width)
    down = y if isinstance(y, int) else round(y * size.height)
    return across, down


def silhouette(alpha: Image, color: Color) -> Image:
    """One colour in the shape of an alpha band."""
    shape = alpha if color.alpha == 255 else (alpha * (color.alpha / 255)).cast("uchar")
    return solid(size_of(alpha), Color(*color.rgb)).bandjoin(shape).copy(interpretation="srgb")


def _weight(size: Size, arguments: Mapping[str, Any]) -> float:
    return 15 + blur_price(arguments["strength"] / SOFTNESS_PER_PIXEL * BLUR_STRENGTH_PER_PIXEL) / 2


@operation(price=_weight, size_after=lambda size, arguments: _growth(size, arguments).size)
def shadow(
    image: Image,
    strength: Percent = 40,
    color: Annotated[Color, ColorKind()] = GRAY,
    x: Shift = 10,
    y: Shift = 10,
) -> Image:
    """Lay a soft shadow under the picture, down and to the right unless moved; the canvas grows to hold it."""
    size = size_of(image)
    canvas = _growth(size, {"strength": strength, "x": x, "y": y})
    across, down = _shift(size, x, y)
    picture = through_window(with_alpha(image), canvas, TRANSPARENT)
    moved = Box(canvas.left - across, canvas.top - down, canvas.width, canvas.height)
    alpha = through_window(with_alpha(image), moved, TRANSPARENT)[3]
    soft = blurred(alpha, strength / SOFTNESS_PER_PIXEL)
    return silhouette(soft, color).composite2(picture, "over").cast("uchar")


@operation(price=30)
def dropshadow(
    image: Image,
    azimuth: Annotated[int, Int(0, 360)] = 215,
    elevation: Annotated[int, Int(0, 90)] = 45,
    spread: Percent = 50,
) -> Image:
    """Let the subject of a cut-out picture throw a shadow on the ground, within the canvas.

    ``azimuth`` is where the light comes from (0 from behind, so that the shadow falls to the front), ``elevation`` its
    height, ``spread`` the softness.
    """
    picture = with_alpha(image)
    alpha = picture[3]
    _, top, width, height = alpha.find_trim(threshold=10, background=[0], line_art=True)
    if width == 0 or height == 0:
        return image
    fallen = _fallen(alpha, ground=top + height, azimuth=azimuth, elevation=elevation)
    soft = blurred(fallen, max(0.3, spread / 100 * height / 12))
    dark = silhouette((soft * DROPSHADOW_OPACITY).cast("uchar"), BLACK)
    return dark.composite2(picture, "over").cast("uchar")


def _fallen(alpha: Image, *, ground: int, azimuth: int, elevation: int) -> Image:
    """The silhouette laid on the ground: a point's height becomes a way along the light's direction."""
    length = 1 / math.tan(math.radians(max(LOWEST_SUN_DEGREES, elevation))) if elevation < 90 else 0.0
    angle = math.radians(azimuth)
    across = -math.sin(angle) * length
    depth = math.cos(angle) * length * FORESHORTENING
    depth = math.copysign(max(abs(depth), LEAST_DEPTH), depth)
    # x' = x + across · (ground − y),  y' = ground + depth · (ground − y)
    return alpha.affine(
        [1, -across, 0, -depth], odx=across * ground, ody=ground + depth * ground,
        oarea=[0, 0, alpha.width, alpha.height], extend="black",
    )  # fmt: skip
