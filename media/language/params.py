"""Two-way value types: the text of a URL or a record ⇄ a typed, checked value.

Every kind parses text into a value, formats the value back into canonical text (``parse(format(v)) == v``)
and says in ``expected`` what it accepts. A kind raises ValueError; the caller, which knows the operation's and the
parameter's name turns it into a sentence (:meth:`media.operations.registry.Operation.step`).
"""

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any, Protocol

from media.geometry import Length
from media.language.colors import NAMED_COLORS

COMPASS = (
    "north_west", "north", "north_east", "west", "center", "east", "south_west", "south", "south_east",
)  # fmt: skip

#: Digits beyond this are refused before Python converts them (its cost is quadratic).
MAX_NUMBER_LENGTH = 24
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)\Z", re.ASCII)


class Kind(Protocol):
    @property
    def expected(self) -> str:
        """What is accepted, to stand behind "must be"."""
        ...

    def parse(self, text: str) -> Any:
        """Raises ValueError if ``text`` is not of this kind or outside its range."""
        ...

    def format(self, value: Any) -> str: ...


def is_number(text: str) -> bool:
    """Whether :func:`number` can read it."""
    return len(text) <= MAX_NUMBER_LENGTH and _NUMBER.match(text) is not None


def number(text: str) -> float:
    """A plain decimal number: no exponents, no ``nan``, no ``inf``, no underscores."""
    if not is_number(text):
        raise ValueError(text)
    return float(text)


def format_number(value: float) -> str:
    """Shortest text that reads back as the same number; whole numbers without a point."""
    return str(int(value)) if value == int(value) else _decimal(value)


def _decimal(value: float) -> str:
    """Like repr, never with an exponent: :func:`number` reads none."""
    return format(Decimal(repr(float(value))), "f")


@dataclass(frozen=True, slots=True)
class Int:
    low: int
    high: int

    @property
    def expected(self) -> str:
        return f"{self.low}..{self.high}"

    def parse(self, text: str) -> int:
        value = number(text)
        if value != math.floor(value) or not self.low <= value <= self.high:
            raise ValueError(text)
        return int(value)

    def format(self, value: int) -> str:
        return str(value)


@dataclass(frozen=True, slots=True)
class Float:
    low: float
    high: float

    @property
    def expected(self) -> str:
        return f"a number {format_number(self.low)}..{format_number(self.high)}"

    def parse(self, text: str) -> float:
        value = number(text)
        if not self.low <= value <= self.high:
            raise ValueError(text)
        return value

    def format(self, value: float) -> str:
        return format_number(value)


@dataclass(frozen=True, slots=True)
class Bool:
    expected: str = "true or false"

    def parse(self, text: str) -> bool:
        return {"true": True, "false": False}[text] if text in ("true", "false") else self._refuse(text)

    def _refuse(self, text: str) -> bool:
        raise ValueError(text)

    def format(self, value: bool) -> str:
        return "true" if value else "false"


@dataclass(frozen=True, slots=True)
class Choice:
    names: tuple[str, ...]

    @property
    def expected(self) -> str:
        return f"one of {', '.join(self.names)}"

    def parse(self, text: str) -> str:
        if text not in self.names:
            raise ValueError(text)
        return text

    def format(self, value: str) -> str:
        return value


@dataclass(frozen=True, slots=True)
class Text:
    max_length: int = 4096

    @property
    def expected(self) -> str:
        return f"a text of at most {self.max_length} characters"

    def parse(self, text: str) -> str:
        if len(text) > self.max_length:
            raise ValueError(text)
        return text

    def format(self, value: str) -> str:
        return value


@dataclass(frozen=True, slots=True)
class Names:
    """A set of names of one vocabulary; canonical order is alphabetical, repeats fall away."""

    allowed: tuple[str, ...]

    @property
    def expected(self) -> str:
        return f"names of {', '.join(self.allowed)}"

    def parse(self, text: str) -> tuple[str, ...]:
        names = tuple(sorted({name for name in text.split(";") if name}))
        if not set(names) <= set(self.allowed):
            raise ValueError(text)
        return names

    def format(self, value: tuple[str, ...]) -> str:
        return ";".join(value)


