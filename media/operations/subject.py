"""The subject of a cut-out picture: where it is, a frame around it, its place on the canvas.

The subject is what is visible. The words and bounds (margins, scale, position, region) are remove.bg's.
"""

import math
from collections.abc import Mapping
from typing import Annotated, Any

from media.geometry import Box, Length, Size, nearest, pixels
from media.language.params import BLACK, TRANSPARENT, Choice, Float, LengthKind
from media.operations.arguments import Percent
from media.operations.registry import operation, unknown
from media.operations.shadow import dropshadow, silhouette
from media.raster.pixels import Image, resample, size_of, solid, through_window, to_uint8, with_alpha

#: Alpha up to this is the ringing of a resampled edge, not subject.
FAINT = 8
#: A margin is at most half of the subject's side, and at most this many pixels.
MAX_MARGIN = 500
#: The opacity of :func:`media.operations.shadow.dropshadow`, in percent.
GROUND_SHADOW_OPACITY = 55
#: A drop shadow is moved and softened by these shares of the subject's height.
DROP_OFFSET_SHARE, DROP_SOFTNESS_SHARE = 0.03, 0.02

Margin = Annotated[Length, LengthKind(0, MAX_MARGIN)]
Share = Annotated[float, Float(0, 1)]
MaybeShare = Annotated[float | None, Float(0, 1)]


def find_subject(image: Image) -> Box | None:
    """The box around what is visible; None if nothing is. A picture without alpha is visible as a whole."""
    if not image.hasalpha():
        return Box(0, 0, image.width, image.height)
    left, top, width, height = image[image.bands - 1].find_trim(threshold=FAINT, background=[0], line_art=True)
    return Box(left, top, width, height) if width and height else None


@operation(price=6)
def keep_region(image: Image, left: Share = 0.0, top: Share = 0.0, right: Share = 1.0, bottom: Share = 1.0) -> Image:
    """Make everything outside a region transparent; its sides are fractions of the picture's."""
    size = size_of(image)
    x, y = math.floor(left * size.width), math.floor(top * size.height)
    width = min(max(1, nearest(right * size.width) - x), size.width - x)
    height = min(max(1, nearest(bottom * size.height) - y), size.height - y)
    if width <= 0 or height <= 0:
        return solid(size, TRANSPARENT)
    region = with_alpha(image).crop(x, y, width, height)
    return through_window(region, Box(-x, -y, size.width, size.height), TRANSPARENT)


@operation(price=6, size_after=unknown)
def crop_subject(image: Image, top: Margin = 0, right: Margin = 0, bottom: Margin = 0, left: Margin = 0) -> Image:
    """Cut off what is empty around the subject, leaving margins in pixels or fractions of the subject's sides."""
    box = find_subject(image)
    if box is None:
        return image
    above, below = _margin(top, box.height), _margin(bottom, box.height)
    before, behind = _margin(left, box.width), _margin(right, box.width)
    window = Box(box.left - before, box.top - above, box.width + before + behind, box.height + above + below)
    return through_window(image, window, TRANSPARENT)


def _margin(margin: Length, side: int) -> int:
    return min(pixels(margin, side), side // 2, MAX_MARGIN)


@operation(price=10)
def place_subject(image: Image, scale: Share = 0.0, x: MaybeShare = None, y: MaybeShare = None) -> Image:
    """Scale the subject to a share of the canvas (0 leaves its size) and put it in its place.

    ``x`` and ``y`` share out the free space as CSS does: 0 is flush left or top, 1 flush right or bottom; without
    them the subject stays around its centre, within the canvas.
    """
    box = find_subject(image)
    if box is None:
        return image
    canvas = size_of(image)
    size = _scaled(box.size, canvas, scale) if scale else box.size
    left = _start(x, box.left + box.width / 2, size.width, canvas.width)
    top = _start(y, box.top + box.height / 2, size.height, canvas.height)
    subject = resample(with_alpha(image).crop(box.left, box.top, box.width, box.height), size)
    return through_window(subject, Box(-left, -top, canvas.width, canvas.height), TRANSPARENT)


def _scaled(subject: Size, canvas: Size, scale: float) -> Size:
    factor = scale * min(canvas.width / subject.width, canvas.height / subject.height)
    return Size(max(1, nearest(subject.width * factor)), max(1, nearest(subject.height * factor)))


def _start(share: float | None, centre: float, side: int, room: int) -> int:
    free = room - side
    return nearest(free * share) if share is not None else min(max(0, nearest(centre - side / 2)), free)


#: A pixel's part in a wide blur, for each pixel of the subject's height.
_SOFTNESS_WEIGHT = 0.03


def _shadow_weight(size: Size, arguments: Mapping[str, Any]) -> float:
    return 30 if arguments["kind"] == "ground" else 14 + _SOFTNESS_WEIGHT * size.height


@operation(price=_shadow_weight)
def cast_shadow(
    image: Image, kind: Annotated[str, Choice(("drop", "ground"))] = "drop", opacity: Percent = GROUND_SHADOW_OPACITY
) -> Image:
    """Lay a shadow of the subject under it, within the canvas: straight behind it or on the ground."""
    picture = with_alpha(image)
    full = dropshadow(picture) if kind == "ground" else _dropped(picture)
    # The shadow is black and lies under the picture, so its opacity alone scales what it adds to the alpha.
    added = (full[3].cast("float") - picture[3]) * (opacity / GROUND_SHADOW_OPACITY)
    alpha = to_uint8(picture[3] + added)
    colours = (alpha == 0).ifthenelse(picture[:3], picture.premultiply()[:3] / (alpha / 255))
    return to_uint8(colours).bandjoin(alpha).copy(interpretation="srgb")


def _dropped(picture: Image) -> Image:
    box = find_subject(picture)
    if box is None:
        return picture
    away = max(1, nearest(box.height * DROP_OFFSET_SHARE))
    moved = through_window(picture, Box(-away, -away, picture.width, picture.height), TRANSPARENT)[3]
    soft = moved.gaussblur(max(0.5, box.height * DROP_SOFTNESS_SHARE))
    shape = silhouette((soft * (GROUND_SHADOW_OPACITY / 100)).cast("uchar"), BLACK)
    return shape.composite2(picture, "over").cast("uchar")
