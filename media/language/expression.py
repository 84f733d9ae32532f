"""Arithmetic on facts of the picture: values that are only known with the picture at hand.

An :class:`Expression` may stand for an argument in a step. It is a tree of plain values (a text, or an operator
with its operands), so it compares, hashes and travels as JSON::

    ("div", ("fact", "width"), "2")          half of the current width

Literals stay texts: ``0.5`` written by a client keeps its meaning of a fraction, a computed 0.5 is a number.
"""

import math
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from media.errors import BadTransformation
from media.geometry import Size
from media.language.params import Float, Kind, RatioKind, format_number, number

#: A literal, or an operator and its operands.
Tree = str | tuple[Any, ...]
#: A text (or a literal number), a computed number, a list.
Value = str | float | tuple[str, ...]
#: Results beyond this are refused: nothing that is measured in pixels is larger.
MAX_RESULT = 1e15


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known about the picture at one point of a chain.

    ``base`` is the size of the picture under a layer, the picture's own elsewhere; ``frames`` are those that are
    rendered, ``pages`` all that the source has: frames, pages of a document, layers; ``pages_vary`` if each may have a
    size of its own; ``illustration`` 0…1 how much it looks drawn; ``faces`` and ``interesting`` are recorded rectangles
    ``x, y, width, height``; ``trimmed`` the size after a virtual trim; ``choices`` what conditions have chosen for the
    output.
    """

    current: Size
    initial: Size
    base: Size
    frames: int = 1
    pages: int = 1
    pages_vary: bool = False
    page: int = 1
    faces: tuple[tuple[int, ...], ...] = ()
    interesting: tuple[tuple[int, ...], ...] = ()
    illustration: float = 0.0
    density: float = 72.0
    trimmed: Size | None = None
    tags: tuple[str, ...] = ()
    # Mappings are compared and not hashed, so that facts can be looked up.
    context: Mapping[str, str] = field(default_factory=dict, hash=False)
    metadata: Mapping[str, str] = field(default_factory=dict, hash=False)
    variables: Mapping[str, Value] = field(default_factory=dict, hash=False)
    choices: Mapping[str, Any] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class Expression:
    tree: Tree

    def evaluate(self, facts: Facts) -> Value:
        """Raises BadTransformation for an undefined variable, a division by zero or a result out of reach."""
        return _evaluate(self.tree, facts)

    def to_json(self) -> dict[str, Any]:
        return {"=": self.tree}

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> "Expression":
        return cls(_frozen(document["="]))

    @property
    def variables(self) -> frozenset[str]:
        """Names of the variables it reads."""
        return frozenset(_variables(self.tree))


def _frozen(document: Any) -> Tree:
    return tuple(_frozen(each) for each in document) if isinstance(document, list | tuple) else str(document)


def _variables(tree: Tree) -> list[str]:
    if isinstance(tree, str):
        return []
    if tree[0] in ("variable", "isdef", "isndef"):
        return [tree[1]]
    return [name for operand in tree[1:] for name in _variables(operand)]


def spell(kind: Kind, value: Value) -> str:
    """``value`` as the text that ``kind`` parses. Computed numbers are rounded if whole ones are expected."""
    if isinstance(value, tuple):
        return ":".join(value)
    if isinstance(value, str):
        return value
    return _decimal(value) if isinstance(kind, Float | RatioKind) else _plain(value)


def _decimal(value: float) -> str:
    return format_number(round(value, 6))


def _plain(value: float) -> str:
    return str(round(value))


def to_number(value: Value) -> float:
    """A number out of a literal (``3:4`` is a ratio). Raises BadTransformation if it is none."""
    if isinstance(value, float | int):
        return float(value)
    if isinstance(value, tuple):
        raise BadTransformation(f"Invalid expression: a list cannot be used as a number: {':'.join(value)}")
    dividend, colon, divisor = value.partition(":")
    try:
        return number(dividend) / number(divisor) if colon else number(dividend)
    except (ValueError, ZeroDivisionError) as error:
        raise BadTransformation(f"Invalid expression: {value or 'an empty text'} is not a number") from error


def is_true(value: Value) -> bool:
    return bool(value) if not isinstance(value, str) else value not in ("", "0")


def _evaluate(tree: Tree, facts: Facts) -> Value:
    if isinstance(tree, str):
        return tree
    name, *operands = tree
    if name in LEAVES:
        return LEAVES[name](facts, *operands)
    values = [_evaluate(operand, facts) for operand in operands]
    return _OPERATORS[name](*values)


def _variable(facts: Facts, name: str) -> Value:
    if name not in facts.variables:
        raise BadTransformation(f"Invalid expression: the variable ${name} is not defined")
    return facts.variables[name]


def _fact(facts: Facts, name: str) -> Value:
    return FACTS[name](facts)


def _ratio(size: Size | None) -> float:
    return size.width / size.height if size else 1.0


#: Facts by the names that expressions use.
FACTS: dict[str, Callable[[Facts], Value]] = {
    "width": lambda facts: float(facts.current.width),
    "height": lambda facts: float(facts.current.height),
    "ratio": lambda facts: _ratio(facts.current),
    "initial_width": lambda facts: float(facts.initial.width),
    "initial_height": lambda facts: float(facts.initial.height),
    "initial_ratio": lambda facts: _ratio(facts.initial),
    "trimmed_ratio": lambda facts: _ratio(facts.trimmed or facts.current),
    "page": lambda facts: float(facts.page),
    "pages": lambda facts: float(facts.pages),
    "faces": lambda facts: float(len(facts.faces)),
    "illustration": lambda facts: facts.illustration,
    "density": lambda facts: facts.density,
    "page_x": lambda facts: 0.0,
    "page_y": lambda facts: 0.0,
    "duration": lambda facts: 0.0,
    "tags": lambda facts: facts.tags,
}

#: Nodes whose operands are names, not trees.
LEAVES: dict[str, Callable[..., Value]] = {
    "fact": _fact,
    "variable": _variable,
    "context": lambda facts, key: facts.context.get(key, ""),
    "metadata": lambda facts, key: facts.metadata.get(key, ""),
    "isdef": lambda facts, name: float(name in facts.variables),
    "isndef": lambda facts, name: float(name not in facts.variables),
    "number": lambda facts, text: float(text),
    "list": lambda facts, *items: items,
}


def _arithmetic(compute: Callable[[float, float], float]) -> Callable[[Value, Value], float]:
    def apply(left: Value, right: Value) -> float:
        operands = to_number(left), to_number(right)
        try:
            result = compute(*operands)
        except (ZeroDivisionError, ValueError) as error:
            raise BadTransformation("Invalid expression: division by zero") from error
        except OverflowError as error:
            raise BadTransformation("Invalid expression: the result is too large") from error
        if isinstance(result, complex) or not math.isfinite(result) or abs(result) > MAX_RESULT:
            raise BadTransformation("Invalid expression: the result is not a number in reach")
        return float(result)

    return apply


def _compared(compare: Callable[[Any, Any], bool]) -> Callable[[Value, Value], float]:
    """Numbers compare as numbers, texts as texts."""

    def apply(left: Value, right: Value) -> float:
        try:
            return float(compare(to_number(left), to_number(right)))
        except BadTransformation:
            return float(compare(_joined(left), _joined(right)))

    return apply


def _joined(value: Value) -> str:
    if isinstance(value, tuple):
        return ":".join(value)
    return value if isinstance(value, str) else _decimal(value)


def _contained(left: Value, right: Value) -> float:
    """All of the left list are in the right one."""
    wanted = left if isinstance(left, tuple) else tuple(_joined(left).split(":"))
    present = right if isinstance(right, tuple) else tuple(_joined(right).split(":"))
    return float(set(wanted) <= set(present))


_OPERATORS: dict[str, Callable[..., Value]] = {
    "add": _arithmetic(operator.add),
    "sub": _arithmetic(operator.sub),
    "mul": _arithmetic(operator.mul),
    "div": _arithmetic(operator.truediv),
    "mod": _arithmetic(math.fmod),
    "pow": _arithmetic(operator.pow),
    "eq": _compared(operator.eq),
    "ne": _compared(operator.ne),
    "lt": _compared(operator.lt),
    "gt": _compared(operator.gt),
    "lte": _compared(operator.le),
    "gte": _compared(operator.ge),
    "in": _contained,
    "nin": lambda left, right: 1.0 - _contained(left, right),
    "and": lambda left, right: float(is_true(left) and is_true(right)),
    "or": lambda left, right: float(is_true(left) or is_true(right)),
    "to_i": lambda value: float(math.trunc(to_number(value))),
    "to_f": to_number,
    "scale": lambda value, factor: _scaled(value, to_number(factor)),
    "join": lambda *parts: "".join(_joined(part) for part in parts),
}


def _scaled(value: Value, factor: float) -> Value:
    """Pixels times a device pixel ratio; a fraction (a literal with a point) stays what it is."""
    if isinstance(value, str) and "." in value:
        return value
    return float(round(to_number(value) * factor))
