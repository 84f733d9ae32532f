"""Outlines of things that shops sell, drawn by chance: what a few renders cannot show often enough, which is holes.

Every drawing is white on black in a unit square, x to the right and y down, its feet at y = 1.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from worker.training.samples import Random, one_of

SIDE = 768  # drawn large, to be averaged into soft edges
WORDS = ("SALE", "Nord", "Oak & Co", "R8", "hello", "Studio", "42", "Bloom", "ATLAS", "Kiwi", "&", "No. 5", "mira")

Points = list[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Pen:
    """Draws in fractions of the square's side."""

    canvas: ImageDraw.ImageDraw

    def line(self, points: Points, width: float, *, ink: int = 255) -> None:
        """A polyline with round joints and ends."""
        thick = max(2, round(width * SIDE))
        ends = [(x * SIDE, y * SIDE) for x, y in points]
        self.canvas.line(ends, fill=ink, width=thick)
        for x, y in ends:
            self.canvas.ellipse((x - thick / 2, y - thick / 2, x + thick / 2, y + thick / 2), fill=ink)

    def shape(self, points: Points, *, ink: int = 255) -> None:
        self.canvas.polygon([(x * SIDE, y * SIDE) for x, y in points], fill=ink)

    def disc(self, x: float, y: float, radius: float, *, flat: float = 1.0, ink: int = 255) -> None:
        self.canvas.ellipse(_box(x, y, radius, flat), fill=ink)

    def ring(self, x: float, y: float, radius: float, width: float, *, flat: float = 1.0) -> None:
        self.canvas.ellipse(_box(x, y, radius, flat), outline=255, width=max(2, round(width * SIDE)))

    def block(self, *box: float, rounding: float = 0, ink: int = 255) -> None:
        """Left, top, right, bottom."""
        self.canvas.rounded_rectangle([side * SIDE for side in box], radius=rounding * SIDE, fill=ink)

    def text(self, x: float, y: float, words: str, height: float, *, weight: float = 0) -> None:
        """Middled at x, y."""
        font = ImageFont.load_default(height * SIDE)
        bold = round(weight * SIDE)
        self.canvas.text((x * SIDE, y * SIDE), words, fill=255, font=font, anchor="mm", stroke_width=bold)


Drawing = Callable[[Pen, Random], None]


def draw(drawing: Drawing, random: Random) -> Image.Image:
    """Its mask, `SIDE` × `SIDE`, 0 and 255."""
    picture = Image.new("L", (SIDE, SIDE))
    drawing(Pen(ImageDraw.Draw(picture)), random)
    return picture


def _box(x: float, y: float, radius: float, flat: float) -> tuple[float, float, float, float]:
    across, down = radius * SIDE, radius * flat * SIDE
    return x * SIDE - across, y * SIDE - down, x * SIDE + across, y * SIDE + down


def _arc(x: float, y: float, radius: float, first: float, last: float, *, flat: float = 1.0) -> Points:
    """Points of an arc, angles in turns, clockwise from the right."""
    angles = np.linspace(first, last, 25) * 2 * math.pi
    return [(x + radius * math.cos(angle), y + radius * flat * math.sin(angle)) for angle in angles]


def picture_frame(pen: Pen, random: Random) -> None:
    left, top, width = random.uniform(0.02, 0.25), random.uniform(0.02, 0.2), random.uniform(0.02, 0.1)
    pen.block(left, top, 1 - left, 1)
    pen.block(left + width, top + width, 1 - left - width, 1 - width, ink=0)


def grid(pen: Pen, random: Random) -> None:
    """A rack, a crate, a fence."""
    columns, rows, width = random.integers(2, 8), random.integers(2, 8), random.uniform(0.008, 0.03)
    top = random.uniform(0.05, 0.5)
    for x in np.linspace(0.05, 0.95, columns + 1):
        pen.line([(x, top), (x, 0.97)], width)
    for y in np.linspace(top, 0.97, rows + 1):
        pen.line([(0.05, y), (0.95, y)], width)


def rings(pen: Pen, random: Random) -> None:
    flat = random.uniform(0.4, 1.0)
    for _ in range(random.integers(1, 4)):
        radius = random.uniform(0.12, 0.38)
        x, y = random.uniform(radius, 1 - radius), random.uniform(radius, 1 - radius)
        pen.ring(x, y, radius, random.uniform(0.01, 0.07), flat=flat)


