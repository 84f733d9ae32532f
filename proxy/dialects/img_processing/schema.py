"""The JSON bodies and queries of IMG Processing: one table of fields per call, every fault a sentence. Pure."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from media.integers import is_natural
from media.json_text import read_json
from media.language.params import ColorKind
from proxy.dialects.img_processing.errors import Invalid
from proxy.dialects.img_processing.identity import is_id

MAX_NAME_LENGTH = 30
MAX_SIDE = 10_000
MAX_WATERMARKS = 20
MAX_TAKE, DEFAULT_TAKE = 100, 10

Read = Callable[[Any], Any]
Values = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Field:
    """A parameter of a call.

    ``read`` raises ValueError if the value is not ``expected``.
    """

    expected: str
    read: Read
    required: bool = False
    default: Any = None


def _refuse(value: Any) -> Any:
    raise ValueError(value)


def _number(low: float, high: float, *, whole: bool = False) -> Read:
    def read(value: Any) -> Any:
        if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
            raise ValueError(value)
        if whole and value != int(value):
            raise ValueError(value)
        return int(value) if whole else value

    return read


def integer(low: int, high: int, **options: Any) -> Field:
    return Field(f"an integer {low}..{high}", _number(low, high, whole=True), **options)


def number(low: float, high: float, **options: Any) -> Field:
    return Field(f"a number {low:g}..{high:g}", _number(low, high), **options)


def choice(*names: str, **options: Any) -> Field:
    return Field(f"one of {', '.join(names)}", lambda value: value if value in names else _refuse(value), **options)


def text(low: int, high: int, **options: Any) -> Field:
    def read(value: Any) -> Any:
        return value if isinstance(value, str) and low <= len(value) <= high else _refuse(value)

    return Field(f"a text of {low}..{high} characters", read, **options)


def _color(value: Any) -> str:
    return ColorKind().format(ColorKind().parse(value)) if isinstance(value, str) else _refuse(value)


def color(**options: Any) -> Field:
    return Field("a colour name, #RRGGBB or transparent", _color, **options)


def _image_id(value: Any) -> str:
    return value if isinstance(value, str) and is_id(value) else _refuse(value)


POSITIONS = {
    "center": "center",
    "top": "north",
    "right": "east",
    "bottom": "south",
    "left": "west",
    "top-left": "north_west",
    "top-right": "north_east",
    "bottom-left": "south_west",
    "bottom-right": "south_east",
}
WATERMARK = {
    "id": Field("an image id", _image_id, required=True),
    "left": integer(-MAX_SIDE, MAX_SIDE, default=0),
    "top": integer(-MAX_SIDE, MAX_SIDE, default=0),
    "width": integer(1, MAX_SIDE),
    "height": integer(1, MAX_SIDE),
    "repetition_mode": choice("repeat", "no_repeat", "repeat_x", "repeat_y", default="no_repeat"),
}


def _watermarks(value: Any) -> list[Values]:
    if not isinstance(value, list) or not 0 < len(value) <= MAX_WATERMARKS:
        raise ValueError(value)
    return [parse(entry, WATERMARK, "watermarks.") for entry in value]


_PLACE = integer(0, 1_000_000, required=True)
_LEVEL = number(-100, 100, default=0)
#: Call → its fields; every one of them also takes ``name``.
FIELDS: dict[str, dict[str, Field]] = {
    "remove-background": {},
    "convert": {"format": choice("jpeg", "jpg", "png", "webp", required=True), "quality": integer(1, 100)},
    "resize": {
        "width": integer(1, MAX_SIDE),
        "height": integer(1, MAX_SIDE),
        "fit": choice("fill", "contain", "cover", default="fill"),
        "letterbox_color": color(default="rgb:000000"),
        "position": choice(*POSITIONS, default="center"),
    },
    "crop": {"x1": _PLACE, "y1": _PLACE, "x2": _PLACE, "y2": _PLACE},
    "rotate": {
        "angle": number(-36_000, 36_000, required=True),
        "unit": choice("degrees", "radians", default="degrees"),
        "background_color": color(default="rgb:000000"),
    },
    "mirror": {"mode": choice("horizontal", "vertical", "both", required=True)},
    "blur": {"sigma": number(0.05, 1000, default=20)},
    "modulate": {
        "brightness": number(-100, 100),
        "saturation": number(-100, 100),
        "hue": integer(-36_000, 36_000),
        "lightness": number(-100, 100),
        "exposure": _LEVEL,
        "contrast": _LEVEL,
    },
    "watermark": {"watermarks": Field(f"a list of 1..{MAX_WATERMARKS} watermarks", _watermarks, required=True)},
}
NAME = text(1, MAX_NAME_LENGTH)
CREATE = {"name": text(1, MAX_NAME_LENGTH, required=True), "url": text(1, 4096, required=True)}
UPLOAD = {"name": text(1, MAX_NAME_LENGTH, required=True)}


def read_body(body: bytes, *, says_json: bool) -> Any:
    """The JSON value of a body; an empty one means {} unless it claims to be JSON. Raises Invalid."""
    if not body and not says_json:
        return {}
    try:
        return read_json(body)
    except ValueError as error:
        raise Invalid(f"the body must be a JSON object, it {error}") from error


def parse(document: Any, fields: Mapping[str, Field], where: str = "") -> Values:
    """Complete values: absent fields get their defaults. Raises Invalid with a sentence for every fault."""
    if not isinstance(document, dict):
        raise Invalid(f"{where or 'the body'} must be a JSON object")
    faults = [f"{where}{name[:60]} is not a parameter of this call" for name in document if name not in fields]
    values: Values = {}
    for name, field in fields.items():
        value = document.get(name)
        if value is None:
            values[name] = field.default
            faults += [f"{where}{name} is required: {field.expected}"] if field.required else []
            continue
        try:
            values[name] = field.read(value)
        except ValueError:
            faults.append(f"{where}{name} must be {field.expected}, got {json.dumps(value)[:80]}")
    if faults:
        raise Invalid(*faults)
    return values


def parse_edit(action: str, document: Any) -> Values:
    return parse(document, {**FIELDS[action], "name": NAME})


def parse_page(query: Mapping[str, str]) -> tuple[int, str]:
    """``take`` and ``from`` of a list. Raises Invalid."""
    faults = []
    take, start = query.get("take", str(DEFAULT_TAKE)), query.get("from", "")
    if not (is_natural(take) and 1 <= int(take) <= MAX_TAKE):
        faults.append(f"take must be an integer 1..{MAX_TAKE}, got {take[:40]!r}")
    if start and not is_id(start):
        faults.append(f"from must be an image id, got {start[:60]!r}")
    if faults:
        raise Invalid(*faults)
    return int(take), start
