"""Effects on a part of the picture: a window the client names, or faces."""

from collections.abc import Callable
from dataclasses import dataclass

from media import geometry
from media.geometry import Box, Request, Size, pixels
from media.operations import focus
from media.operations.arguments import Height, MaybeWhere, Offset, OwnSize, Width
from media.operations.effect import BLUR_STRENGTH_PER_PIXEL, Square, Strength, blurred, default_square, pixelated
from media.operations.pixels import Image, size_of
from media.operations.registry import operation
from media.params import Gravity, Length


@dataclass(frozen=True, slots=True)
class Region:
    """A window as a client names it: ``x``, ``y`` is its top-left corner unless ``gravity`` places it."""

    x: Length
    y: Length
    width: Length | None
    height: Length | None
    gravity: Gravity | None

    def box(self, size: Size) -> Box | None:
        """The part on the picture; None where the gravity finds nothing or the window misses the picture."""
        across, down = pixels(self.x, size.width), pixels(self.y, size.height)
        if self.gravity is None:
            rest = Size(max(1, size.width - across), max(1, size.height - down))
            sides = Request.of(size, self.width, self.height, None).unchanged(rest)
            return geometry.clipped(Box(across, down, sides.width, sides.height), size)
        if focus.is_undetected(self.gravity):
            return None
        sides = Request.of(size, self.width, self.height, None).unchanged(size)
        return geometry.clipped(geometry.placed(focus.compass(self.gravity), size, sides, across, down), size)


def _changed_within(image: Image, box: Box | None, change: Callable[[Image], Image]) -> Image:
    if box is None:
        return image
    part = change(image).crop(box.left, box.top, box.width, box.height)
    return image.insert(part, box.left, box.top)


@operation
def blur_region(
    image: Image, strength: Strength = 100, x: Offset = 0, y: Offset = 0,
    width: Width = None, height: Height = None, gravity: MaybeWhere = None,
) -> Image:  # fmt: skip
    """Blur a window of the picture; everything right of and below its corner where no size is given."""
    box = Region(x, y, width, height, gravity).box(size_of(image))
    return _changed_within(image, box, lambda picture: blurred(picture, strength / BLUR_STRENGTH_PER_PIXEL))


@operation
def pixelate_region(
    image: Image, square: Square = 0, x: Offset = 0, y: Offset = 0,
    width: Width = None, height: Height = None, gravity: MaybeWhere = None, *, size: OwnSize,
) -> Image:  # fmt: skip
    """Show a window of the picture in coarse squares."""
    box = Region(x, y, width, height, gravity).box(size_of(image))
    return _changed_within(image, box, lambda picture: pixelated(picture, square or default_square(size)))


@operation
def blur_faces(image: Image, strength: Strength = 500) -> Image:
    """Blur faces; without a face detector none is found and the picture stays as it is."""
    return image


@operation
def pixelate_faces(image: Image, square: Square = 0) -> Image:
    """Show faces in coarse squares; without a face detector none is found and the picture stays as it is."""
    return image


@operation
def redeye(image: Image) -> Image:
    """Take red out of eyes; without a face detector none are found and the picture stays as it is."""
    return image
