"""Corners rounded as CSS does: radii of their own across and down, in pixels or shares of the sides."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Annotated

from media.geometry import Length, Size
from media.language.params import LengthKind
from media.operations.arguments import MaybePaint
from media.operations.registry import operation
from media.operations.reshape import MAX_RADIUS, elliptic_shape
from media.raster.pixels import Image, flatten, size_of, to_uint8, with_alpha

#: Which of one to four radii each corner has, from the top left clockwise (CSS Backgrounds 3, section 4.1).
_SHORTHAND = {1: (0, 0, 0, 0), 2: (0, 1, 0, 1), 3: (0, 1, 2, 1), 4: (0, 1, 2, 3)}
#: The corners that share the top, the right, the bottom and the left side.
_ACROSS, _DOWN = ((0, 1), (3, 2)), ((0, 3), (1, 2))
_LENGTH = LengthKind(0, MAX_RADIUS)


@dataclass(frozen=True, slots=True)
class Curves:
    """The radii of the corners, from the top left clockwise."""

    across: tuple[Length, ...]
    down: tuple[Length, ...]


@dataclass(frozen=True, slots=True)
class CurvesKind:
    expected: str = f"one to four radii 0..{MAX_RADIUS} or fractions, joined by ':', and as many behind a '/'"

    def parse(self, text: str) -> Curves:
        across, slash, down = text.partition("/")
        horizontal = _spread(across)
        return Curves(horizontal, _spread(down) if slash else horizontal)

    def format(self, value: Curves) -> str:
        return "/".join(":".join(map(_LENGTH.format, radii)) for radii in (value.across, value.down))


def _spread(text: str) -> tuple[Length, ...]:
    given = [_LENGTH.parse(part) for part in text.split(":")]
    if len(given) not in _SHORTHAND:
        raise ValueError(text)
    return tuple(given[index] for index in _SHORTHAND[len(given)])


@operation(price=18)
def curve_corners(image: Image, radii: Annotated[Curves, CurvesKind()], background: MaybePaint = None) -> Image:
    """Round the corners by parts of ellipses; what is cut off is transparent, or painted."""
    picture, size = with_alpha(image), size_of(image)
    shape = elliptic_shape(size, _in_pixels(size, radii))
    cut = picture[:3].bandjoin(to_uint8(picture[3] * shape / 255)).copy(interpretation="srgb")
    return flatten(cut, background) if background else cut


def _in_pixels(size: Size, radii: Curves) -> list[tuple[float, float]]:
    """Both radii of each corner; scaled down, all alike, until none meet on a side."""
    across = [_pixels(each, size.width) for each in radii.across]
    down = [_pixels(each, size.height) for each in radii.down]
    factor = min(_room(across, _ACROSS, size.width), _room(down, _DOWN, size.height))
    pairs = zip(across, down, strict=True)
    return [(min(x * factor, size.width), min(y * factor, size.height)) for x, y in pairs]


def _pixels(radius: Length, side: int) -> float:
    return float(radius) if isinstance(radius, int) else float(Fraction(radius) * side)


def _room(radii: Sequence[float], sides: Sequence[tuple[int, int]], side: int) -> float:
    sums = [radii[first] + radii[second] for first, second in sides]
    return min((side / each for each in sums if each > side), default=1.0)
