"""One parameter's text → one argument of a step, with an error that names what the client wrote."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from media.chain import Step
from media.errors import BadTransformation, UnsupportedOperation
from media.operations import OPERATIONS
from media.operations.registry import Argument, Operation
from proxy.dialects.cloudinary.grammar import KEYS

#: Keys whose whole numbers are pixels: a device pixel ratio multiplies them.
PIXEL_KEYS = frozenset({"w", "h", "x", "y", "r", "bo"})


@dataclass(frozen=True, slots=True)
class Given:
    """``text`` as it stood behind ``key``; whole pixels are multiplied by ``dpr``."""

    key: str
    text: str
    dpr: float = 1.0


def find_operation(name: str, label: str) -> Operation:
    if name not in OPERATIONS:
        raise UnsupportedOperation(f"{label} is not available here yet")
    return OPERATIONS[name]


def build(operation: Operation, given: Mapping[str, Given], **values: Any) -> Step:
    """A complete step. ``given`` maps argument names to texts, ``values`` are typed already.

    Arguments the operation does not have are left out: a qualifier without a use has no effect.
    """
    arguments = {argument.name: argument for argument in operation.arguments}
    parsed = {name: _parse(arguments[name], each) for name, each in given.items() if name in arguments}
    return operation.step({**parsed, **{name: value for name, value in values.items() if name in arguments}})


def _parse(argument: Argument, given: Given) -> Any:
    try:
        value = argument.kind.parse(given.text)
    except ValueError as error:
        raise invalid(given.key, given.text, argument.kind.expected) from error
    if given.key in PIXEL_KEYS and isinstance(value, int) and given.dpr != 1.0:
        return _parse(argument, Given(given.key, str(round(value * given.dpr))))
    return value


def invalid(key: str, text: str, expected: str) -> BadTransformation:
    """``Invalid width in transformation: abc; expected …``."""
    return BadTransformation(f"Invalid {KEYS[key]} in transformation: {text}; expected {expected}")
