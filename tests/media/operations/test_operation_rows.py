"""Nothing is drawn unseen: a row for every operation's defaults, and rows for both ends of every range."""

from collections.abc import Callable, Iterable
from fractions import Fraction
from typing import Any

import pytest

from media.config import Limits
from media.language.params import Bool, Choice, Float, Int, Kind, LengthKind, RatioKind
from media.operations import OPERATIONS
from media.operations.page import PagesKind
from media.operations.painting import VectorsKind
from media.operations.recolor import TintKind
from media.operations.registry import REQUIRED, Argument
from media.operations.reshape import RadiiKind
from media.operations.warp import DistortKind
from tests.media.golden import ROWS

#: A side may be asked for beyond this, and is then refused: tests/media/test_plan.py.
LONGEST_SIDE = Limits().max_output_side


def parsed(*texts: str) -> Callable[[Kind], Iterable[Any]]:
    return lambda kind: [kind.parse(text) for text in texts]


#: kind → the values that some row must have; a kind that is not here has no ends (colours, texts, steps, gravity).
ENDS: dict[type, Callable[[Any], Iterable[Any]]] = {
    Int: lambda kind: (kind.low, kind.high),
    Float: lambda kind: (kind.low, kind.high),
    LengthKind: lambda kind: (kind.low, LONGEST_SIDE if kind.low == 1 else kind.high),
    RatioKind: lambda kind: (Fraction(1, 10_000), Fraction(10_000)),
    Choice: lambda kind: kind.names,
    Bool: lambda kind: (False, True),
    VectorsKind: parsed("2:0:0:0:0", "30:1000:100:100:100"),
    TintKind: parsed("0:red:50p", "100:red:50p"),
    RadiiKind: parsed("0", "100000", "max"),
    DistortKind: parsed("arc:-360", "arc:-1", "arc:1", "arc:360"),
    PagesKind: parsed("1", "100000", "all"),
}
BY_THE_WORKER = "the worker obeys it, the picture is the stored cutout: tests/worker/matting"
#: (operation, argument) → why its ends need no row
EXCUSED = {
    **{("background_removal", argument.name): BY_THE_WORKER for argument in OPERATIONS["background_removal"].arguments},
    ("text", "weight"): "names of nine weights, of which a font has some; letters have no golden picture",
    ("text", "antialias"): "all but none are left to the font",
    ("text", "hinting"): "left to the font",
}
#: (operation, argument, value) → why this end needs no row
EXCUSED_ENDS = {
    ("border", "width", 10_000): "its canvas is refused",
}
ARGUMENTS = [
    pytest.param(name, argument, id=f"{name}-{argument.name}")
    for name in sorted(name for name, each in OPERATIONS.items() if each.control is None)
    for argument in OPERATIONS[name].arguments
    if type(argument.kind) in ENDS and (name, argument.name) not in EXCUSED
]


@pytest.mark.parametrize("name", sorted(name for name, each in OPERATIONS.items() if each.control is None))
def test_every_operation_has_a_row_with_its_defaults(name: str) -> None:
    optional = [argument for argument in OPERATIONS[name].arguments if argument.default is not REQUIRED]
    steps = [row.step() for row in ROWS if row.operation == name]
    assert any(all(step[each.name] == each.default for each in optional) for step in steps), (
        f"{name} has no row that leaves all optional arguments out"
    )


@pytest.mark.parametrize(("name", "argument"), ARGUMENTS)
def test_every_argument_has_rows_at_the_ends_of_its_range(name: str, argument: Argument) -> None:
    shown = [row.step()[argument.name] for row in ROWS if row.operation == name]
    for end in ENDS[type(argument.kind)](argument.kind):
        sentence = f"{name} has no row where {argument.name} is {argument.kind.format(end)!r}"
        assert end in shown or (name, argument.name, end) in EXCUSED_ENDS, sentence


def test_every_excuse_is_needed() -> None:
    arguments = {(name, each.name): each for name in OPERATIONS for each in OPERATIONS[name].arguments}
    assert set(EXCUSED) <= set(arguments)
    for name, argument, end in EXCUSED_ENDS:
        assert end in ENDS[type(arguments[name, argument].kind)](arguments[name, argument].kind)
        assert end not in [row.step()[argument] for row in ROWS if row.operation == name]
