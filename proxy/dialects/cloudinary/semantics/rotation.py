"""``a_``: degrees, flips and the turns that depend on the picture, several joined by ``.`` (``a_vflip.45``)."""

from media.integers import is_natural
from media.language.chain import Step
from media.language.expression import Expression
from media.operations import step
from proxy.dialects.cloudinary.semantics.arguments import build, find_operation, given, invalid, read
from proxy.dialects.cloudinary.semantics.scope import Scope
from proxy.dialects.cloudinary.syntax.grammar import Component

_FLIPS = {"hflip": "horizontal", "vflip": "vertical"}
#: Degrees of the turns that happen only if the requested orientation is the other one.
_TURNS = {"auto_right": 90, "auto_left": 270}
#: Pictures are always turned upright by their EXIF orientation; ``ignore`` cannot take that back.
_DEFAULTS = frozenset({"exif", "auto", "ignore"})


def compile_rotation(component: Component, scope: Scope) -> list[Step]:
    """Rotations after the component's resize."""
    angles = [] if (text := component.get("a")) is None else text.split(".")
    return [each for angle in angles for each in _rotation(angle, component, scope)]


def _rotation(angle: str, component: Component, scope: Scope) -> list[Step]:
    if angle in _DEFAULTS or angle in _TURNS:
        return []
    if angle in _FLIPS:
        return [step("flip", axis=_FLIPS[angle])]
    if not angle:
        raise invalid("a", component.get("a") or "", "degrees, hflip, vflip, auto_right, auto_left, exif or ignore")
    operation = find_operation("rotate", "Rotation")
    return [build(operation, {"angle": read("a", angle, scope), **given(component, {"b": "background"}, scope)})]


def compile_turn(component: Component) -> list[Step]:
    """``a_auto_right`` beside a resize: a quarter turn before it, if the picture lies the other way."""
    sides = [component.get("w") or "", component.get("h") or ""]
    degrees = next((_TURNS[angle] for angle in (component.get("a") or "").split(".") if angle in _TURNS), None)
    if degrees is None or not all(is_natural(side) for side in sides):
        return []
    is_landscape = int(sides[0]) > int(sides[1])
    lies_otherwise = ("lt" if is_landscape else "gt", ("fact", "ratio"), "1")
    turn = step("rotate", angle=str(degrees))
    return [step("when", condition=Expression(lies_otherwise), steps=(turn,), otherwise=())]
