"""Sizes that no crop mode has: a box covered around a place, sides that only shrink."""

from collections.abc import Mapping
from typing import Any

from media import geometry
from media.geometry import Box, Layout, Length, Request, Size
from media.language.params import Gravity
from media.operations import focus
from media.operations.arguments import Flag, Height, MaybeWhere, OwnSize, SceneNow, Width
from media.operations.framing.position import MIDDLE, Position, placed
from media.operations.registry import operation
from media.operations.resize import RESIZE_PRICE
from media.operations.tracking import TrackedScene
from media.raster.pixels import Image, resample, scaled_through_window


def _covering(size: Size, arguments: Mapping[str, Any]) -> Layout:
    sides = Request.of(size, arguments["width"], arguments["height"], None).unchanged(size)
    return (geometry.fill if arguments["enlarge"] else geometry.lfill)(size, sides)


@operation(
    price=RESIZE_PRICE,
    size_after=lambda size, arguments: _covering(size, arguments).window,
    reads=lambda size, arguments: _covering(size, arguments).scaled,
    moves=True,
)
def cover(
    image: Image, width: Width = None, height: Height = None, gravity: MaybeWhere = None,
    x: Position = MIDDLE, y: Position = MIDDLE, enlarge: Flag = True, *, size: OwnSize, scene: SceneNow,
) -> Image:  # fmt: skip
    """Cover the box around the first thing of the gravity that is there, else at a position."""
    arranged = _covering(size, {"width": width, "height": height, "enlarge": enlarge})
    return scaled_through_window(image, arranged.scaled, _seen(image, arranged, gravity, x, y, scene))


def _seen(image: Image, arranged: Layout, gravity: Gravity | None, x: Length, y: Length, scene: TrackedScene) -> Box:
    if gravity is not None and isinstance(focus.find(gravity, scene), tuple | str):
        return focus.window(image, arranged, gravity, 0, 0, scene)
    return geometry.clamped(placed(arranged.scaled, arranged.window, x, y), arranged.scaled)


def _narrowed(size: Size, arguments: Mapping[str, Any]) -> Size:
    sides = Request.of(size, arguments["width"], arguments["height"], None).unchanged(size)
    return Size(min(sides.width, size.width), min(sides.height, size.height))


@operation(price=RESIZE_PRICE, size_after=_narrowed, reads=_narrowed, scales=True)
def scale_down(image: Image, width: Width = None, height: Height = None, *, size: OwnSize) -> Image:
    """Change each side to the given one if it is longer, distorting if need be."""
    return resample(image, _narrowed(size, {"width": width, "height": height}))
