"""One parameter's text → a value, as leniently as the vendor: what cannot be read counts as not given.

Numbers beyond a bound are clamped to it; a mistyped parameter never fails a page's picture.
"""

from fractions import Fraction

from media.language.params import Color, ColorKind, RatioKind, number
from media.operations.backdrop import Auto

#: ``bg_color=auto``: the dominant colour of the picture.
DOMINANT = Auto("predominant")
_COLORS = ColorKind()
_RATIOS = RatioKind()


def decimal(text: str | None, low: float, high: float) -> float | None:
    """A number, clamped to the bounds; None for no number."""
    try:
        return min(max(number((text or "").strip()), low), high)
    except ValueError:
        return None


def whole(text: str | None, low: int, high: int) -> int | None:
    value = decimal(text, low, high)
    return None if value is None else round(value)


def side(text: str | None, high: int, dpr: float = 1.0) -> int | None:
    """A side in pixels; zero and less count as not given."""
    value = decimal(text, 0, high)
    return min(high, max(1, round(value * dpr))) if value else None


def color(text: str | None) -> Color | None:
    """A colour name or bare hexadecimal digits."""
    try:
        return _COLORS.parse((text or "").strip())
    except ValueError:
        return None


def backdrop(text: str | None) -> Color | Auto | None:
    """What lies behind the picture: a colour, or ``auto``."""
    return DOMINANT if text == "auto" else color(text)


def ratio(text: str) -> Fraction | None:
    try:
        return _RATIOS.parse(text.strip())
    except ValueError:
        return None


def ratios(text: str | None) -> tuple[Fraction, Fraction] | None:
    """The range ``a,b`` with the smaller ratio first; a single ratio is both ends."""
    ends = [ratio(part) for part in (text or "").split(",")]
    known = sorted(end for end in ends if end is not None)
    return (known[0], known[-1]) if known and len(known) == len(ends) <= 2 else None


def point(text: str | None, high: int) -> tuple[int, int] | None:
    """``X,Y`` in pixels."""
    values = [whole(part, 0, high) for part in (text or "").split(",")]
    if len(values) != 2 or values[0] is None or values[1] is None:
        return None
    return values[0], values[1]
