"""The parameters of ``POST /v1.0/removebg``: text → a complete, checked :class:`Parameters`. Pure.

Unknown parameters are ignored, as the service does; so is ``shadow_method``, which it removed in 2021.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from media.geometry import Length, Size
from media.language.params import Color, ColorKind
from proxy.dialects.remove_bg.errors import Refused

SOURCES = ("image_file", "image_file_b64", "image_url")
BACKGROUNDS = ("bg_color", "bg_image_url", "bg_image_file")
BOOLEANS = {"true": True, "1": True, "yes": True, "on": True, "false": False, "0": False, "no": False, "off": False}

MEGAPIXEL = 1_000_000
#: Size → the most pixels of the result; None: as many as the format allows.
SIZES: dict[str, int | None] = {
    "preview": MEGAPIXEL // 4,
    "small": MEGAPIXEL // 4,
    "regular": MEGAPIXEL // 4,
    "medium": 3 * MEGAPIXEL // 2,
    "hd": 4 * MEGAPIXEL,
    "4k": None,
    "full": None,
    "auto": None,
    "50MP": 50 * MEGAPIXEL,
}
PREVIEWS = ("preview", "small", "regular")
PREVIEW_CREDITS, FULL_CREDITS = 0.25, 1.0
#: Format → the most pixels of a full-size result.
FORMATS = {
    "auto": 10 * MEGAPIXEL,
    "png": 10 * MEGAPIXEL,
    "webp": 10 * MEGAPIXEL,
    "jpg": 25 * MEGAPIXEL,
    "zip": 25 * MEGAPIXEL,
}
#: Type → the objects it means; a type that means none lets the network choose.
TYPES: dict[str, tuple[str, ...]] = {
    "person": ("person",),
    "animal": ("bird", "cat", "cow", "dog", "horse", "sheep"),
    "car": ("car",),
    "transportation": ("airplane", "bicycle", "boat", "bus", "car", "motorbike", "train"),
}
TYPE_LEVELS = ("none", "1", "2", "latest")
#: What a shadow type means here: ``ground`` falls on the floor, ``drop`` lies behind the subject.
SHADOWS = {"none": "", "3d": "ground", "car": "ground", "ground": "ground", "drop": "drop", "auto": "drop"}

_LENGTH = re.compile(r"(\d{1,6}(?:\.\d{1,6})?)(px|%)?\Z", re.ASCII)
_MAX_MARGIN_PIXELS = 500


@dataclass(frozen=True, slots=True)
class Placement:
    """How large the subject becomes, and where it is put.

    ``scale`` 0 leaves the subject's size; ``x`` and ``y`` None its place.
    """

    scale: float = 0.0
    x: float | None = None
    y: float | None = None


@dataclass(frozen=True, slots=True)
class Region:
    """Sides in pixels (int) or fractions (float) of the source."""

    left: Length = 0.0
    top: Length = 0.0
    right: Length = 1.0
    bottom: Length = 1.0


@dataclass(frozen=True, slots=True)
class Parameters:
    """What a request asks for, every default filled in.

    ``margins`` (top, right, bottom, left) are None without a crop; ``shadow`` is "" for none.
    """

    size: str = "preview"
    format: str = "auto"
    objects: tuple[str, ...] = ()
    type_level: str = "1"
    channels: str = "rgba"
    semitransparency: bool = True
    region: Region = Region()
    margins: tuple[Length, ...] | None = None
    placement: Placement = Placement()
    shadow: str = ""
    shadow_opacity: int = 55
    color: Color | None = None

    @property
    def credits(self) -> float:
        return PREVIEW_CREDITS if self.size in PREVIEWS else FULL_CREDITS

    @property
    def max_pixels(self) -> int:
        return SIZES[self.size] or FORMATS[self.format]


def check_sources(names: Collection[str]) -> str:
    """The name of the one source among the fields that are there. Raises Refused for none or several."""
    given = [name for name in SOURCES if name in names]
    if not given:
        raise Refused("missing_source", f"Please provide the source image in {', '.join(SOURCES)}.")
    if len(given) > 1:
        raise Refused("multiple_sources", f"Please provide one source image only, got {' and '.join(given)}.")
    if len([name for name in BACKGROUNDS if name in names]) > 1:
        raise Refused("multiple_bg_sources", f"Please provide at most one of {', '.join(BACKGROUNDS)}.")
    return given[0]


def parse(texts: Mapping[str, str]) -> Parameters:
    """Raises Refused naming the parameter, its value and what is expected."""
    return Parameters(
        size=_choice(texts, "size", {name.lower(): name for name in SIZES}, "preview"),
        format=_choice(texts, "format", {**{name: name for name in FORMATS}, "jpeg": "jpg"}, "auto"),
        objects=TYPES.get(texts.get("type", "").lower(), ()),
        type_level=_type_level(texts.get("type_level", "1").lower()),
        channels=_choice(texts, "channels", {"rgba": "rgba", "alpha": "alpha"}, "rgba"),
        semitransparency=_boolean(texts, "semitransparency", default=True),
        region=_region(texts.get("roi", "")),
        margins=_margins(texts.get("crop_margin", "0")) if _boolean(texts, "crop", default=False) else None,
        placement=_placement(texts),
        shadow=_shadow(texts),
        shadow_opacity=_opacity(texts.get("shadow_opacity", "55")),
        color=_color(texts.get("bg_color", "")),
    )


def fractions(region: Region, source: Size) -> tuple[float, float, float, float]:
    """Left, top, right, bottom as fractions of the source. Raises Refused for a region outside of it or empty."""
    across = [_fraction(length, source.width) for length in (region.left, region.right)]
    down = [_fraction(length, source.height) for length in (region.top, region.bottom)]
    if max(*across, *down) > 1:
        raise Refused("roi_exceeds_bounds", f"The region must lie within the {source.width}×{source.height} image.")
    if across[0] >= across[1] or down[0] >= down[1]:
        raise Refused("roi_region_empty", "The region must be wider and higher than nothing: x1 < x2 and y1 < y2.")
    return across[0], down[0], across[1], down[1]


def _fraction(length: Length, side: int) -> float:
    return length / side if isinstance(length, int) else length


def _choice(texts: Mapping[str, str], name: str, choices: Mapping[str, str], default: str) -> str:
    text = texts.get(name, default)
    if text.lower() not in choices:
        names = ", ".join(dict.fromkeys(choices.values()))
        raise Refused(f"invalid_{name}", f"{name} must be one of {names}, got {_quoted(text)}.")
    return choices[text.lower()]


def _boolean(texts: Mapping[str, str], name: str, *, default: bool) -> bool:
    text = texts.get(name, str(default))
    if text.lower() not in BOOLEANS:
        raise Refused(f"invalid_{name}", f"{name} must be true or false, got {_quoted(text)}.")
    return BOOLEANS[text.lower()]


def _type_level(text: str) -> str:
    return text if text in TYPE_LEVELS else "1"


def _length(text: str) -> Length | None:
    """Pixels as an int, percent as a fraction; None for anything else. A bare number is pixels."""
    found = _LENGTH.match(text)
    if found is None:
        return None
    return float(found[1]) / 100 if found[2] == "%" else round(float(found[1]))


def _lengths(text: str) -> list[Length] | None:
    lengths = [_length(word) for word in text.split()]
    known = [length for length in lengths if length is not None]
    return known if len(known) == len(lengths) else None


def _region(text: str) -> Region:
    if not text:
        return Region()
    lengths = _lengths(text)
    if lengths is None or len(lengths) != 4:
        raise Refused("invalid_roi", f"roi must be x1 y1 x2 y2, each in px or %, got {_quoted(text)}.")
    return Region(*lengths)


def _margins(text: str) -> tuple[Length, ...]:
    """One value for all sides, two for top/bottom and left/right, four clockwise from the top."""
    lengths = _lengths(text)
    order = {1: (0, 0, 0, 0), 2: (0, 1, 0, 1), 4: (0, 1, 2, 3)}.get(len(lengths or ()))
    if lengths is None or order is None:
        raise Refused("invalid_crop_margin", f"crop_margin must be 1, 2 or 4 values in px or %, got {_quoted(text)}.")
    return tuple(_within_bound(lengths[index]) for index in order)


def _within_bound(margin: Length) -> Length:
    """The documented bounds: half of the subject, or 500 pixels."""
    return min(margin, _MAX_MARGIN_PIXELS if isinstance(margin, int) else 0.5)


def _placement(texts: Mapping[str, str]) -> Placement:
    scale = _scale(texts.get("scale", "original"))
    text = texts.get("position", "center" if scale else "original")
    if text == "original":
        return Placement(scale)
    if text == "center":
        return Placement(scale, 0.5, 0.5)
    lengths = _lengths(text) or []
    if len(lengths) not in (1, 2) or not all(isinstance(each, float) and each <= 1 for each in lengths):
        raise Refused("invalid_position", f"position must be original, center or 0%..100%, got {_quoted(text)}.")
    return Placement(scale, float(lengths[0]), float(lengths[-1]))


def _scale(text: str) -> float:
    if text == "original":
        return 0.0
    share = _length(text)
    if not isinstance(share, float) or not 0.1 <= share <= 1:
        raise Refused("invalid_scale", f"scale must be original or 10%..100%, got {_quoted(text)}.")
    return share


def _shadow(texts: Mapping[str, str]) -> str:
    """``shadow_type``, or the older ``add_shadow``; a type that is not known here is a plain drop shadow."""
    asked = "3d" if _boolean(texts, "add_shadow", default=False) else "none"
    return SHADOWS.get(texts.get("shadow_type", asked).lower(), "drop")


def _opacity(text: str) -> int:
    share = _length(text.removesuffix("%"))
    if not isinstance(share, int) or share > 100:
        raise Refused("invalid_shadow_opacity", f"shadow_opacity must be 0..100, got {_quoted(text)}.")
    return share


def _color(text: str) -> Color | None:
    if not text:
        return None
    try:
        return ColorKind().parse(text)
    except ValueError as error:
        expected = "a colour name or 3, 4, 6 or 8 hexadecimal digits"
        raise Refused("invalid_bg_color", f"bg_color must be {expected}, got {_quoted(text)}.") from error


def _quoted(text: str) -> str:
    return repr(text[:60])
