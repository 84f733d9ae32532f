"""Control: assignments, conditions and conditional choices for the output.

They stand among the steps of a chain but touch no pixels: :mod:`media.render.binding` takes them out before a step is
executed.
"""

from dataclasses import dataclass
from typing import Annotated, Any

from media.errors import DerivationFailed
from media.language.chain import Step
from media.language.expression import Expression
from media.language.params import Text
from media.operations.layer import StepsKind
from media.operations.registry import operation
from media.raster.pixels import Image

#: Names of the operations that never reach a picture.
CONTROLS = frozenset({"assign", "when", "output"})


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


@operation(size_after=lambda size, arguments: None)
def assign(
    image: Image,
    name: Annotated[str, Text(64)],
    value: Annotated[Expression, ExpressionKind()],
) -> Image:
    """Give a variable its value for the rest of the chain."""
    return _unbound("assign")


@operation(size_after=lambda size, arguments: None)
def when(
    image: Image,
    condition: Annotated[Expression, ExpressionKind()],
    steps: Annotated[tuple[Step, ...], StepsKind()] = (),
    otherwise: Annotated[tuple[Step, ...], StepsKind()] = (),
) -> Image:
    """Take one of two ways, by facts of the picture at this point."""
    return _unbound("when")


@operation(size_after=lambda size, arguments: None)
def output(image: Image, choices: Annotated[str, Text()]) -> Image:
    """Choose format or quality inside a condition."""
    return _unbound("output")
