"""Control: assignments, conditions and conditional choices for the output; what stands for an effect that is left out.

They stand among the steps of a chain but touch no pixels: :mod:`media.render.binding` takes them out before a step is
executed.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Annotated, Any

from media.errors import DerivationFailed
from media.language.chain import Output, Step, canonical, format_output, walk
from media.language.expression import Expression, Facts, is_true
from media.language.params import Text
from media.operations.layer import StepsKind
from media.operations.registry import OPERATIONS, operation, unchanged
from media.raster.pixels import Image


@dataclass(frozen=True, slots=True)
class ExpressionKind:
    """Travels as a JSON value, not as text (:func:`media.operations.registry.format_steps`)."""

    expected: str = "an expression"

    def parse(self, text: str) -> Expression:
        return Expression(text)

    def format(self, value: Expression) -> str:
        raise TypeError(f"expressions are JSON values, not text: {value}")


def _unbound(name: str) -> Any:
    raise DerivationFailed(f"{name} reached the renderer unbound")


def _assign(step: Step, facts: Facts) -> tuple[Facts, tuple[Step, ...]]:
    return replace(facts, variables={**facts.variables, step["name"]: step["value"].evaluate(facts)}), ()


@operation(price=0, control=_assign)
def assign(
    image: Image,
    name: Annotated[str, Text(64)],
    value: Annotated[Expression, ExpressionKind()],
) -> Image:
    """Give a variable its value for the rest of the chain."""
    return _unbound("assign")


def assignment(name: str, value: Expression) -> Step:
    """The step that gives a variable its value."""
    return OPERATIONS["assign"].step({"name": name, "value": value})


def _branch(step: Step, facts: Facts) -> tuple[Facts, tuple[Step, ...]]:
    return facts, step["steps"] if is_true(step["condition"].evaluate(facts)) else step["otherwise"]


@operation(price=0, control=_branch)
def when(
    image: Image,
    condition: Annotated[Expression, ExpressionKind()],
    steps: Annotated[tuple[Step, ...], StepsKind()] = (),
    otherwise: Annotated[tuple[Step, ...], StepsKind()] = (),
) -> Image:
    """Take one of two ways, by facts of the picture at this point."""
    return _unbound("when")


@operation(price=1, reads=unchanged)
def left_out(image: Image, effect: Annotated[str, Text(64)] = "") -> Image:
    """Stand in place of an effect that is not available here, and do nothing."""
    return image


def _choose(step: Step, facts: Facts) -> tuple[Facts, tuple[Step, ...]]:
    return replace(facts, choices={**facts.choices, **json.loads(step["choices"])}), ()


@operation(price=0, control=_choose)
def output(image: Image, choices: Annotated[str, Text()]) -> Image:
    """Choose format or quality inside a condition."""
    return _unbound("output")


def output_step(output: Output) -> Step:
    """A conditional choice: everything in which ``output`` differs from the default."""
    return OPERATIONS["output"].step({"choices": canonical(format_output(output))})


def choices(steps: Iterable[Step]) -> list[dict[str, Any]]:
    """What conditions may choose for the output: fields of an :class:`Output` that differ from the default."""
    return [json.loads(each["choices"]) for each in walk(steps) if OPERATIONS[each.operation].control is _choose]
