"""One parameter's text → one argument of a step, with an error that names what the client wrote."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from media.errors import BadTransformation, UnsupportedOperation
from media.integers import is_integer
from media.language.chain import Step
from media.language.expression import Expression, Tree, spell
from media.language.params import Int, number
from media.operations import OPERATIONS
from media.operations.registry import Argument, Operation
from proxy.dialects.cloudinary.semantics.scope import Read, Scope
from proxy.dialects.cloudinary.syntax.grammar import KEYS, Component

#: Keys whose whole numbers are pixels: a device pixel ratio multiplies them.
_PIXEL_KEYS = frozenset({"w", "h", "x", "y", "r", "bo"})
#: Keys whose value is arithmetic; in all others a variable stands for a piece of text.
_NUMERIC_KEYS = frozenset({"w", "h", "x", "y", "ar", "z", "a", "o", "e", "bo"})
#: Windows that were named at upload or drawn in the file.
_NAMED_REGION = re.compile(r"^(region_|clipping_path_|cld-decompose_)(?=[!a-z])")
#: What a window should keep clear of; only automatic cropping knows how.
_AVOIDED = re.compile(r"^(?!auto\b)(?=\w+_avoid$)")


@dataclass(frozen=True, slots=True)
class Given:
    """What stood behind ``key``: ``text`` as written, ``value`` as far as it is known."""

    key: str
    text: str
    value: Read


def find_operation(name: str, label: str) -> Operation:
    if name not in OPERATIONS:
        raise UnsupportedOperation(f"{label} is not available here yet")
    return OPERATIONS[name]


def given(component: Component, keys: Mapping[str, str], scope: Scope) -> dict[str, Given]:
    """Argument name → what was given for it, for those of ``keys`` (key → argument name) that the component has."""
    dpr = pixel_ratio(component)
    return {name: read(key, text, scope, dpr) for key, name in keys.items() if (text := component.get(key)) is not None}


def pixel_ratio(component: Component) -> float:
    """Already a plain number: see responsive.py."""
    return float(component.get("dpr") or 1)


def read(key: str, text: str, scope: Scope, dpr: float = 1.0) -> Given:
    if key == "r":
        return Given(key, text, _radii(text, scope, dpr))
    value = scope.read(text) if key in _NUMERIC_KEYS else scope.mention(text)
    if key == "g" and isinstance(value, str):
        value = _AVOIDED.sub("auto:", _NAMED_REGION.sub("region:", value))
    if key == "bo" and isinstance(value, str):
        value = _computed(value)
    return Given(key, text, _multiplied(value, dpr) if key in _PIXEL_KEYS and dpr != 1.0 else value)


def _radii(text: str, scope: Scope, dpr: float) -> Read:
    """One to four radii joined by ``:``, each of which may be computed."""
    values = (scope.read(part) for part in text.split(":"))
    radii = [_multiplied(value, dpr) if dpr != 1.0 else value for value in values]
    if len(radii) == 1:
        return radii[0]
    if not any(isinstance(radius, Expression) for radius in radii):
        return ":".join(str(radius) for radius in radii)
    trees = [radius.tree if isinstance(radius, Expression) else str(radius) for radius in radii]
    joined: list[Tree] = [trees[0]]
    for tree in trees[1:]:
        joined += [":", tree]
    return Expression(("join", *joined))


def _computed(text: str) -> Read:
    """Half a pixel of border is rounded like any computed length."""
    try:
        return number(text)
    except ValueError:
        return text


def _multiplied(value: Read, dpr: float) -> Read:
    """Pixels times ``dpr``, several joined by ``:`` alike; fractions and words stay."""
    if isinstance(value, Expression):
        return Expression(("scale", value.tree, ("number", repr(dpr))))
    if isinstance(value, float):
        return float(round(value * dpr))
    return ":".join(_multiplied_text(part, dpr) for part in value.split(":"))


def _multiplied_text(text: str, dpr: float) -> str:
    is_pixels = is_integer(text) and len(text) < 10
    return str(round(int(text) * dpr)) if is_pixels else text


def build(operation: Operation, given: Mapping[str, Given], **values: Any) -> Step:
    """A complete step. ``given`` is still text, ``values`` are typed already.

    Arguments the operation does not have are left out: a qualifier without a use has no effect.
    """
    arguments = {argument.name: argument for argument in operation.arguments}
    parsed = {name: _parse(arguments[name], each) for name, each in given.items() if name in arguments}
    return operation.step({**parsed, **{name: value for name, value in values.items() if name in arguments}})


def _parse(argument: Argument, given: Given) -> Any:
    if isinstance(given.value, Expression):
        return given.value
    try:
        text = spell(argument.kind, given.value)
        return argument.kind.parse(_whole(text) if isinstance(argument.kind, Int) else text)
    except ValueError as error:
        raise invalid(given.key, given.text, argument.kind.expected) from error


def _whole(text: str) -> str:
    """SDKs whose numbers are floats write ``e_blur:300.0``."""
    try:
        return str(round(number(text)))
    except ValueError:
        return text


def invalid(key: str, text: str, expected: str) -> BadTransformation:
    """``Invalid width in transformation: abc; expected …``."""
    return BadTransformation(f"Invalid {KEYS[key]} in transformation: {text}; expected {expected}")
