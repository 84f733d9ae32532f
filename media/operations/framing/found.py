"""Windows around what is found: a face, or what the picture shows."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Annotated, Any

from media import geometry
from media.geometry import Box, Length, Request, Size, nearest, pixels
from media.language.params import Gravity, Int, LengthKind
from media.operations import focus
from media.operations.arguments import Frames, Height, MaybePaint, Percent, Ratio, SceneNow, Where, Width
from media.operations.framing.position import MIDDLE, Position, placed
from media.operations.framing.window import framed
from media.operations.registry import operation, unknown
from media.operations.resize import RESIZE_PRICE
from media.operations.subject import find_subject
from media.operations.tracking import TrackedScene
from media.raster.margin import content_box
from media.raster.pixels import Image, resample, size_of, through_window
from media.scene.scene import around

#: A plain border differs by less than this from its corner, in percent.
PLAIN = 10
#: What draws the eye at least so much is shown.
SALIENT = 0.5


def _found(image: Image, gravity: Gravity, scene: TrackedScene) -> Box | None:
    """The largest of what the gravity names; with ``auto`` all that there is to see. None if that is everything."""
    if gravity != focus.AUTO:
        areas = focus.find_all(gravity, scene)
        return focus.box_of(image, areas[0]) if isinstance(areas, tuple) else None
    return scene.decide("shown", lambda: _shown(image, scene))


def _shown(image: Image, scene: TrackedScene) -> Box | None:
    """What is not transparent, else what a plain background surrounds, else what the network saw."""
    size = size_of(image)
    box = find_subject(image) or Box(0, 0, size.width, size.height)
    if box.size == size:
        box = content_box((image,), PLAIN, None)
    if box.size == size:
        salient = scene.salient()
        area = around(salient >= SALIENT) if salient is not None else None
        return focus.box_of(image, area) if area else None
    return box


def _window_of(size: Size, found: Box | None, arguments: Mapping[str, Any]) -> Box:
    """With what was found at its position, else as wide and high as pixels say, at its position in the picture."""
    width, height, ratio = arguments["width"], arguments["height"], arguments["ratio"]
    if found is None:
        wide, high = (side if isinstance(side, int) else None for side in (width, height))
        return placed(size, Request.of(size, wide, high, ratio).unchanged(size), arguments["x"], arguments["y"])
    asked = Request.of(found.size, width, height, None).unchanged(found.size)
    sides = asked if ratio is None else _around(found.size, ratio)
    inside = placed(sides, found.size, arguments["x"], arguments["y"])
    return Box(found.left - inside.left, found.top - inside.top, sides.width, sides.height)


def _around(size: Size, ratio: Fraction) -> Size:
    """The smallest window of a ratio that shows all of it."""
    if size.ratio > ratio:
        return Size(size.width, nearest(size.width / ratio))
    return Size(nearest(size.height * ratio), size.height)


def _planned(size: Size, arguments: Mapping[str, Any]) -> Size | None:
    """Known only if pixels are named."""
    width, height = arguments["width"], arguments["height"]
    return Size(width, height) if isinstance(width, int) and isinstance(height, int) else None


def _largest(size: Size, arguments: Mapping[str, Any]) -> Size:
    longest = max(size.width, size.height)
    if arguments["ratio"] is not None:
        return _around(size, arguments["ratio"])
    return Size(*(max(longest, pixels(each or 0, longest)) for each in (arguments["width"], arguments["height"])))


@operation(price=RESIZE_PRICE, size_after=_planned, grows=_largest, moves=True)
def crop_to(
    image: Image, gravity: Where = focus.AUTO, width: Width = None, height: Height = None, ratio: Ratio = None,
    x: Position = MIDDLE, y: Position = MIDDLE, background: MaybePaint = None, *, scene: SceneNow,
) -> Image:  # fmt: skip
    """Cut to the largest thing of a gravity, sides being fractions of it; beyond the picture as window does."""
    sides = {"width": width, "height": height, "ratio": ratio, "x": x, "y": y}
    found = _found(image, gravity, scene)
    return framed(image, _window_of(size_of(image), found, sides), background)


@operation(price=RESIZE_PRICE, moves=True)
def zoom_to(
    image: Image, level: Annotated[int, Int(1, 100)] = 100, gravity: Where = focus.AUTO, *, scene: SceneNow
) -> Image:
    """Zoom in on what the picture shows; at 100 it is as large as it can be. The size stays."""
    found = _found(image, gravity, scene)
    if found is None:
        return image
    size = size_of(image)
    most = min(Fraction(size.width, found.width), Fraction(size.height, found.height))
    window = geometry.scaled(size, 1 / (1 + (most - 1) * Fraction(level, 100)))
    middle = found.left + found.width // 2, found.top + found.height // 2
    return resample(through_window(image, geometry.clamped(geometry.around(*middle, window), size)), size)


@operation(price=2, size_after=unknown, moves=True)
def trim_to(
    image: Image, tolerance: Percent = PLAIN, padding: Annotated[Length, LengthKind(0, 10_000)] = 0,
    *, frames: Frames, scene: SceneNow,
) -> Image:  # fmt: skip
    """Cut off a plain border but for a padding, in pixels or as a fraction of each side of what is left."""
    box = scene.decide("content", lambda: content_box(frames, tolerance, None))
    across, down = pixels(padding, box.width), pixels(padding, box.height)
    padded = Box(box.left - across, box.top - down, box.width + 2 * across, box.height + 2 * down)
    return through_window(image, geometry.clipped(padded, size_of(image)) or box)