def chair(pen: Pen, random: Random) -> None:
    width, leg = random.uniform(0.25, 0.4), random.uniform(0.012, 0.04)
    seat, back, lean = random.uniform(0.5, 0.65), random.uniform(0.02, 0.15), random.uniform(-0.06, 0.1)
    left, right, depth = 0.5 - width, 0.5 + width * 0.6, random.uniform(0.08, 0.2)
    pen.shape([(left, seat), (right, seat), (right + depth, seat + 0.08), (left + depth, seat + 0.08)])
    for x, foot in ((left, 0.93), (right, 0.93), (left + depth, 0.99), (right + depth, 0.99)):
        pen.line([(x, seat + 0.02), (x + lean / 3, foot)], leg)
    for x in np.linspace(left, right, random.integers(2, 8)):
        pen.line([(x, seat), (x - lean, back)], leg * random.uniform(0.5, 1))
    pen.line([(left - lean, back), (right - lean, back)], leg * random.uniform(1, 3))


def table(pen: Pen, random: Random) -> None:
    top, leg, inset = random.uniform(0.3, 0.6), random.uniform(0.012, 0.05), random.uniform(0.02, 0.15)
    pen.block(0.03, top, 0.97, top + random.uniform(0.02, 0.07), rounding=0.01)
    for x in (0.03 + inset, 0.97 - inset):
        pen.line([(x, top), (x + random.uniform(-0.04, 0.04), 0.98)], leg)
    if random.random() < 0.5:
        pen.line([(0.03 + inset, 0.85), (0.97 - inset, 0.85)], leg * 0.8)


def wheel(pen: Pen, random: Random) -> None:
    flat, rim = random.uniform(0.6, 1.0), random.uniform(0.015, 0.06)
    pen.ring(0.5, 0.5, 0.48, rim, flat=flat)
    for turn in np.arange(spokes := random.integers(5, 22)) / spokes + random.random():
        x, y = math.cos(turn * 2 * math.pi), math.sin(turn * 2 * math.pi)
        pen.line([(0.5, 0.5), (0.5 + 0.47 * x, 0.5 + 0.47 * flat * y)], random.uniform(0.004, 0.02))
    pen.disc(0.5, 0.5, random.uniform(0.03, 0.1), flat=flat)


def bicycle(pen: Pen, random: Random) -> None:
    radius, bar = random.uniform(0.19, 0.23), random.uniform(0.012, 0.022)
    rear, front, floor = (radius + 0.02, 0.98 - radius), (0.98 - radius, 0.98 - radius), 0.98 - radius
    for x, y in (rear, front):
        pen.ring(x, y, radius, random.uniform(0.01, 0.025))
        for turn in np.arange(spokes := random.integers(8, 20)) / spokes:
            pen.line([(x, y), (x + radius * math.cos(turn * 6.283), y + radius * math.sin(turn * 6.283))], 0.004)
    saddle, crank, head = (0.36, floor - 0.36), (0.46, floor), (0.7, floor - 0.34)
    for first, last in ((rear, crank), (crank, saddle), (saddle, head), (head, crank), (rear, saddle), (head, front)):
        pen.line([first, last], bar)
    pen.line([(0.3, saddle[1] - 0.02), (0.43, saddle[1] - 0.02)], 0.025)
    pen.line([head, (0.69, floor - 0.42), (0.77, floor - 0.44)], bar)


def spectacles(pen: Pen, random: Random) -> None:
    radius, width, flat = random.uniform(0.17, 0.22), random.uniform(0.01, 0.035), random.uniform(0.7, 1.0)
    for x in (0.26, 0.74):
        pen.ring(x, 0.7, radius, width, flat=flat)
    pen.line(_arc(0.5, 0.7, 0.08, 0.5, 1.0, flat=0.6), width)
    for x, away in ((0.26 - radius, -1), (0.74 + radius, 1)):
        pen.line([(x, 0.66), (x - away * random.uniform(0.02, 0.15), random.uniform(0.35, 0.55))], width)


def ladder(pen: Pen, random: Random) -> None:
    lower, upper, width = random.uniform(0.1, 0.3), random.uniform(0.25, 0.38), random.uniform(0.015, 0.04)
    for side in (-1, 1):
        pen.line([(0.5 + side * lower, 0.98), (0.5 + side * (0.5 - upper), 0.02)], width)
    for part in np.linspace(0.1, 0.9, random.integers(4, 9)):
        half = lower * part + (0.5 - upper) * (1 - part)
        pen.line([(0.5 - half, part), (0.5 + half, part)], width * 0.8)


