"""One argument's text → a value. Percent is written ``p`` or ``%``; ``50px50p`` is fifty percent by fifty percent.

All raise BadTransformation with the argument and what was expected.
"""

import re
from fractions import Fraction

from media.errors import BadTransformation
from media.geometry import Length
from media.integers import is_integer
from media.language.params import Color, ColorKind, RatioKind

MAX_PERCENT = 10_000
_LENGTH = r"(\d{1,6})(?:px)?|(\d{1,6}(?:\.\d{1,6})?)[p%]"
_SIZE = re.compile(rf"(?:{_LENGTH})?x(?:{_LENGTH})?\Z".replace("(?:px)?", ""), re.ASCII)
_ONE = re.compile(rf"(?:{_LENGTH})\Z", re.ASCII)
_PLACE = re.compile(r"(-?)(\d{1,6}(?:\.\d{1,6})?)(p|%|px)?\Z", re.ASCII)
_HEX = re.compile(r"(?:[0-9a-fA-F]{3,4}|[0-9a-fA-F]{6}|[0-9a-fA-F]{8})\Z")
_RATIO = re.compile(r"[1-9][0-9]{0,5}:[1-9][0-9]{0,5}\Z")

#: Alignments by name, as shares of what is left over.
SIDES: dict[str, tuple[float, float]] = {
    "center": (0.5, 0.5), "top": (0.5, 0.0), "right": (1.0, 0.5), "bottom": (0.5, 1.0), "left": (0.0, 0.5),
}  # fmt: skip

Sides = tuple[Length | None, Length | None]
Place = tuple[Length, Length]


def _refuse(expected: str, text: str) -> BadTransformation:
    return BadTransformation(f"expected {expected}, got {text[:80]!r}")


def _length(whole: str | None, percent: str | None) -> Length | None:
    """Pixels, or percent as a fraction."""
    if percent is not None:
        return min(float(percent), MAX_PERCENT) / 100
    return None if whole is None else int(whole)


def sides(text: str, expected: str = "dimensions such as 300x200, 300x or x200") -> Sides:
    """``WxH``, one side may be missing; nothing is nothing of zero."""
    match = _SIZE.match(text)
    groups = match.groups() if match else (None,) * 4
    width, height = _length(*groups[:2]), _length(*groups[2:])
    if (width, height) == (None, None) or 0 in (width, height):
        raise _refuse(expected, text)
    return width, height


def both_sides(text: str) -> tuple[Length, Length]:
    width, height = sides(text, "both dimensions such as 300x200")
    if width is None or height is None:
        raise _refuse("both dimensions such as 300x200", text)
    return width, height


def pixel_sides(text: str) -> tuple[int | None, int | None]:
    """As :func:`sides`, in pixels alone; a number without an x is a width."""
    width, height = sides(f"{text}x" if is_integer(text) else text)
    if isinstance(width, float) or isinstance(height, float):
        raise _refuse("dimensions in pixels such as 300x200", text)
    return width, height


def both_pixel_sides(text: str) -> tuple[int, int]:
    width, height = pixel_sides(text)
    if width is None or height is None:
        raise _refuse("both dimensions in pixels such as 300x200", text)
    return width, height


def place(text: str) -> Place:
    """A side, the centre, or ``x,y`` in pixels from the top left or percent of what is left over."""
    if text in SIDES:
        return SIDES[text]
    x, comma, y = text.partition(",")
    if not comma:
        raise _refuse(f"{', '.join(SIDES)} or coordinates such as 10,20 or 50p,50p", text)
    return _coordinate(x, text), _coordinate(y, text)


def is_place(text: str) -> bool:
    return text in SIDES or "," in text


def _coordinate(text: str, whole: str) -> Length:
    match = _PLACE.match(text)
    if match is None:
        raise _refuse("coordinates such as 10,20 or 50p,50p", whole)
    sign, digits, unit = match.groups()
    if unit in ("p", "%"):
        value = min(float(digits), MAX_PERCENT) / 100
        return -value if sign else value
    if "." in digits:
        raise _refuse("whole pixels, or percent such as 50p", whole)
    return -int(digits) if sign else int(digits)


def length(text: str, expected: str = "a length such as 20 or 50p") -> Length:
    match = _ONE.match(text)
    found = _length(match.group(1), match.group(2)) if match else None
    if found is None:
        raise _refuse(expected, text)
    return found


def lengths(text: str) -> tuple[Length, ...]:
    """One to four, joined by commas."""
    parts = text.split(",")
    if len(parts) > 4:
        raise _refuse("one to four radii such as 10,20p", text)
    return tuple(length(part, "one to four radii such as 10,20p") for part in parts)


def is_ratio(text: str) -> bool:
    return _RATIO.match(text) is not None


def ratio(text: str) -> Fraction:
    try:
        return RatioKind().parse(text)
    except ValueError as error:
        raise _refuse("a ratio such as 16:9", text) from error


def is_color(text: str) -> bool:
    return _HEX.match(text) is not None


def color(text: str) -> Color:
    """Three, four, six or eight hexadecimal digits without a hash."""
    if not is_color(text):
        raise _refuse("a colour of 3, 4, 6 or 8 hexadecimal digits", text)
    return ColorKind().parse(text)


def whole(text: str, low: int, high: int) -> int:
    if not is_integer(text) or not low <= int(text) <= high:
        raise _refuse(f"a whole number {low}..{high}", text)
    return int(text)


def percent(text: str) -> int:
    """``40p`` or ``40%``, 0..100."""
    if text[-1:] not in ("p", "%"):
        raise _refuse("percent such as 40p", text)
    return whole(text[:-1], 0, 100)


def choice(text: str, names: tuple[str, ...]) -> str:
    if text not in names:
        raise _refuse(f"one of {', '.join(names)}", text)
    return text


def is_yes(text: str) -> bool:
    return choice(text, ("yes", "no")) == "yes"


#: Text in a path cannot hold a slash or a line break: a tilde escapes them, and itself.
_ESCAPES = {"~": "~", "s": "/", "n": "\n"}
_ESCAPE = re.compile(r"~(.?)", re.DOTALL)


def text(written: str) -> str:
    """``~~`` a tilde, ``~s`` a slash, ``~n`` a line break; another tilde stays."""
    return _ESCAPE.sub(lambda match: _ESCAPES.get(match.group(1), match.group()), written)
