"""What a removal is asked for in the words of remove.bg, which other vendors' add-ons speak, too: text → values. Pure.

Unknown parameters are ignored, as these services do.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from media.errors import RequestError
from media.geometry import Length, Size
from media.language.params import Color, ColorKind

BOOLEANS = {"true": True, "1": True, "yes": True, "on": True, "false": False, "0": False, "no": False, "off": False}

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


class BadParameter(RequestError):
    """``code`` says which parameter, as remove.bg's errors do."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


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
class Removal:
    """How the subject is cut out and shown, every default filled in.

    ``margins`` (top, right, bottom, left) are None without a crop; ``shadow`` is "" for none.
    """

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


def parse_removal(texts: Mapping[str, str], type_level: str) -> Removal:
    """``type_level`` counts if none is given. Raises BadParameter naming it, its value and what is expected."""
    return Removal(
        objects=TYPES.get(texts.get("type", "").lower(), ()),
        type_level=_type_level(texts.get("type_level", type_level).lower()),
        channels=choice(texts, "channels", {"rgba": "rgba", "alpha": "alpha"}, "rgba"),
        semitransparency=_boolean(texts, "semitransparency", default=True),
        region=_region(texts.get("roi", "")),
        margins=_margins(texts.get("crop_margin", "0")) if _boolean(texts, "crop", default=False) else None,
        placement=_placement(texts),
        shadow=_shadow(texts),
        shadow_opacity=_opacity(texts.get("shadow_opacity", "55")),
        color=_color(texts.get("bg_color", "")),
    )


def fractions(region: Region, source: Size) -> tuple[float, float, float, float]:
    """Left, top, right, bottom as fractions of the source. Raises BadParameter for a region outside of it or empty."""
    across = [_fraction(length, source.width) for length in (region.left, region.right)]
    down = [_fraction(length, source.height) for length in (region.top, region.bottom)]
    if max(*across, *down) > 1:
        raise BadParameter(
            "roi_exceeds_bounds", f"The region must lie within the {source.width}×{source.height} image."
        )
    if across[0] >= across[1] or down[0] >= down[1]:
        raise BadParameter("roi_region_empty", "The region must be wider and higher than nothing: x1 < x2 and y1 < y2.")
    return across[0], down[0], across[1], down[1]


def _fraction(length: Length, side: int) -> float:
    return length / side if isinstance(length, int) else length


def choice(texts: Mapping[str, str], name: str, choices: Mapping[str, str], default: str) -> str:
    text = texts.get(name, default)
    if text.lower() not in choices:
        names = ", ".join(dict.fromkeys(choices.values()))
        raise BadParameter(f"invalid_{name}", f"{name} must be one of {names}, got {_quoted(text)}.")
    return choices[text.lower()]


def _boolean(texts: Mapping[str, str], name: str, *, default: bool) -> bool:
    text = texts.get(name, str(default))
    if text.lower() not in BOOLEANS:
        raise BadParameter(f"invalid_{name}", f"{name} must be true or false, got {_quoted(text)}.")
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
        raise BadParameter("invalid_roi", f"roi must be x1 y1 x2 y2, each in px or %, got {_quoted(text)}.")
    return Region(*lengths)


def _margins(text: str) -> tuple[Length, ...]:
    """One value for all sides, two for top/bottom and left/right, four clockwise from the top."""
    lengths = _lengths(text)
    order = {1: (0, 0, 0, 0), 2: (0, 1, 0, 1), 4: (0, 1, 2, 3)}.get(len(lengths or ()))
    if lengths is None or order is None:
        raise BadParameter(
            "invalid_crop_margin", f"crop_margin must be 1, 2 or 4 values in px or %, got {_quoted(text)}."
        )
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
        raise BadParameter("invalid_position", f"position must be original, center or 0%..100%, got {_quoted(text)}.")
    return Placement(scale, float(lengths[0]), float(lengths[-1]))


def _scale(text: str) -> float:
    if text == "original":
        return 0.0
    share = _length(text)
    if not isinstance(share, float) or not 0.1 <= share <= 1:
        raise BadParameter("invalid_scale", f"scale must be original or 10%..100%, got {_quoted(text)}.")
    return share


def _shadow(texts: Mapping[str, str]) -> str:
    """``shadow_type``, or the older ``add_shadow``; a type that is not known here is a plain drop shadow."""
    asked = "3d" if _boolean(texts, "add_shadow", default=False) else "none"
    return SHADOWS.get(texts.get("shadow_type", asked).lower(), "drop")


def _opacity(text: str) -> int:
    share = _length(text.removesuffix("%"))
    if not isinstance(share, int) or share > 100:
        raise BadParameter("invalid_shadow_opacity", f"shadow_opacity must be 0..100, got {_quoted(text)}.")
    return share


def _color(text: str) -> Color | None:
    if not text:
        return None
    try:
        return ColorKind().parse(text)
    except ValueError as error:
        expected = "a colour name or 3, 4, 6 or 8 hexadecimal digits"
        raise BadParameter("invalid_bg_color", f"bg_color must be {expected}, got {_quoted(text)}.") from error


def _quoted(text: str) -> str:
    return repr(text[:60])
