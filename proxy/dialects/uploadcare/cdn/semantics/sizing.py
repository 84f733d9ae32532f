"""Directives that give a picture another size, window or shape."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from media.errors import BadTransformation
from media.language.chain import Step
from media.language.params import Gravity, LengthKind
from media.operations import step
from media.operations.focus import AUTO
from media.operations.reshape import MAX_RADIUS
from proxy.dialects.uploadcare.cdn.semantics.state import Arguments, Meaning, State
from proxy.dialects.uploadcare.cdn.syntax import values

PREVIEW_SIDE = 2048
DETECTORS = {"faces": "faces", "objects": "object", "points": "auto"}
SMART = "smart"
CENTER: values.Place = (0.5, 0.5)
#: Detectors in the order in which they are tried; the next one if nothing is found.
TYPES = (
    SMART, "smart_faces_objects_points", "smart_faces_objects", "smart_faces_points", "smart_faces",
    "smart_objects_faces_points", "smart_objects_faces", "smart_objects_points", "smart_objects", "smart_points",
)  # fmt: skip
_COMPASS = {"center": "center", "top": "north", "right": "east", "bottom": "south", "left": "west"}
#: What ``crop`` may be around.
TAGS: Mapping[str, Gravity] = {"face": Gravity(("face",)), "image": AUTO}


def _preview(state: State, arguments: Arguments) -> State:
    """Scale the whole picture down into a box, 2048×2048 unless given; never up."""
    width, height = values.pixel_sides(arguments[0]) if arguments else (PREVIEW_SIDE, PREVIEW_SIDE)
    return state.sized(width, height).drawing(step("limit", width=width, height=height))


def _resize(state: State, arguments: Arguments) -> State:
    """Change the size; one side alone keeps the proportions, both distort. ``stretch`` says what is not enlarged."""
    width, height = values.pixel_sides(arguments[0])
    state = state.sized(width, height)
    if state.stretch == "on":
        return state.drawing(step("scale", width=width, height=height))
    if width is None or height is None:
        framed = step("mpad", width=width, height=height, background=state.fill)
        shrunk = step("limit", width=width, height=height)
    else:
        framed = _framed(state, width, height)
        shrunk = step("scale_down", width=width, height=height)
    return state.drawing(shrunk, *([framed] if state.stretch == "fill" else []))


def _framed(state: State, width: int, height: int) -> Step:
    return step("window", width=width, height=height, x=0.5, y=0.5, background=state.fill)


def _smart_resize(state: State, arguments: Arguments) -> State:
    """Change the size; faces and what draws the eye keep their proportions, the rest gives way."""
    width, height = values.both_pixel_sides(arguments[0])
    return state.sized(width, height).drawing(step("retarget", width=width, height=height))


def _stretch(state: State, arguments: Arguments) -> State:
    """What the next resize or scale_crop does with a smaller picture: enlarge it, leave it, or frame it."""
    return replace(state, stretch=values.choice(arguments[0], ("on", "off", "fill")))


def _crop(state: State, arguments: Arguments) -> State:
    """Cut a window, to a ratio, or around the largest face or what the picture shows; beyond the picture is filled."""
    what, *rest = arguments
    if rest and values.is_color(rest[-1]) and not values.is_place(rest[-1]):
        state, rest = replace(state, fill=values.color(rest[-1])), rest[:-1]
    if what in TAGS:
        return _crop_around(state, TAGS[what], rest)
    is_ratio = values.is_ratio(what)
    x, y = values.place(_only(rest)) if rest else (CENTER if is_ratio else (0, 0))
    if is_ratio:
        return state.sized().drawing(step("window", ratio=values.ratio(what), x=x, y=y))
    width, height = values.sides(what)
    window = step("window", width=width, height=height, x=x, y=y, background=state.fill)
    return state.sized(width, height).drawing(window)


def _crop_around(state: State, gravity: Gravity, rest: Sequence[str]) -> State:
    x, y = CENTER
    given: dict[str, Any] = {}
    for text in rest:
        if values.is_place(text):
            x, y = values.place(text)
        elif values.is_ratio(text):
            given = {"ratio": values.ratio(text)}
        else:
            given = dict(zip(("width", "height"), values.both_sides(text), strict=True))
    around = step("crop_to", gravity=gravity, x=x, y=y, background=state.fill, **given)
    return state.sized(*(side for side in given.values() if isinstance(side, int))).drawing(around)


def _only(rest: Sequence[str]) -> str:
    if len(rest) > 1:
        raise BadTransformation(f"expected one alignment, got {rest[1][:40]!r}, too")
    return rest[0]


def _scale_crop(state: State, arguments: Arguments) -> State:
    """Cover a box and cut what sticks out, around what detectors find in the order of the type, else by alignment."""
    width, height = values.both_pixel_sides(arguments[0])
    is_smart = len(arguments) > 1 and arguments[1].startswith(SMART)
    kind, rest = (arguments[1], arguments[2:]) if is_smart else ("", arguments[1:])
    alignment = _only(rest) if rest else "center"
    enlarges = state.stretch == "on"
    if not kind and alignment in _COMPASS:
        mode, gravity = "fill" if enlarges else "lfill", Gravity((_COMPASS[alignment],))
        covered = step(mode, width=width, height=height, gravity=gravity)
    else:
        x, y = values.place(alignment)
        covered = step("cover", width=width, height=height, gravity=_detectors(kind), x=x, y=y, enlarge=enlarges)
    framed = [_framed(state, width, height)] if state.stretch == "fill" else []
    return state.sized(width, height).drawing(covered, *framed)


def _detectors(kind: str) -> Gravity | None:
    if not kind:
        return None
    words = values.choice(kind, TYPES).split("_")[1:] or list(DETECTORS)
    return Gravity(tuple(DETECTORS[word] for word in words))


def _trim(state: State, arguments: Arguments) -> State:
    """Cut off a plain or transparent border, but for a padding."""
    tolerance, padding = (*arguments, "", "")[:2]
    given = {
        **({"tolerance": values.whole(tolerance.rstrip("p%"), 0, 100)} if tolerance else {}),
        **({"padding": values.length(padding)} if padding else {}),
    }
    return state.sized().drawing(step("trim_to", **given))


def _border_radius(state: State, arguments: Arguments) -> State:
    """Round the corners as CSS does; what is cut off is transparent, or painted with ``setfill``."""
    written = [":".join(map(LengthKind(0, MAX_RADIUS).format, values.lengths(text))) for text in arguments]
    return state.drawing(step("curve_corners", radii="/".join(written), background=state.fill))


def _setfill(state: State, arguments: Arguments) -> State:
    """The colour of what follows: space around a crop or a frame, cut corners, transparency in JPEG."""
    return replace(state, fill=values.color(arguments[0]))


def _zoom_objects(state: State, arguments: Arguments) -> State:
    """Zoom in on what is on a plain background; at 100 it is as large as it can be. The size stays."""
    return state.drawing(step("zoom_to", level=values.whole(arguments[0], 1, 100)))


def _autorotate(state: State, arguments: Arguments) -> State:
    """``no`` leaves the picture as its pixels lie, whatever its EXIF orientation."""
    return replace(state, is_upright=values.is_yes(arguments[0]))


def _rotate(state: State, arguments: Arguments) -> State:
    """Turn the picture counter-clockwise by degrees."""
    angle = -values.whole(arguments[0], -360, 360) % 360
    painted = {} if angle % 90 == 0 else {"background": state.fill}
    return state.drawing(*([step("rotate", angle=float(angle), **painted)] if angle else []))


def _flip(state: State, arguments: Arguments) -> State:
    """Mirror the picture top to bottom."""
    return state.drawing(step("flip", axis="vertical"))


def _mirror(state: State, arguments: Arguments) -> State:
    """Mirror the picture left to right."""
    return state.drawing(step("flip", axis="horizontal"))


SIZING: dict[str, Meaning] = {
    "preview": _preview, "resize": _resize, "smart_resize": _smart_resize, "stretch": _stretch, "crop": _crop,
    "scale_crop": _scale_crop, "trim": _trim, "border_radius": _border_radius, "setfill": _setfill,
    "zoom_objects": _zoom_objects, "autorotate": _autorotate, "rotate": _rotate, "flip": _flip, "mirror": _mirror,
}  # fmt: skip
