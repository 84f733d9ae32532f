"""Crop box, sides, ``func`` and gravity → the steps that give the picture its shape.

The source's size is known here, so what the vendor decides by comparing sizes (``cropfit``, ``boundmin``,
``org_if_sml``, ratio ranges) is decided now and the chain holds plain operations. A trim before is not seen: sizes are
then those of the untrimmed source.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from media.geometry import Box, Length, Size, clipped, nearest
from media.language.chain import Step
from media.language.params import CENTER, Color, Gravity
from media.operations import step
from media.operations.arguments import MAX_SIDE
from media.operations.backdrop import Auto
from proxy.dialects.cloudimage import arguments
from proxy.dialects.cloudimage.grammar import Parameters, is_true

MAX_DPR = 10.0
MAX_TRIM = 100
#: Smaller fractions of a side are none; their text would need an exponent.
LEAST_FRACTION = 0.0001

COMPASS = {
    "north": "north", "south": "south", "east": "east", "west": "west", "center": "center", "centre": "center",
    "northwest": "north_west", "northeast": "north_east", "southwest": "south_west", "southeast": "south_east",
}  # fmt: skip
#: What a detector would have to find, and what counts while there is none.
DETECTED = {
    "auto": Gravity(("auto",)), "smart": Gravity(("auto",)), "face": Gravity(("face", "auto")),
}  # fmt: skip
#: ``func=face``: none or several faces give a plain crop.
FACE = Gravity(("face", "center"))
_FOCAL = re.compile(r"(\d{1,7}(?:\.\d{0,9})?)([psc]?),(\d{1,7}(?:\.\d{0,9})?)([psc]?)\Z", re.ASCII)


@dataclass(frozen=True, slots=True)
class Place:
    """Where to look when cutting; ``x`` and ``y`` are fractions of the picture for a focal point."""

    gravity: Gravity = CENTER
    x: Length = 0
    y: Length = 0


@dataclass(frozen=True, slots=True)
class Resizing:
    """The size that is asked for, and how to reach it.

    ``width`` and ``height`` are device pixels, None if neither given nor derived; ``size`` is the picture's.
    """

    width: int | None
    height: int | None
    size: Size
    place: Place
    margin: tuple[int, int, int, int]
    backdrop: Color | Auto | None
    enlarge: bool

    @property
    def sides(self) -> dict[str, int | None]:
        return {"width": self.width, "height": self.height}

    @property
    def box(self) -> Size | None:
        return Size(self.width, self.height) if self.width and self.height else None

    @property
    def is_beyond(self) -> bool:
        """Whether a side asked for is longer than the picture's."""
        return (self.width or 0) > self.size.width or (self.height or 0) > self.size.height


@dataclass(frozen=True, slots=True)
class Shape:
    """The steps that give a picture its shape.

    ``cuts`` take from the source what is wanted, ``resizes`` give it its size.
    """

    cuts: tuple[Step, ...]
    resizes: tuple[Step, ...]


def compile_shape(parameters: Parameters, source: Size, *, scalable: bool) -> Shape:
    """``scalable``: the picture may turn out smaller than ``source`` in the same proportions (a cutout of a large
    photo), so positions must be fractions."""
    box = crop_box(parameters, source)
    cuts = [] if box.size == source else [_cut(box, source, scalable=scalable)]
    return Shape((*_trim(parameters.get("trim")), *cuts), tuple(_resize(parameters, source, box)))


def _resize(parameters: Parameters, source: Size, box: Box) -> list[Step]:
    ratio = _ratio(parameters, box.size)
    wanted = _wanted(parameters, source, box, ratio)
    if wanted.width is None and wanted.height is None:
        is_other = ratio is not None and ratio != box.size.ratio
        return [_fill(wanted, {"ratio": ratio})] if is_other else []
    name = parameters.get("func", "crop")
    keeps_small = is_true(parameters.get("org_if_sml"))
    if keeps_small and wanted.is_beyond and name not in NEVER_ENLARGING:
        return []
    return LIMITED[name](wanted) if keeps_small and name in LIMITED else FUNCTIONS.get(name, _crop)(wanted)


def _trim(text: str | None) -> list[Step]:
    tolerance = arguments.whole(text, 0, MAX_TRIM)
    return [] if tolerance is None else [step("trim", tolerance=tolerance)]


def crop_box(parameters: Parameters, source: Size) -> Box:
    """``tl_px`` and ``br_px`` on the source; one alone uses the picture's own corner, an empty box is none."""
    left, top = arguments.point(parameters.get("tl_px"), MAX_SIDE) or (0, 0)
    right, bottom = arguments.point(parameters.get("br_px"), MAX_SIDE) or (source.width, source.height)
    box = clipped(Box(left, top, right - left, bottom - top), source) if right > left and bottom > top else None
    return box or Box(0, 0, source.width, source.height)


def _cut(box: Box, source: Size, *, scalable: bool) -> Step:
    def length(value: int, side: int) -> Length:
        return _fraction(Fraction(value, side)) if scalable else value

    return step(
        "crop",
        gravity=Gravity(("north_west",)),
        x=length(box.left, source.width),
        y=length(box.top, source.height),
        width=length(box.width, source.width),
        height=length(box.height, source.height),
    )


def _fraction(share: Fraction) -> float:
    return float(share) if share >= LEAST_FRACTION else 0.0


def _ratio(parameters: Parameters, size: Size) -> Fraction | None:
    """The ratio to reach: the given one, or the end of a range that the picture lies beyond."""
    ends = arguments.ratios(parameters.get("aspect_ratio"))
    return min(max(size.ratio, ends[0]), ends[1]) if ends else None


