"""Sizes, boxes and anchors: integers only, no pixels.

Rounding is to the nearest integer, never below one pixel. A crop mode is arithmetic that ends in a
:class:`Layout`: scale the picture to ``scaled``, then look at it through a window of ``window``; if the window
reaches outside the picture there is padding. The modes and their corner cases follow Cloudinary's
transformation reference (``c_``, ``g_``, ``x_``, ``y_``).
"""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

#: A length on the wire: an int is pixels, a float a fraction of a reference side (1.0 = all of it).
Length = int | float


@dataclass(frozen=True, slots=True)
class Size:
    width: int
    height: int

    @property
    def pixels(self) -> int:
        return self.width * self.height

    @property
    def ratio(self) -> Fraction:
        return Fraction(self.width, self.height)


@dataclass(frozen=True, slots=True)
class Box:
    """A window with its top-left corner; may reach outside the picture (negative corner) if padding follows."""

    left: int
    top: int
    width: int
    height: int

    @property
    def size(self) -> Size:
        return Size(self.width, self.height)


@dataclass(frozen=True, slots=True)
class Layout:
    scaled: Size
    window: Size


def nearest(value: Fraction | float) -> int:
    """Round half up, at least one."""
    return max(1, int((Fraction(value) * 2 + 1) // 2))


def pixels(length: Length, side: int) -> int:
    """A length in pixels: whole numbers are pixels already, fractions refer to ``side``; sign kept."""
    return length if isinstance(length, int) else int((Fraction(length) * side * 2 + 1) // 2)


def scaled(size: Size, factor: Fraction) -> Size:
    return Size(nearest(size.width * factor), nearest(size.height * factor))


def largest_inside(size: Size, ratio: Fraction) -> Size:
    """The largest area of ``ratio`` within ``size``."""
    if size.ratio > ratio:
        return Size(min(size.width, nearest(size.height * ratio)), size.height)
    return Size(size.width, min(size.height, nearest(size.width / ratio)))


@dataclass(frozen=True, slots=True)
class Request:
    """The sides a client named, in pixels if given, and the width : height asked for."""

    width: int | None
    height: int | None
    ratio: Fraction | None = None

    @classmethod
    def of(cls, reference: Size, width: Length | None, height: Length | None, ratio: Fraction | None) -> "Request":
        """Fractions refer to ``reference``; with a ratio and one side the other side follows."""
        wide = None if width is None else max(1, pixels(width, reference.width))
        high = None if height is None else max(1, pixels(height, reference.height))
        if ratio is not None and wide is not None and high is None:
            high = nearest(wide / ratio)
        elif ratio is not None and high is not None and wide is None:
            wide = nearest(high * ratio)
        return cls(wide, high, ratio)

    def proportional(self, size: Size) -> Size:
        """Both sides: an absent one keeps the picture's proportions."""
        if self.width is None and self.height is None:
            return size if self.ratio is None else largest_inside(size, self.ratio)
        if self.height is None:
            assert self.width is not None
            return Size(self.width, nearest(Fraction(self.width * size.height, size.width)))
        if self.width is None:
            return Size(nearest(Fraction(self.height * size.width, size.height)), self.height)
        return Size(self.width, self.height)

    def unchanged(self, size: Size) -> Size:
        """Both sides: an absent one stays as it is in the picture."""
        if self.width is None and self.height is None and self.ratio is not None:
            return largest_inside(size, self.ratio)
        return Size(self.width or size.width, self.height or size.height)


def _inner(size: Size, box: Size) -> Fraction:
    return min(Fraction(box.width, size.width), Fraction(box.height, size.height))


def _outer(size: Size, box: Size) -> Fraction:
    return max(Fraction(box.width, size.width), Fraction(box.height, size.height))


def _at_least(size: Size, other: Size) -> Size:
    return Size(max(size.width, other.width), max(size.height, other.height))


def _at_most(size: Size, other: Size) -> Size:
    return Size(min(size.width, other.width), min(size.height, other.height))


def scale(size: Size, box: Size) -> Layout:
    return Layout(box, box)


def fit(size: Size, box: Size) -> Layout:
    # The side that decides is exact; rounding the other must not push it over the box.
    inside = _at_most(scaled(size, _inner(size, box)), box)
    return Layout(inside, inside)


def limit(size: Size, box: Size) -> Layout:
    return fit(size, box) if _inner(size, box) < 1 else Layout(size, size)


def mfit(size: Size, box: Size) -> Layout:
    return fit(size, box) if _inner(size, box) > 1 else Layout(size, size)


def fill(size: Size, box: Size) -> Layout:
    return Layout(_at_least(scaled(size, _outer(size, box)), box), box)


def lfill(size: Size, box: Size) -> Layout:
    """A fill that never enlarges; if only one side is larger, that side is cut."""
    if _outer(size, box) < 1:
        return fill(size, box)
    return Layout(size, _at_most(size, box))


def pad(size: Size, box: Size) -> Layout:
    return Layout(fit(size, box).scaled, box)


def lpad(size: Size, box: Size) -> Layout:
    return Layout(limit(size, box).scaled, box)


def mpad(size: Size, box: Size) -> Layout:
    return Layout(size, _at_least(size, box))


def crop(size: Size, box: Size) -> Layout:
    return Layout(size, _at_most(size, box))


#: Padding that a picture may get on one axis before cutting is preferred, as a share of the side.
FILL_PAD_MAX_LOSS = Fraction(1, 4)


def fill_pad(size: Size, box: Size) -> Layout:
    """Fill while at most a quarter of the picture is lost, then pad what the box still lacks."""
    most = _inner(size, box) / (1 - FILL_PAD_MAX_LOSS)
    factor = min(_outer(size, box), most)
    return Layout(scaled(size, factor), box)


#: crop mode → (size of the picture, both sides asked for) → layout
LAYOUTS: dict[str, Callable[[Size, Size], Layout]] = {
    "scale": scale, "fit": fit, "limit": limit, "mfit": mfit, "fill": fill, "lfill": lfill, "fill_pad": fill_pad,
    "pad": pad, "lpad": lpad, "mpad": mpad, "crop": crop, "thumb": fill, "auto": fill, "auto_pad": fill_pad,
}  # fmt: skip

#: compass name → (horizontal, vertical) anchor: 0 west/north, 1 centre, 2 east/south
ANCHORS: dict[str, tuple[int, int]] = {
    "north_west": (0, 0), "north": (1, 0), "north_east": (2, 0),
    "west": (0, 1), "center": (1, 1), "east": (2, 1),
    "south_west": (0, 2), "south": (1, 2), "south_east": (2, 2),
}  # fmt: skip


def offsets(compass: str, x: int, y: int) -> tuple[int, int]:
    """Offsets point inward from the anchor: left from the east, up from the south."""
    across, down = ANCHORS[compass]
    return (-x if across == 2 else x, -y if down == 2 else y)


def anchored(compass: str, outside: Size, inside: Size) -> tuple[int, int]:
    """The corner of ``inside`` when it stands at that anchor of ``outside``; negative if it is larger."""
    across, down = ANCHORS[compass]
    free = (outside.width - inside.width, outside.height - inside.height)
    return (free[0] * across // 2, free[1] * down // 2)


def placed(compass: str, outside: Size, inside: Size, x: int, y: int) -> Box:
    """``inside`` at an anchor of ``outside``, moved inward by ``x`` and ``y``."""
    left, top = anchored(compass, outside, inside)
    right, down = offsets(compass, x, y)
    return Box(left + right, top + down, inside.width, inside.height)


def clamped(box: Box, size: Size) -> Box:
    """The same window, moved until it lies inside the picture as far as it can."""
    left = min(max(box.left, 0), max(0, size.width - box.width))
    top = min(max(box.top, 0), max(0, size.height - box.height))
    return Box(left, top, box.width, box.height)


def clipped(box: Box, size: Size) -> Box | None:
    """The part of the window that lies on the picture; None if nothing does."""
    left, top = max(box.left, 0), max(box.top, 0)
    right, bottom = min(box.left + box.width, size.width), min(box.top + box.height, size.height)
    return Box(left, top, right - left, bottom - top) if right > left and bottom > top else None


def around(x: int, y: int, window: Size) -> Box:
    """A window whose centre is at ``x``, ``y``."""
    return Box(x - window.width // 2, y - window.height // 2, window.width, window.height)
