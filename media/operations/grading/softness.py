"""Blurs by strength and amount, of the picture or of a part of it."""

from collections.abc import Mapping
from typing import Annotated, Any

from media.geometry import Box, Size
from media.language.params import Int
from media.operations import focus
from media.operations.arguments import Height, MaybeWhere, Offset, SceneNow, Width
from media.operations.effect import BLUR_STRENGTH_PER_PIXEL, blur_price, blurred
from media.operations.region import Region, changed_faces, changed_within
from media.operations.registry import operation
from media.raster.pixels import Image, on_neighbours

#: Strength per pixel of standard deviation.
STRENGTH_PER_PIXEL = 10
MAX_STRENGTH = 5000
#: Unless chosen, a part is blurred by this share of its longer side, and at least by so much.
PART_SHARE, LEAST_PART_SIGMA = 0.08, 4.0

Softness = Annotated[int, Int(0, MAX_STRENGTH)]


def _price(strength: float) -> float:
    return blur_price(strength * BLUR_STRENGTH_PER_PIXEL / STRENGTH_PER_PIXEL)


@operation(price=lambda size, arguments: 8 + _price(arguments["strength"]))
def soften(image: Image, strength: Softness = 10, amount: Annotated[int, Int(-200, 100)] = 100) -> Image:
    """Mix the picture with its blur; a negative amount takes the blur away, which sharpens edges of its width."""
    soft = blurred(image, strength / STRENGTH_PER_PIXEL)
    if amount == 100:
        return soft
    share = amount / 100
    premultiplied = soft.premultiply() if soft.hasalpha() else soft
    return on_neighbours(image, lambda picture: picture + (premultiplied - picture) * share)


def _part_price(size: Size, arguments: Mapping[str, Any]) -> float:
    strength = arguments["strength"]
    return 8 + _price(max(size.width, size.height) * PART_SHARE * STRENGTH_PER_PIXEL if strength is None else strength)


@operation(price=_part_price)
def soften_part(
    image: Image, strength: Annotated[int | None, Int(0, MAX_STRENGTH)] = None, x: Offset = 0, y: Offset = 0,
    width: Width = None, height: Height = None, gravity: MaybeWhere = None, *, scene: SceneNow,
) -> Image:  # fmt: skip
    """Blur a window of the picture, or faces; how much depends on its size unless chosen."""
    if gravity is not None:
        boxes = [focus.box_of(image, area) for target in gravity.targets for area in scene.areas(target)]
        sigma = _sigma(strength, [box for box in boxes if box])
        return changed_faces(image, gravity, scene, lambda all_: blurred(all_, sigma))
    box = Region(x, y, width, height, None).box(image, scene)
    sigma = _sigma(strength, [box] if box else [])
    return changed_within(image, box, lambda picture: blurred(picture, sigma))


def _sigma(strength: int | None, boxes: list[Box]) -> float:
    if strength is not None:
        return strength / STRENGTH_PER_PIXEL
    longest = max((max(box.width, box.height) for box in boxes), default=0)
    return max(LEAST_PART_SIGMA, longest * PART_SHARE)
