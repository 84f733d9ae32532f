"""Warps: every pixel is fetched from another place.

A warp is an index picture: for each pixel of the result the coordinates in the source. Bilinear interpolation on
premultiplied colours; what lies outside is transparent.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
import pyvips

from media.errors import BadTransformation
from media.geometry import Size
from media.language.params import Float, format_number, number
from media.operations.registry import operation
from media.raster.pixels import Image, to_uint8, with_alpha

MAX_COORDINATE = 20_000


@dataclass(frozen=True, slots=True)
class Corners:
    """Where the four corners go, clockwise from the top left."""

    points: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Arc:
    degrees: float


@dataclass(frozen=True, slots=True)
class DistortKind:
    expected: str = "x1:y1:x2:y2:x3:y3:x4:y4 or arc:degrees (-360..-1, 1..360)"
    takes_all: bool = True

    def parse(self, text: str) -> Corners | Arc:
        words = text.split(":")
        if words[0] == "arc" and len(words) == 2:
            degrees = number(words[1])
            if not 1 <= abs(degrees) <= 360:
                raise ValueError(text)
            return Arc(degrees)
        values = [number(word) for word in words]
        if len(values) != 8 or any(abs(value) > MAX_COORDINATE for value in values):
            raise ValueError(text)
        return Corners(tuple(zip(values[::2], values[1::2], strict=True)))

    def format(self, value: Corners | Arc) -> str:
        if isinstance(value, Arc):
            return f"arc:{format_number(value.degrees)}"
        return ":".join(format_number(each) for point in value.points for each in point)


def _extent(points: tuple[tuple[float, float], ...]) -> tuple[float, float, Size]:
    """Left, top and size of the smallest window around the points."""
    xs, ys = [x for x, _ in points], [y for _, y in points]
    width, height = math.ceil(max(xs) - min(xs)), math.ceil(max(ys) - min(ys))
    return min(xs), min(ys), Size(max(1, width), max(1, height))


def _distorted_size(size: Size, arguments: Mapping[str, Any]) -> Size:
    shape = arguments["shape"]
    if isinstance(shape, Corners):
        return _extent(shape.points)[2]
    inner, outer, angle = _rings(size, shape)
    return _arc_box(inner, outer, angle)[2]


@operation(price=18, size_after=_distorted_size, moves=True)
def distort(image: Image, shape: Annotated[Corners | Arc, DistortKind()]) -> Image:
    """Pull the corners to other places, or bend the picture into an arc (positive: ends down, like a frown)."""
    if isinstance(shape, Corners):
        return _perspective(image, shape.points)
    return _arc(image, shape)


def _perspective(image: Image, points: tuple[tuple[float, float], ...]) -> Image:
    left, top, size = _extent(points)
    corners = [
        (0.0, 0.0),
        (float(image.width), 0.0),
        (float(image.width), float(image.height)),
        (0.0, float(image.height)),
    ]
    back = _homography([(x - left, y - top) for x, y in points], corners)
    grid = pyvips.Image.xyz(size.width, size.height) + 0.5
    x, y = grid[0], grid[1]
    down = x * back[2][0] + y * back[2][1] + back[2][2]
    # Behind the vanishing line there is no picture.
    safe = (down.abs() < 1e-9).ifthenelse(1e-9, down)
    across = (x * back[0][0] + y * back[0][1] + back[0][2]) / safe
    upright = (x * back[1][0] + y * back[1][1] + back[1][2]) / safe
    return fetched(image, across.bandjoin(upright) - 0.5)


def _homography(start: list[tuple[float, float]], end: list[tuple[float, float]]) -> list[list[float]]:
    """The projective map of four points onto four others (Heckbert, 1989, section 2.2.3)."""
    rows, values = [], []
    for (x, y), (u, v) in zip(start, end, strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        values += [u, v]
    try:
        found = np.linalg.solve(np.array(rows), np.array(values))
    except np.linalg.LinAlgError as error:
        raise BadTransformation("distort needs four corners that span an area") from error
    return [*np.append(found, 1.0).reshape(3, 3).tolist()]


def _rings(size: Size, arc: Arc) -> tuple[float, float, float]:
    """Inner and outer radius and the angle: the middle line of the picture keeps its length."""
    angle = math.radians(abs(arc.degrees))
    middle = size.width / angle
    return max(0.0, middle - size.height / 2), middle + size.height / 2, angle


def _arc_box(inner: float, outer: float, angle: float) -> tuple[float, float, Size]:
    """The window around a ring segment that is symmetric about the upward axis, centre at the origin."""
    half = angle / 2
    turns = [-half, half, *(turn for turn in (-math.pi, -math.pi / 2, 0.0, math.pi / 2, math.pi) if abs(turn) <= half)]
    points = tuple((radius * math.sin(turn), -radius * math.cos(turn)) for turn in turns for radius in (inner, outer))
    return _extent(points)


def _arc(image: Image, arc: Arc) -> Image:
    size = Size(image.width, image.height)
    inner, outer, angle = _rings(size, arc)
    left, top, canvas = _arc_box(inner, outer, angle)
    source = image.rot180() if arc.degrees < 0 else image
    grid = pyvips.Image.xyz(canvas.width, canvas.height) + 0.5
    x, y = grid[0] + left, grid[1] + top
    radius = (x * x + y * y) ** 0.5
    # libvips counts degrees; zero is up and right is positive.
    turn = x.atan2(y * -1) * (math.pi / 180)
    turn = (turn > math.pi).ifthenelse(turn - 2 * math.pi, turn)
    across = (turn / angle + 0.5) * size.width
    down = (radius * -1 + outer) * (size.height / (outer - inner))
    bent = fetched(source, across.bandjoin(down) - 0.5)
    return bent.rot180() if arc.degrees < 0 else bent


def fetched(image: Image, index: Image) -> Image:
    """Each pixel from where the two bands of ``index`` say; transparent outside."""
    picture = with_alpha(image).premultiply()
    framed = picture.embed(1, 1, image.width + 2, image.height + 2, extend="black")
    moved = framed.mapim(index + 1, interpolate=pyvips.Interpolate.new("bilinear"), premultiplied=True)
    return to_uint8(moved.copy(interpretation="srgb").unpremultiply())


def _sheared_size(size: Size, arguments: Mapping[str, Any]) -> Size:
    across, down = _slopes(arguments["x"], arguments["y"])
    return _extent(_sheared_corners(size, across, down))[2]


def _slopes(x: float, y: float) -> tuple[float, float]:
    def slope(degrees: float) -> float:
        tangent = math.tan(math.radians(degrees))
        if abs(tangent) > 100:
            raise BadTransformation(f"shear must stay away from 90°, got {degrees:g}")
        return tangent

    return slope(x), slope(y)


def _sheared_corners(size: Size, across: float, down: float) -> tuple[tuple[float, float], ...]:
    corners = [(0, 0), (size.width, 0), (size.width, size.height), (0, size.height)]
    return tuple((x + across * y, down * x + y * (1 + across * down)) for x, y in corners)


@operation(price=12, size_after=_sheared_size, moves=True)
def shear(
    image: Image,
    x: Annotated[float, Float(-359, 359)] = 0.0,
    y: Annotated[float, Float(-359, 359)] = 0.0,
) -> Image:
    """Slant the picture by degrees along the horizontal, then along the vertical; the canvas grows to hold it."""
    across, down = _slopes(x, y)
    return _perspective(image, _sheared_corners(Size(image.width, image.height), across, down))


def displaced(image: Image, map_: Image, x: int, y: int) -> Image:
    """Pixels moved by up to ``x``, ``y``: where the map is black to one side, where it is white to the other."""
    strength = (map_[:3].colourspace("b-w")[0] / 127.5 - 1) * (map_[3] / 255)
    grid = pyvips.Image.xyz(image.width, image.height)
    moved = grid[0] + strength * x
    index = moved.bandjoin(grid[1] + strength * y)
    result = fetched(image, index)
    return result if image.hasalpha() or result[3].min() < 255 else result[:3]