def _wanted(parameters: Parameters, source: Size, box: Box, ratio: Fraction | None) -> Resizing:
    dpr = arguments.decimal(parameters.get("dpr"), 0, MAX_DPR) or 1.0
    width = arguments.side(parameters.get("w"), MAX_SIDE, dpr)
    height = arguments.side(parameters.get("h"), MAX_SIDE, dpr)
    if ratio is not None and width and not height:
        height = min(MAX_SIDE, nearest(width / ratio))
    elif ratio is not None and height and not width:
        width = min(MAX_SIDE, nearest(height * ratio))
    return Resizing(
        width,
        height,
        box.size,
        FACE_PLACE if parameters.get("func") == "face" else place(parameters, source, box),
        margins(parameters.get("margin")),
        arguments.backdrop(parameters.get("bg_color")),
        enlarge=is_true(parameters.get("fit_enlarge")),
    )


def place(parameters: Parameters, source: Size, box: Box) -> Place:
    """Compass, detected subject or focal point; anything else looks at the centre.

    A focal point is given in pixels of the source, ``p`` percent of it, ``s`` percent of the resized picture or
    ``c`` coefficients 0..1.
    """
    text = parameters.get("gravity", "").lower()
    if text in COMPASS:
        return Place(Gravity((COMPASS[text],)))
    if text == "trim":
        return Place() if "trim" in parameters else Place(DETECTED["smart"])
    if focal := _FOCAL.match(text):
        x, x_unit, y, y_unit = focal.groups()
        across = _share(Fraction(x), x_unit, source.width, box.left, box.width)
        down = _share(Fraction(y), y_unit, source.height, box.top, box.height)
        return Place(Gravity(("xy_center",)), across, down)
    return Place(DETECTED.get(text, CENTER))


def _share(value: Fraction, unit: str, whole: int, start: int, length: int) -> float:
    """A coordinate as a fraction of the picture that is left after the crop box."""
    if unit == "s":
        return _fraction(min(value / 100, Fraction(1)))
    pixels = {"": value, "p": value / 100 * whole, "c": value * whole}[unit]
    return _fraction(min(max((pixels - start) / length, Fraction(0)), Fraction(1)))


def margins(text: str | None) -> tuple[int, int, int, int]:
    """``M``, ``V,H`` or ``N,E,S,W`` in pixels."""
    values = [arguments.whole(part, 0, MAX_SIDE) or 0 for part in (text or "").split(",")]
    orders = {1: (0, 0, 0, 0), 2: (0, 1, 0, 1), 4: (0, 1, 2, 3)}
    north, east, south, west = (values[index] for index in orders[len(values)]) if len(values) in orders else (0,) * 4
    return north, east, south, west


def _fill(wanted: Resizing, sides: dict[str, int | None] | dict[str, Fraction | None]) -> Step:
    where = wanted.place
    return step("fill", **sides, gravity=where.gravity, x=where.x, y=where.y)


def _crop(wanted: Resizing) -> list[Step]:
    return [_fill(wanted, wanted.sides)] if wanted.box else [step("scale", **wanted.sides)]


def _fit(wanted: Resizing) -> list[Step]:
    """Contain and pad; one side alone has nothing to pad. Never larger than the picture unless asked."""
    if wanted.box is None:
        return [step("scale" if wanted.enlarge else "limit", **wanted.sides)]
    if any(wanted.margin):
        return _fit_with_margin(wanted, wanted.box)
    gravity = wanted.place.gravity if wanted.place.gravity.is_compass else CENTER
    return [step("pad" if wanted.enlarge else "lpad", **wanted.sides, gravity=gravity, background=wanted.backdrop)]


def _fit_with_margin(wanted: Resizing, box: Size) -> list[Step]:
    """First into the box less its margins, then onto the canvas; offsets point inward from the gravity."""
    north, east, south, west = wanted.margin
    inner = Size(max(1, box.width - east - west), max(1, box.height - north - south))
    anchor = wanted.place.gravity.targets[0] if wanted.place.gravity.is_compass else "center"
    x = west if "west" in anchor else east if "east" in anchor else (west - east) // 2
    y = north if "north" in anchor else south if "south" in anchor else (north - south) // 2
    return [
        step("fit" if wanted.enlarge else "limit", width=inner.width, height=inner.height),
        step("mpad", **wanted.sides, gravity=Gravity((anchor,)), x=x, y=y, background=wanted.backdrop),
    ]


def _cropfit(wanted: Resizing) -> list[Step]:
    return _fit(wanted) if wanted.is_beyond else _crop(wanted)


def _bound(wanted: Resizing) -> list[Step]:
    return [step("fit", **wanted.sides)]


def _limit(wanted: Resizing) -> list[Step]:
    return [step("limit", **wanted.sides)]


def _boundmin(wanted: Resizing) -> list[Step]:
    """Cover without cutting: the side that needs the larger scale decides."""
    if wanted.box is None:
        return [step("scale", **wanted.sides)]
    is_wide = wanted.size.ratio > wanted.box.ratio
    return [step("scale", height=wanted.height) if is_wide else step("scale", width=wanted.width)]


def _cover(wanted: Resizing) -> list[Step]:
    """The opposite of CSS: stretched to the box, whatever its proportions."""
    return [step("scale", **wanted.sides)]


FACE_PLACE = Place(FACE)
FUNCTIONS: dict[str, Callable[[Resizing], list[Step]]] = {
    "crop": _crop, "face": _crop, "fit": _fit, "cropfit": _cropfit, "bound": _bound, "boundmin": _boundmin,
    "cover": _cover,
}  # fmt: skip
#: What ``org_if_sml`` makes of a function that would enlarge.
LIMITED: dict[str, Callable[[Resizing], list[Step]]] = {"bound": _limit}
#: Functions that it need not stop.
NEVER_ENLARGING = frozenset({"fit", "cropfit", "bound"})
