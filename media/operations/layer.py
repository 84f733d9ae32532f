"""Layers: another picture over or under this one.

The renderer executes the layer's own chain once it is told what the layer is measured by; here its pixels find their
place and are mixed in.
"""

import functools
import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import pyvips

from media import geometry
from media.geometry import Box, Length, Size, nearest, pixels
from media.language.chain import Step, canonical
from media.language.params import CENTER, TRANSPARENT, Choice, Gravity, Int, Text
from media.operations import focus
from media.operations.arguments import Flag, Offset, SceneNow, Where
from media.operations.registry import Prepared, format_steps, operation, parse_steps
from media.operations.warp import displaced
from media.raster.pixels import Image, join, resample, size_of, split, through_window, to_uint8, with_alpha
from media.scene.scene import Area, union

#: Blends that mix colours, by libvips' name.
MIXED = {"over": "over", "multiply": "multiply", "screen": "screen", "overlay": "overlay"}
#: Blends where the layer's alpha decides what stays of the picture.
CUT = ("cutter", "cut_out", "mask")
#: Blends that read the layer instead of showing it.
READ = ("displace", "anti_removal")
#: How much a mark against removal darkens or lightens, and its noise per level of strength.
MARK_DEPTH, NOISE_SHARE, NOISE_SEED = 0.3, 0.4, 4
DEFAULT_ANTI_REMOVAL = 50
#: Each place has its layer rendered anew.
MOST_REGIONS = 50
BLENDS = (*MIXED, *CUT, *READ)


@dataclass(frozen=True, slots=True)
class StepsKind:
    """The chain of a layer, nested as canonical JSON."""

    expected: str = "steps of operations"

    def parse(self, text: str) -> tuple[Step, ...]:
        return parse_steps(json.loads(text))

    def format(self, value: tuple[Step, ...]) -> str:
        return canonical(format_steps(value))


def _size_after(size: Size, arguments: Mapping[str, Any]) -> Size | None:
    """Only a layer that may stick out enlarges the canvas, and by how much its pixels will tell."""
    keeps = arguments["no_overflow"] or arguments["tiled"] or arguments["blend"] in (*CUT, *READ)
    return size if keeps else None


def _weight(size: Size, arguments: Mapping[str, Any]) -> float:
    return 23 if arguments["blend"] in READ else 8


@operation(price=_weight, size_after=_size_after, file="source")
def layer(
    image: Image,
    source: Annotated[str, Text()] = "",
    steps: Annotated[tuple[Step, ...], StepsKind()] = (),
    gravity: Where = CENTER,
    x: Offset = 0,
    y: Offset = 0,
    under: Flag = False,
    tiled: Flag = False,
    no_overflow: Flag = False,
    blend: Annotated[str, Choice(BLENDS)] = "over",
    strength: Annotated[int | None, Int(1, 100)] = None,
    opacity: Annotated[int, Int(0, 100)] = 100,
    by_region: Flag = False,
    *,
    overlay: Annotated[Callable[[Size], Image], Prepared("overlay")],
    scene: SceneNow,
) -> Image:
    """Lay another picture, with steps of its own, over or under this one.

    ``strength`` is that of anti_removal. A gravity that nothing is found for leaves the layer out; ``by_region`` puts
    one on each place that it finds (of many the largest), measured by that place.
    """
    found = focus.find_all(gravity, scene)
    if found is None:
        return image
    size = size_of(image)
    whole = Box(0, 0, size.width, size.height)
    if isinstance(found, str):
        placed = with_alpha(overlay(size))
        box = place(size, size_of(placed), gravity, x, y)
    else:
        spots = [(each, _extent(each, size)) for each in found[:MOST_REGIONS]] if by_region else [(union(found), size)]
        placed, box = _together([_onto(area, size, overlay, measure, x, y) for area, measure in spots])
    placed = _faded(placed, opacity)
    if blend == "displace":
        return displaced(image, resample(placed, size), round(x), round(y))
    if tiled:
        placed, box = _tiled(placed, size), whole
    if blend in CUT:
        return CUTTERS[blend](image, _spread(placed, box, size))
    if blend == "anti_removal":
        return _hard_to_remove(image, _spread(placed, box, size), strength or DEFAULT_ANTI_REMOVAL)
    canvas = whole if no_overflow else _union(whole, box)
    return _mixed(image, placed, box, canvas, blend=blend, under=under)


def place(base: Size, inside: Size, gravity: Gravity, x: Length, y: Length) -> Box:
    """Where a layer stands on its base; offsets point inward from the gravity."""
    right, down = pixels(x, base.width), pixels(y, base.height)
    if gravity.targets[0] == "xy_center":
        return geometry.around(right, down, inside)
    return geometry.placed(focus.compass(gravity), base, inside, right, down)