@dataclass(frozen=True, slots=True)
class Color:
    """An sRGB colour, channels 0..255; ``alpha`` 255 is opaque."""

    red: int
    green: int
    blue: int
    alpha: int = 255

    @property
    def rgb(self) -> list[int]:
        return [self.red, self.green, self.blue]

    @property
    def rgba(self) -> list[int]:
        return [self.red, self.green, self.blue, self.alpha]


WHITE = Color(255, 255, 255)
BLACK = Color(0, 0, 0)
TRANSPARENT = Color(0, 0, 0, 0)
_HEX = re.compile(r"[0-9a-fA-F]{3}([0-9a-fA-F]([0-9a-fA-F]{2}([0-9a-fA-F]{2})?)?)?\Z")


@dataclass(frozen=True, slots=True)
class ColorKind:
    """A CSS colour name, or ``rgb:`` / ``#`` / bare hexadecimal RGB, RGBA, RRGGBB, RRGGBBAA."""

    expected: str = "a colour name or rgb:RGB, rgb:RGBA, rgb:RRGGBB or rgb:RRGGBBAA"

    def parse(self, text: str) -> Color:
        name = text.lower()
        if name == "transparent":
            return TRANSPARENT
        if name in NAMED_COLORS:
            return Color(*NAMED_COLORS[name])
        digits = name.removeprefix("rgb:").removeprefix("#")
        if not _HEX.match(digits):
            raise ValueError(text)
        if len(digits) <= 4:
            digits = "".join(digit * 2 for digit in digits)
        return Color(*bytes.fromhex(digits))

    def format(self, value: Color) -> str:
        return "rgb:" + bytes(value.rgba if value.alpha < 255 else value.rgb).hex()


@dataclass(frozen=True, slots=True)
class LengthKind:
    """Lengths in pixels, or as a fraction of a side.

    ``400`` is pixels, ``0.5`` half of the reference side; ``1`` is one pixel and ``1.0`` the whole side.
    """

    low: int
    high: int
    max_fraction: float = 100.0

    @property
    def expected(self) -> str:
        return f"whole pixels {self.low}..{self.high} or a fraction such as 0.5"

    def parse(self, text: str) -> Length:
        value = number(text)
        if "." not in text:
            if not self.low <= value <= self.high:
                raise ValueError(text)
            return int(value)
        lowest = -self.max_fraction if self.low < 0 else 0.0
        if not lowest <= value <= self.max_fraction or (value == 0 and self.low > 0):
            raise ValueError(text)
        return value

    def format(self, value: Length) -> str:
        return str(value) if isinstance(value, int) else _decimal(value)


@dataclass(frozen=True, slots=True)
class RatioKind:
    """Width : height as ``16:9`` or ``1.5``; the value is an exact fraction."""

    expected: str = "an aspect ratio such as 16:9 or 1.5"

    def parse(self, text: str) -> Fraction:
        width, _, height = text.partition(":")
        try:
            ratio = Fraction(str(number(width))) / Fraction(str(number(height or "1")))
        except ZeroDivisionError as error:
            raise ValueError(text) from error
        if not Fraction(1, 10_000) <= ratio <= 10_000:
            raise ValueError(text)
        return ratio

    def format(self, value: Fraction) -> str:
        return f"{value.numerator}:{value.denominator}"


@dataclass(frozen=True, slots=True)
class Gravity:
    """Where to look: the first target that the picture has counts. ``Gravity(("auto", "face"))``."""

    targets: tuple[str, ...]

    @property
    def is_compass(self) -> bool:
        return self.targets[0] in COMPASS


CENTER = Gravity(("center",))
#: ``aoi_10_20_30_40``: areas of interest as rectangles ``x, y, width, height`` in pixels of the source.
AREAS = re.compile(r"aoi((?:_\d{1,6}){4})+\Z", re.ASCII)


def area_of_interest(rectangles: Iterable[Sequence[int]]) -> str:
    """The target that names these rectangles."""
    return "_".join(["aoi", *(str(max(0, side)) for rectangle in rectangles for side in rectangle)])


@dataclass(frozen=True, slots=True)
class GravityKind:
    names: tuple[str, ...] = (*COMPASS, "auto")

    @property
    def expected(self) -> str:
        return f"one of {', '.join(self.names)}"

    def parse(self, text: str) -> Gravity:
        first, *rest = text.split(":")
        if not (first in self.names or AREAS.match(first)) or not all(rest):
            raise ValueError(text)
        return Gravity((first, *rest))

    def format(self, value: Gravity) -> str:
        return ":".join(value.targets)
