"""What one component does to the picture, in the fixed order of the spec (1.8).

The order in the text does not count: removal, resize, rotation, effect, opacity, rounded corners, border,
background. A qualifier goes to the action that can use it.
"""

from collections.abc import Callable
from dataclasses import dataclass

from media.errors import BadTransformation, UnsupportedOperation
from media.language.chain import Step
from proxy.dialects.cloudinary.semantics import effects, removal
from proxy.dialects.cloudinary.semantics.arguments import build, find_operation, given, invalid, pixel_ratio, read
from proxy.dialects.cloudinary.semantics.rotation import compile_rotation, compile_turn
from proxy.dialects.cloudinary.semantics.scope import Scope
from proxy.dialects.cloudinary.semantics.text import decode_again
from proxy.dialects.cloudinary.syntax.grammar import Component


@dataclass(frozen=True, slots=True)
class Crop:
    """A crop mode: its operation, and whether it may look for the best window itself (``g_auto``)."""

    operation: str
    finds_window: bool = False
    works_without_size: bool = False
    pads: bool = False


CROPS = {
    "scale": Crop("scale"),
    "fit": Crop("fit"),
    "limit": Crop("limit"),
    "mfit": Crop("mfit"),
    "fill": Crop("fill", finds_window=True),
    "lfill": Crop("lfill", finds_window=True),
    "fill_pad": Crop("fill_pad", finds_window=True, pads=True),
    "pad": Crop("pad", pads=True),
    "lpad": Crop("lpad", pads=True),
    "mpad": Crop("mpad", pads=True),
    "crop": Crop("crop", finds_window=True, works_without_size=True),
    "thumb": Crop("thumb", finds_window=True),
    "auto": Crop("auto", finds_window=True),
    "auto_pad": Crop("auto_pad", finds_window=True, pads=True),
    "imagga_crop": Crop("auto", finds_window=True),
    "imagga_scale": Crop("scale"),
}
_SIZE_KEYS = ("w", "h", "ar")
#: Keys of a resize and the arguments they become.
_RESIZE_ARGUMENTS = {
    "w": "width", "h": "height", "ar": "ratio", "g": "gravity", "x": "x", "y": "y", "z": "zoom", "b": "background",
}  # fmt: skip
_FIRST_PAGE = "1"
_EMBEDDED = "embedded"
#: Beside these flags ``pg_`` names a clipping path; neither has an effect.
_CLIPPING = frozenset({"clip", "clip_evenodd"})
_RESIZE_FLAGS = {
    "relative": "relative", "region_relative": "relative", "ignore_aspect_ratio": "ignore_aspect_ratio",
}  # fmt: skip


def steps_of(component: Component, scope: Scope) -> list[Step]:
    """The component's steps; none if it only assigns, qualifies or chooses an output."""
    return [step for action in ACTIONS for step in action(component, scope)]


def has_resize(component: Component) -> bool:
    if "c" in component:
        return True
    return any(key in component for key in _SIZE_KEYS) and not effects.takes_size(component)


def _page(component: Component, scope: Scope) -> list[Step]:
    """Which page of the source; a single picture has but the first."""
    text = component.get("pg")
    if text is None or text == _FIRST_PAGE or _CLIPPING & set(component.flags):
        return []
    if text.startswith(_EMBEDDED):
        raise UnsupportedOperation(f"pg_{text}: objects embedded in a Photoshop file are not taken out here")
    # A layer may be called anything: what a component cannot hold is written %252C.
    return [build(find_operation("page", f"Page {text}"), {"page": read("pg", decode_again(text), scope)})]


def _removal(component: Component, scope: Scope) -> list[Step]:
    effect = component.get("e")
    return [removal.compile_removal(effect)] if effect is not None and removal.is_removal(component) else []


def _resize(component: Component, scope: Scope) -> list[Step]:
    if not has_resize(component):
        return []
    mode = component.get("c") or "scale"
    if mode not in CROPS:
        raise invalid("c", mode, f"one of {', '.join(CROPS)}")
    crop = CROPS[mode]
    gravity = component.get("g") or ""
    if gravity.partition(":")[0] == "auto" and not crop.finds_window:
        raise BadTransformation("Use auto gravity only with crop, fill, lfill, fill_pad or thumb")
    has_size = any(key in component for key in _SIZE_KEYS)
    if not has_size and not (crop.works_without_size and gravity):
        return []
    keys = {key: name for key, name in _RESIZE_ARGUMENTS.items() if not effects.claims(component, key)}
    flags = {name: True for flag, name in _RESIZE_FLAGS.items() if flag in component.flags}
    operation = find_operation(crop.operation, f"Crop mode {mode}")
    return [*compile_turn(component), build(operation, given(component, keys, scope), **flags)]


def _effect(component: Component, scope: Scope) -> list[Step]:
    effect = component.get("e")
    return [] if effect is None or removal.is_removal(component) else effects.compile_effect(effect, component, scope)


def _opacity(component: Component, scope: Scope) -> list[Step]:
    if "o" not in component:
        return []
    return [build(find_operation("opacity", "Opacity"), given(component, {"o": "level"}, scope))]


def _corners(component: Component, scope: Scope) -> list[Step]:
    if "r" not in component:
        return []
    return [build(find_operation("round_corners", "Radius"), given(component, {"r": "radius"}, scope))]


def _border(component: Component, scope: Scope) -> list[Step]:
    """``5px_solid_red``; beside a radius it follows the rounded corners."""
    border = component.get("bo")
    if border is None:
        return []
    width, solid, color = border.partition("_solid_")
    if not solid or not (width.endswith("px") or width.startswith("$")):
        raise invalid("bo", border, "<width>px_solid_<color>")
    texts = {
        "width": read("bo", width.removesuffix("px"), scope, pixel_ratio(component)),
        "color": read("co", color, scope),
        **given(component, {"r": "radius"}, scope),
    }
    return [build(find_operation("border", "Border"), texts)]


def _background(component: Component, scope: Scope) -> list[Step]:
    """If no padding and no rotation takes the colour, it fills what is transparent."""
    crop = CROPS.get(component.get("c") or "")
    if "b" not in component or "a" in component or (crop is not None and crop.pads):
        return []
    return [build(find_operation("background", "Background"), given(component, {"b": "color"}, scope))]


Action = Callable[[Component, Scope], list[Step]]
ACTIONS: tuple[Action, ...] = (
    _page,
    _removal,
    _resize,
    compile_rotation,
    _effect,
    _opacity,
    _corners,
    _border,
    _background,
)
