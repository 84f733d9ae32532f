"""Colours exchanged for others: one colour over all, tones, channels, one colour for another."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

import numpy as np
import pyvips

from media.integers import is_natural
from media.language.params import BLACK, WHITE, Color, ColorKind, Int, format_number, is_number, number
from media.operations.adjust import LUMA, curved, luma, recombined
from media.operations.arguments import First, MaybePaint, Paint, Percent
from media.operations.registry import operation, unchanged
from media.raster.palette import GRAY, lab_of, prominent, seen
from media.raster.pixels import Image, clamped, join, on_colours, size_of, solid, split, to_uint8

RED = Color(255, 0, 0)
MAX_TINTS = 10


def mixed(image: Image, changed: Image, percent: float) -> Image:
    """``percent`` of the changed colours over the picture's own; alpha stays."""
    if percent >= 100:
        return join(to_uint8(split(changed)[0]), split(image)[1])
    share = percent / 100
    return on_colours(image, lambda colours: colours * (1 - share) + split(changed)[0] * share)


@operation(price=3, reads=unchanged)
def colorize(image: Image, strength: Percent = 100, color: Paint = GRAY) -> Image:
    """Lay a colour over the picture; at 100 only the shape is left."""
    return mixed(image, solid(size_of(image), Color(*color.rgb)), strength)


@dataclass(frozen=True, slots=True)
class Stop:
    """A colour and its place on the way from black (0) to white (100)."""

    color: Color
    position: float


@dataclass(frozen=True, slots=True)
class Tint:
    equalize: bool
    amount: int
    stops: tuple[Stop, ...]


@dataclass(frozen=True, slots=True)
class TintKind:
    """The tones of ``tint``.

    ``[equalize:][amount:]color[:position p]…``; colours without a position are spread evenly.
    """

    expected: str = "equalize, an amount 0..100 and up to 10 colours, each followed by a position such as 50p"
    takes_all: bool = True

    def parse(self, text: str) -> Tint:
        words = [word for word in text.replace("rgb:", "#").split(":") if word]
        equalize = bool(words) and words[0] == "equalize"
        words = words[equalize:]
        amount = DEFAULT_TINT.amount
        if words and is_natural(words[0]) and len(words[0]) <= 3:
            amount = Int(0, 100).parse(words.pop(0))
        stops = _stops(words)
        if len(stops) > MAX_TINTS:
            raise ValueError(text)
        return Tint(equalize, amount, stops or DEFAULT_TINT.stops)

    def format(self, value: Tint) -> str:
        stops = [f"{bytes(stop.color.rgb).hex()}:{format_number(stop.position)}p" for stop in value.stops]
        return ":".join([*(["equalize"] if value.equalize else []), str(value.amount), *stops])


def _stops(words: Sequence[str]) -> tuple[Stop, ...]:
    colors: list[tuple[Color, float | None]] = []
    for word in words:
        if word.endswith("p") and is_number(word[:-1]):
            if not colors or not 0 <= number(word[:-1]) <= 100:
                raise ValueError(word)
            colors[-1] = (colors[-1][0], number(word[:-1]))
        else:
            colors.append((ColorKind().parse(word), None))
    even = [100 * (index + 1) / (len(colors) + 1) for index in range(len(colors))]
    return tuple(
        Stop(color, place if given is None else given) for (color, given), place in zip(colors, even, strict=True)
    )


DEFAULT_TINT = Tint(equalize=False, amount=60, stops=(Stop(RED, 50.0),))


@operation(price=8)
def tint(image: Image, tones: Annotated[Tint, TintKind()] = DEFAULT_TINT, *, first: First) -> Image:
    """Give the tones of the picture colours, from black over the given ones to white."""
    tone = luma(image)
    if tones.equalize:
        tone = curved(tone, _equalizing(first))
    stops = sorted([Stop(BLACK, 0.0), *tones.stops, Stop(WHITE, 100.0)], key=lambda stop: stop.position)
    places = [stop.position * 2.55 for stop in stops]
    table = [np.interp(np.arange(256), places, [stop.color.rgb[band] for stop in stops]) for band in range(3)]
    lookup = pyvips.Image.new_from_array(np.dstack(table).round().astype(np.uint8))
    return mixed(image, tone.maplut(lookup).copy(interpretation="srgb"), tones.amount)


def _equalizing(image: Image) -> Image:
    """The curve after which all tones are equally frequent among the visible pixels."""
    tones = (seen(image, edge=False) @ np.array(LUMA)).round().astype(int)
    frequencies = np.bincount(tones, minlength=256)
    return pyvips.Image.new_from_array((frequencies.cumsum() * 255 / frequencies.sum())[None])


@dataclass(frozen=True, slots=True)
class MatrixKind:
    """Nine numbers (3×3) or sixteen (4×4, the fourth row and column for alpha), joined by ``:``."""

    expected: str = "9 or 16 numbers joined by ':'"
    takes_all: bool = True

    def parse(self, text: str) -> tuple[float, ...]:
        values = tuple(number(word) for word in text.split(":"))
        if len(values) not in (9, 16) or any(abs(value) > 1000 for value in values):
            raise ValueError(text)
        return values

    def format(self, value: tuple[float, ...]) -> str:
        return ":".join(map(format_number, value))


@operation(price=4, reads=unchanged)
def recolor(image: Image, matrix: Annotated[tuple[float, ...], MatrixKind()]) -> Image:
    """Mix the channels anew by a matrix of 3×3 or, with alpha, 4×4 weights."""
    side = 3 if len(matrix) == 9 else 4
    rows = [list(matrix[index : index + side]) for index in range(0, len(matrix), side)]
    if side == 3:
        return recombined(image, rows)
    whole = image if image.hasalpha() else image.bandjoin(255)
    result = to_uint8(whole.recomb(rows))
    return result if image.hasalpha() else result[:3]


@operation(price=26)
def replace_color(
    image: Image, to: Paint, tolerance: Percent = 50, replaced: MaybePaint = None, *, first: First
) -> Image:
    """Exchange one colour, the most prominent unless chosen, and its shades for another."""
    old, new = lab_of(replaced or prominent(first)), lab_of(to)

    def exchanged(colours: Image) -> Image:
        lab = colours.colourspace("lab")
        # Hue and chroma decide, lightness counts a third: shades of the colour go with it.
        away = ((lab - old) * [1 / 3, 1, 1]) ** 2
        distance = (away[0] + away[1] + away[2]) ** 0.5
        weight = clamped(2 - distance * (2 / max(1, tolerance)))
        moved = lab + weight.bandjoin([weight, weight]) * [new[index] - old[index] for index in range(3)]
        return moved.copy(interpretation="lab").colourspace("srgb")

    return on_colours(image, exchanged)