def mug(pen: Pen, random: Random) -> None:
    top, left, right, taper = random.uniform(0.1, 0.4), 0.1, random.uniform(0.5, 0.7), random.uniform(0, 0.08)
    middle, radius = (top + 1) / 2, (1 - top) * random.uniform(0.25, 0.4)
    pen.ring(right, middle, radius, random.uniform(0.025, 0.06), flat=random.uniform(0.9, 1.2))
    pen.shape([(left, top), (right, top), (right - taper, 0.98), (left + taper, 0.98)])
    pen.disc((left + right) / 2, top, (right - left) / 2, flat=0.15)


def bag(pen: Pen, random: Random) -> None:
    """A body with one or two handles or a long strap."""
    top, width = random.uniform(0.4, 0.6), random.uniform(0.012, 0.04)
    for _ in range(random.integers(1, 3)):
        half, middle = random.uniform(0.12, 0.35), random.uniform(0.45, 0.55)
        high = min(random.uniform(1.0, 1.9), (top - 0.02) / half)
        pen.line(_arc(middle, top + 0.02, half, 0.5, 1.0, flat=high), width)
    slant = random.uniform(-0.1, 0.08)
    pen.shape([(0.1, top), (0.9, top), (0.9 + slant, 0.98), (0.1 - slant, 0.98)])


def plant(pen: Pen, random: Random) -> None:
    """A pot and stems with leaves."""
    rim, half = random.uniform(0.65, 0.8), random.uniform(0.12, 0.22)
    pen.shape([(0.5 - half, rim), (0.5 + half, rim), (0.5 + half * 0.7, 0.98), (0.5 - half * 0.7, 0.98)])
    for _ in range(random.integers(3, 14)):
        away, high, stem = random.uniform(-0.42, 0.42), random.uniform(0.05, 0.5), random.uniform(0.004, 0.014)
        bent = [(0.5 + away * part**1.6, rim + (high - rim) * part) for part in np.linspace(0, 1, 9)]
        pen.line(bent, stem)
        for x, y in bent[3:]:
            _leaf(pen, x, y, random.uniform(0.04, 0.14), random.uniform(0, 1))


def _leaf(pen: Pen, x: float, y: float, length: float, turn: float) -> None:
    ahead, beside = np.array([math.cos(turn * 6.283), math.sin(turn * 6.283)]), length * 0.22
    side = np.array([-ahead[1], ahead[0]]) * beside
    root, tip = np.array([x, y]), np.array([x, y]) + ahead * length
    middle = (root + tip) / 2
    pen.shape([tuple(point) for point in (root, middle + side, tip, middle - side)])


def lamp(pen: Pen, random: Random) -> None:
    x, stem, shade = 0.5 + random.uniform(-0.15, 0.15), random.uniform(0.008, 0.025), random.uniform(0.12, 0.3)
    pen.line([(0.5, 0.96), (0.5, random.uniform(0.4, 0.6)), (x, 0.25)], stem)
    pen.shape([(x - shade * 0.5, 0.05), (x + shade * 0.5, 0.05), (x + shade, 0.3), (x - shade, 0.3)])
    pen.disc(0.5, 0.96, random.uniform(0.1, 0.25), flat=0.15)


def headphones(pen: Pen, random: Random) -> None:
    width, half = random.uniform(0.02, 0.06), random.uniform(0.3, 0.4)
    pen.line(_arc(0.5, 0.55, half, 0.5, 1.0, flat=1.25), width)
    for x in (0.5 - half, 0.5 + half):
        pen.block(x - 0.07, 0.5, x + 0.07, random.uniform(0.8, 0.95), rounding=0.06)


def chain(pen: Pen, random: Random) -> None:
    """Links or beads along a hanging curve, sometimes with a pendant."""
    half, count, size = random.uniform(0.25, 0.45), random.integers(14, 40), random.uniform(0.008, 0.03)
    for number, (x, y) in enumerate(_arc(0.5, 0.05, half, 0.0, 0.5, flat=random.uniform(1.2, 1.9))):
        pen.ring(x, y, size * 1.4, size * 0.6) if number % 2 and count > 25 else pen.disc(x, y, size)
    pen.line(_arc(0.5, 0.05, half, 0.0, 0.5, flat=1.5), 0.004)
    if random.random() < 0.6:
        pen.disc(0.5, 0.05 + half * 1.5, random.uniform(0.03, 0.1))


