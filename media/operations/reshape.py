"""Reshaping: rotation, flips, trimmed and rounded edges, borders, backgrounds, opacity."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import pyvips

from media.geometry import Box, Size
from media.language.params import BLACK, TRANSPARENT, Choice, Color, Float, Int, number
from media.operations.arguments import First, Frames, MaybePaint, OwnSize, Paint, SceneNow
from media.operations.backdrop import MaybeBackdrop, SomeBackdrop, backdrop_weight, lay_on
from media.operations.registry import operation, unchanged, unknown
from media.raster.margin import content_box
from media.raster.pixels import Image, resample, size_of, solid, through_window, to_uint8, with_alpha

#: Inputs with a longer side are scaled down before a rotation that is not a quarter turn.
FREE_ROTATION_MAX_SIDE = 3000
QUARTERS = {0.0: "d0", 90.0: "d90", 180.0: "d180", 270.0: "d270"}

#: A corner radius in pixels, or "max" for as round as can be.
Radius = int | str
MAX_RADIUS = 100_000


@dataclass(frozen=True, slots=True)
class RadiiKind:
    """One to four radii ``tl:tr:br:bl``; two mean tl+br : tr+bl, three tl : tr+bl : br. The value has all four."""

    expected: str = f"max or one to four radii 0..{MAX_RADIUS}, joined by ':'"

    def parse(self, text: str) -> tuple[Radius, ...]:
        given = [self._radius(part) for part in text.split(":")]
        if len(given) > 4:
            raise ValueError(text)
        order = {1: (0, 0, 0, 0), 2: (0, 1, 0, 1), 3: (0, 1, 2, 1), 4: (0, 1, 2, 3)}[len(given)]
        return tuple(given[index] for index in order)

    def _radius(self, text: str) -> Radius:
        if text == "max":
            return text
        value = number(text)
        if not 0 <= value <= MAX_RADIUS:
            raise ValueError(text)
        return round(value)

    def format(self, value: tuple[Radius, ...]) -> str:
        return ":".join(str(radius) for radius in value)


Radii = Annotated[tuple[Radius, ...], RadiiKind()]
NO_RADII = (0, 0, 0, 0)


def _rotated_size(size: Size, arguments: Mapping[str, Any]) -> Size | None:
    angle = arguments["angle"] % 360
    if angle % 180 == 0:
        return size
    return Size(size.height, size.width) if angle % 90 == 0 else None


def _rotated_weight(size: Size, arguments: Mapping[str, Any]) -> float:
    return 2 if arguments["angle"] % 90 == 0 else 12 + backdrop_weight(size, arguments)


def _turned_window(size: Size, arguments: Mapping[str, Any]) -> Size:
    """The smallest window around the turned picture."""
    turn = math.radians(arguments["angle"])
    across, down = abs(math.cos(turn)), abs(math.sin(turn))
    return Size(
        math.ceil(size.width * across + size.height * down), math.ceil(size.width * down + size.height * across)
    )


@operation(price=_rotated_weight, grows=_turned_window, size_after=_rotated_size, moves=True)
def rotate(image: Image, angle: Annotated[float, Float(-36_000, 36_000)], background: MaybeBackdrop = None) -> Image:
    """Turn the picture clockwise; other than quarter turns enlarge the canvas, transparent or painted."""
    angle = angle % 360
    if angle in QUARTERS:
        return image.rot(QUARTERS[angle])
    longest = max(image.width, image.height)
    if longest > FREE_ROTATION_MAX_SIDE:
        share = FREE_ROTATION_MAX_SIDE / longest
        image = resample(image, Size(max(1, round(image.width * share)), max(1, round(image.height * share))))
    # libvips premultiplies by itself here.
    turned = to_uint8(with_alpha(image).rotate(angle, interpolate=pyvips.Interpolate.new("bicubic")))
    return lay_on(turned, background, image) if background else turned


@operation(price=1, moves=True)
def flip(image: Image, axis: Annotated[str, Choice(("horizontal", "vertical"))]) -> Image:
    """Mirror the picture left to right (horizontal) or top to bottom."""
    return image.flip(axis)


@operation(price=4, size_after=unknown, revision=2)
def trim(
    image: Image,
    tolerance: Annotated[int, Int(0, 100)] = 10,
    edge: MaybePaint = None,
    *,
    frames: Frames,
    scene: SceneNow,
) -> Image:
    """Cut off borders that are transparent or have the colour of most corners."""
    box = scene.decide("content", lambda: content_box(frames, tolerance, edge))
    return image.crop(box.left, box.top, box.width, box.height) if box else image


@operation(price=18)
def round_corners(image: Image, radius: Radii, *, size: OwnSize) -> Image:
    """Round the corners: pixels, one to four of them, or max for an ellipse."""
    return rounded(image, radius)


def rounded(image: Image, radius: tuple[Radius, ...]) -> Image:
    if not any(radius):
        return image
    picture = with_alpha(image)
    shape = rounded_shape(size_of(image), radius)
    return picture[:3].bandjoin(to_uint8(picture[3] * shape / 255)).copy(interpretation="srgb")


def rounded_shape(size: Size, radius: tuple[Radius, ...]) -> Image:
    """A white rectangle with rounded corners on black, 8 bits, edges anti-aliased.

    A corner's curve is an ellipse bounded by the picture's half sides, so that "max" makes the whole an ellipse.
    """
    return elliptic_shape(size, [(_half(each, size.width), _half(each, size.height)) for each in radius])


def elliptic_shape(size: Size, radii: Sequence[tuple[float, float]]) -> Image:
    """As :func:`rounded_shape`, each corner, from the top left clockwise, with its radii across and down in pixels."""
    shape = pyvips.Image.black(size.width, size.height) + 255
    for corner, (across, down) in enumerate(radii):
        if across < 0.5 or down < 0.5:
            continue
        right, bottom = corner in (1, 2), corner in (2, 3)
        quarter = _quarter(across, down, flip_right=right, flip_bottom=bottom)
        left = size.width - quarter.width if right else 0
        top = size.height - quarter.height if bottom else 0
        # A curve beyond the middle meets the opposite one: what either cuts off is off.
        before = shape.crop(left, top, quarter.width, quarter.height)
        shape = shape.insert((before < quarter).ifthenelse(before, quarter), left, top)
    return to_uint8(shape)


def _half(radius: Radius, side: int) -> float:
    return side / 2 if radius == "max" else min(float(radius), side / 2)


def _quarter(across: float, down: float, *, flip_right: bool, flip_bottom: bool) -> Image:
    """The top-left quarter of an ellipse, turned to its corner; coverage from the distance to the curve."""
    grid = pyvips.Image.xyz(math.ceil(across), math.ceil(down)) + 0.5
    x, y = (grid[0] - across) / across, (grid[1] - down) / down
    implicit = x * x + y * y
    slope = ((x / across) ** 2 + (y / down) ** 2) ** 0.5 * 2
    coverage = ((1 - implicit) / slope + 0.5) * 255
    quarter = to_uint8((slope < 1e-9).ifthenelse(255, coverage))
    quarter = quarter.flip("horizontal") if flip_right else quarter
    return quarter.flip("vertical") if flip_bottom else quarter


def _bordered(size: Size, arguments: Mapping[str, Any]) -> Size:
    return Size(size.width + 2 * arguments["width"], size.height + 2 * arguments["width"])


@operation(price=lambda size, arguments: 30 if any(arguments["radius"]) else 3, size_after=_bordered)
def border(
    image: Image, width: Annotated[int, Int(0, 10_000)], color: Paint = BLACK, radius: Radii = NO_RADII
) -> Image:
    """Draw a solid border around the picture; the canvas grows by twice its width and follows rounded corners."""
    canvas = Box(-width, -width, image.width + 2 * width, image.height + 2 * width)
    if not any(radius):
        return through_window(image, canvas, color)
    outer = tuple(each if isinstance(each, str) else each + width * bool(each) for each in radius)
    return _ringed(through_window(with_alpha(image), canvas, TRANSPARENT), width, color, radius, outer)


def _ringed(picture: Image, width: int, color: Color, radius: tuple[Radius, ...], outer: tuple[Radius, ...]) -> Image:
    """Picture and ring meet without overlap, so their premultiplied values simply add up."""
    size = size_of(picture)
    hole = rounded_shape(Size(size.width - 2 * width, size.height - 2 * width), radius)
    shape = rounded_shape(size, outer) - hole.embed(width, width, size.width, size.height)
    ring = solid(size, Color(*color.rgb)).bandjoin(to_uint8(shape * (color.alpha / 255)))
    added = ring.copy(interpretation="srgb").premultiply() + picture.premultiply()
    return to_uint8(added.unpremultiply())


@operation(
    price=lambda size, arguments: backdrop_weight(size, {"background": arguments["color"]}),
    reads=lambda size, arguments: size if isinstance(arguments["color"], Color) else None,
)
def background(image: Image, color: SomeBackdrop, *, first: First) -> Image:
    """Lay the picture on a colour, on colours of its own or on a blurred copy of itself."""
    return lay_on(image, color, first)


@operation(price=2, reads=unchanged)
def opacity(image: Image, level: Annotated[int, Int(0, 100)] = 100) -> Image:
    """Make the picture more transparent; 100 leaves it as it is."""
    if level == 100:
        return image
    picture = with_alpha(image)
    return picture[:3].bandjoin(to_uint8(picture[3] * (level / 100))).copy(interpretation="srgb")