def _extent(area: Area, base: Size) -> Size:
    left, top, right, bottom = area
    return Size(nearest((right - left) * base.width), nearest((bottom - top) * base.height))


def _onto(
    area: Area, base: Size, overlay: Callable[[Size], Image], measure: Size, x: Length, y: Length
) -> tuple[Image, Box]:
    """A layer on the middle of what gravity found, its fractions parts of ``measure``; offsets move right and down."""
    placed = with_alpha(overlay(measure))
    across, down = focus.middle(area)
    left, top = round(across * base.width - placed.width / 2), round(down * base.height - placed.height / 2)
    right, below = pixels(x, measure.width), pixels(y, measure.height)
    return placed, Box(left + right, top + below, placed.width, placed.height)


def _together(pieces: Sequence[tuple[Image, Box]]) -> tuple[Image, Box]:
    """Several layers as one, so that they cut and mix as one."""
    if len(pieces) == 1:
        return pieces[0]
    whole = functools.reduce(_union, (box for _, box in pieces))
    canvases = [_spread(piece, _within(box, whole), whole.size) for piece, box in pieces]
    return canvases[0].composite(canvases[1:], "over", compositing_space="srgb").cast("uchar"), whole


def _within(box: Box, whole: Box) -> Box:
    return Box(box.left - whole.left, box.top - whole.top, box.width, box.height)


def _faded(overlay: Image, opacity: int) -> Image:
    if opacity == 100:
        return overlay
    return overlay[:3].bandjoin(to_uint8(overlay[3] * (opacity / 100))).copy(interpretation="srgb")


def _tiled(overlay: Image, size: Size) -> Image:
    across, down = math.ceil(size.width / overlay.width), math.ceil(size.height / overlay.height)
    return overlay.replicate(across, down).crop(0, 0, size.width, size.height)


def _union(one: Box, other: Box) -> Box:
    left, top = min(one.left, other.left), min(one.top, other.top)
    right = max(one.left + one.width, other.left + other.width)
    bottom = max(one.top + one.height, other.top + other.height)
    return Box(left, top, right - left, bottom - top)


def _spread(overlay: Image, box: Box, size: Size) -> Image:
    """The layer on a transparent canvas of the base's size."""
    return through_window(overlay, Box(-box.left, -box.top, size.width, size.height), TRANSPARENT)


def _mixed(image: Image, overlay: Image, box: Box, canvas: Box, *, blend: str, under: bool) -> Image:
    base = through_window(image, canvas, TRANSPARENT)
    seen = _spread(overlay, _within(box, canvas), canvas.size)
    lower, upper = (seen, base) if under else (base, seen)
    mixed = lower.composite2(upper, MIXED[blend], compositing_space="srgb").cast("uchar")
    # An opaque base that kept its size is opaque still.
    return mixed if lower.hasalpha() else mixed[:3]


def _hard_to_remove(image: Image, overlay: Image, strength: int) -> Image:
    """A mark that follows the picture's own tones and noise, so that subtracting one colour leaves its shape."""
    colours, alpha = split(image)
    noise = pyvips.Image.gaussnoise(image.width, image.height, mean=0, sigma=strength * NOISE_SHARE, seed=NOISE_SEED)
    tone = colours.colourspace("b-w")[0]
    lifted = (tone > 127).ifthenelse(colours * (1 - MARK_DEPTH), colours * (1 - MARK_DEPTH) + 255 * MARK_DEPTH) + noise
    share = overlay[3] / 255
    return join(to_uint8(colours * (1 - share) + lifted * share), alpha)


def _with_alpha_times(image: Image, share: Image) -> Image:
    picture = with_alpha(image)
    return picture[:3].bandjoin(to_uint8(picture[3] * share / 255)).copy(interpretation="srgb")


def _cut_out(image: Image, overlay: Image) -> Image:
    return _with_alpha_times(image, overlay[3].invert())


def _cutter(image: Image, overlay: Image) -> Image:
    return _with_alpha_times(image, overlay[3])


def _mask(image: Image, overlay: Image) -> Image:
    """The layer's brightness, where it is there at all, becomes the picture's alpha."""
    brightness = overlay[:3].colourspace("b-w")[0]
    return _with_alpha_times(image, to_uint8(brightness * overlay[3] / 255))


CUTTERS: dict[str, Callable[[Image, Image], Image]] = {"cutter": _cutter, "cut_out": _cut_out, "mask": _mask}