def belt(pen: Pen, random: Random) -> None:
    """A strap laid in a loop, with a buckle."""
    width = random.uniform(0.03, 0.09)
    loop = _arc(0.45, 0.5, random.uniform(0.25, 0.38), random.uniform(0, 0.2), random.uniform(0.9, 1.1))
    pen.line([*loop, (0.97, random.uniform(0.2, 0.8))], width)
    x, y = loop[0]
    pen.block(x - width, y - width, x + width, y + width, rounding=0.01)
    pen.block(x - width / 2, y - width / 2, x + width / 2, y + width / 2, ink=0)


def hanger(pen: Pen, random: Random) -> None:
    width, low = random.uniform(0.012, 0.04), random.uniform(0.55, 0.75)
    pen.line([(0.5, 0.4), (0.03, low), (0.97, low), (0.5, 0.4)], width)
    pen.line([(0.5, 0.4), (0.5, 0.3), *_arc(0.5, 0.2, 0.1, 0.25, -0.5)], width * 0.7)


def shelf(pen: Pen, random: Random) -> None:
    left, width = random.uniform(0.05, 0.25), random.uniform(0.012, 0.04)
    for y in np.linspace(0.05, 0.9, random.integers(2, 6)):
        pen.line([(left, y), (1 - left, y)], width)
    for x in (left, 1 - left):
        pen.line([(x, 0.03), (x, 0.98)], width)
    if random.random() < 0.4:
        pen.line([(left, 0.05), (1 - left, 0.9)], width / 2)


def scissors(pen: Pen, random: Random) -> None:
    spread, width = random.uniform(0.05, 0.22), random.uniform(0.02, 0.045)
    for side in (-1, 1):
        pen.shape([(0.5 - side * 0.03, 0.6), (0.5 + side * 0.03, 0.6), (0.5 - side * spread, 0.03)])
        pen.ring(0.5 + side * (spread + 0.1), 0.84, random.uniform(0.1, 0.13), width, flat=1.1)
        pen.line([(0.5, 0.58), (0.5 + side * (spread + 0.03), 0.74)], width)


def lettering(pen: Pen, random: Random) -> None:
    for y in np.linspace(0.3, 0.75, random.integers(1, 3)):
        words = one_of(WORDS, random)
        pen.text(0.5, y, words, min(0.5, 1.5 / len(words)), weight=random.uniform(0, 0.015))


def emblem(pen: Pen, random: Random) -> None:
    """A ring with a letter, as a logo."""
    pen.ring(0.5, 0.5, 0.45, random.uniform(0.02, 0.08))
    pen.text(0.5, 0.5, one_of("ABEGKMRSXZ", random), random.uniform(0.4, 0.6), weight=random.uniform(0, 0.02))


def package(pen: Pen, random: Random) -> None:
    left, top = random.uniform(0.02, 0.3), random.uniform(0.05, 0.4)
    pen.block(left, top, 1 - left, 0.98, rounding=random.uniform(0, 0.1))
    if random.random() < 0.5:
        pen.block(0.4, max(0, top - 0.1), 0.6, top + 0.02, rounding=0.02)


def bottle(pen: Pen, random: Random) -> None:
    half, neck, shoulder = random.uniform(0.12, 0.22), random.uniform(0.04, 0.08), random.uniform(0.3, 0.5)
    pen.block(0.5 - half, shoulder, 0.5 + half, 0.98, rounding=0.04)
    pen.disc(0.5, shoulder + 0.02, half, flat=random.uniform(0.5, 1.0))
    pen.block(0.5 - neck, 0.03, 0.5 + neck, shoulder, rounding=0.02)


def wine_glass(pen: Pen, random: Random) -> None:
    half, stem = random.uniform(0.15, 0.25), random.uniform(0.008, 0.02)
    pen.shape([(0.5 - half * 0.8, 0.05), (0.5 + half * 0.8, 0.05), (0.5 + half, 0.3), (0.5 - half, 0.3)])
    pen.disc(0.5, 0.3, half, flat=random.uniform(0.8, 1.2))
    pen.line([(0.5, 0.45), (0.5, 0.95)], stem)
    pen.disc(0.5, 0.96, random.uniform(0.12, 0.2), flat=0.12)


LEARNT: tuple[Drawing, ...] = (
    picture_frame, grid, rings, chair, table, wheel, spectacles, ladder, bag, plant, lamp, chain, belt, shelf,
    lettering, package, bottle,
)  # fmt: skip
HELD_OUT: tuple[Drawing, ...] = (bicycle, mug, headphones, hanger, scissors, emblem, wine_glass)
