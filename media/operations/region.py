"""Effects on a part of the picture: a window the client names, or faces."""

from collections.abc import Callable
from dataclasses import dataclass

from media import geometry
from media.deadline import computed
from media.geometry import Box, Layout, Length, Request, Size, pixels
from media.language.params import Gravity
from media.operations import focus
from media.operations.arguments import Height, MaybeWhere, Offset, OwnSize, SceneNow, Where, Width
from media.operations.effect import (
    BLUR_STRENGTH_PER_PIXEL,
    Square,
    Strength,
    blur_weight,
    blurred,
    default_square,
    pixelated,
)
from media.operations.registry import operation
from media.operations.reshape import rounded_shape
from media.operations.tracking import TrackedScene
from media.raster.pixels import Image, join, size_of, split, to_uint8

#: The least red of a red eye, and how many times brighter it is in red than in green and blue.
RED_EYE_LEAST, RED_EYE_EXCESS = 60, 2.0


@dataclass(frozen=True, slots=True)
class Region:
    """A window as a client names it: ``x``, ``y`` is its top-left corner unless ``gravity`` places it."""

    x: Length
    y: Length
    width: Length | None
    height: Length | None
    gravity: Gravity | None

    def box(self, image: Image, scene: TrackedScene) -> Box | None:
        """The part on the picture; None if the gravity finds nothing or the window misses the picture."""
        size = size_of(image)
        across, down = pixels(self.x, size.width), pixels(self.y, size.height)
        if self.gravity is None:
            rest = Size(max(1, size.width - across), max(1, size.height - down))
            sides = Request.of(size, self.width, self.height, None).unchanged(rest)
            return geometry.clipped(Box(across, down, sides.width, sides.height), size)
        found = focus.find(self.gravity, scene)
        if found is None:
            return None
        if isinstance(found, tuple) and self.width is None and self.height is None:
            return focus.box_of(image, found)
        sides = Request.of(size, self.width, self.height, None).unchanged(size)
        if focus.seeks(self.gravity):
            window = focus.window(image, Layout(size, sides), self.gravity, self.x, self.y, scene)
            return geometry.clipped(window, size)
        return geometry.clipped(geometry.placed(focus.compass(self.gravity), size, sides, across, down), size)


def changed_within(image: Image, box: Box | None, change: Callable[[Image], Image]) -> Image:
    """``change`` seen through the window; the picture itself without one."""
    if box is None:
        return image
    part = change(image).crop(box.left, box.top, box.width, box.height)
    return image.insert(part, box.left, box.top)


@operation(price=blur_weight)
def blur_region(
    image: Image, strength: Strength = 100, x: Offset = 0, y: Offset = 0,
    width: Width = None, height: Height = None, gravity: MaybeWhere = None, *, scene: SceneNow,
) -> Image:  # fmt: skip
    """Blur a window of the picture; everything right of and below its corner if no size is given."""
    box = Region(x, y, width, height, gravity).box(image, scene)
    return changed_within(image, box, lambda picture: blurred(picture, strength / BLUR_STRENGTH_PER_PIXEL))


@operation(price=6)
def pixelate_region(
    image: Image, square: Square = 0, x: Offset = 0, y: Offset = 0,
    width: Width = None, height: Height = None, gravity: MaybeWhere = None,
    *, size: OwnSize, scene: SceneNow,
) -> Image:  # fmt: skip
    """Show a window of the picture in coarse squares."""
    box = Region(x, y, width, height, gravity).box(image, scene)
    return changed_within(image, box, lambda picture: pixelated(picture, square or default_square(size)))


def changed_faces(image: Image, gravity: Gravity, scene: TrackedScene, change: Callable[[Image], Image]) -> Image:
    """``change`` seen through an ellipse over every face that gravity names.

    Computed once, and in memory after each face: a blur of what was blurred before would read all of that again, at
    every face three times as much.
    """
    boxes = [focus.box_of(image, area) for target in gravity.targets for area in scene.areas(target)]
    changed = change(image)
    for box in filter(None, boxes):
        part = image.crop(box.left, box.top, box.width, box.height)
        new = changed.crop(box.left, box.top, box.width, box.height)
        face = rounded_shape(box.size, ("max",) * 4).ifthenelse(new, part, blend=True)
        image = computed(image.insert(face, box.left, box.top))
    return image


@operation(price=blur_weight)
def blur_faces(image: Image, strength: Strength = 500, gravity: Where = focus.FACES, *, scene: SceneNow) -> Image:
    """Blur every face: those on record, else those a detector finds."""
    return changed_faces(image, gravity, scene, lambda all_: blurred(all_, strength / BLUR_STRENGTH_PER_PIXEL))


@operation(price=18)
def pixelate_faces(
    image: Image, square: Square = 0, gravity: Where = focus.FACES, *, size: OwnSize, scene: SceneNow
) -> Image:
    """Show every face in coarse squares."""
    return changed_faces(image, gravity, scene, lambda all_: pixelated(all_, square or default_square(size)))


@operation(price=18)
def redeye(image: Image, gravity: Where = focus.FACES, *, scene: SceneNow) -> Image:
    """Take red out of the eyes in every face."""
    return changed_faces(image, gravity, scene, _without_red_eyes)


def _without_red_eyes(image: Image) -> Image:
    """Where red far outweighs green and blue, their mean takes its place; skin is never so red."""
    colours, alpha = split(image)
    calm = (colours[1] + colours[2]) / 2
    is_red = (colours[0] > RED_EYE_LEAST) & (colours[0] > calm * RED_EYE_EXCESS)
    return join(to_uint8(is_red.ifthenelse(calm, colours[0]).bandjoin([colours[1], colours[2]])), alpha)
