"""Binding: expressions get their values, conditions their branch, as the picture comes to each step.

The loop that executes a chain::

    turn = advance(chain.steps, facts)
    while turn.step is not None:
        …execute turn.step, learn the size…
        turn = advance(turn.rest, replace(turn.facts, current=size))
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from media.formats.table import FORMATS
from media.geometry import Size
from media.language.chain import Chain, Output, Step, format_output, parse_output
from media.language.expression import Expression, Facts, Value, spell
from media.language.folding import RECORDED, RECORDED_IN_LAYER, fold, literal, substitute
from media.language.params import Gravity, area_of_interest
from media.operations import OPERATIONS, page
from media.operations.control import assignment
from media.records.asset import Asset
from media.scene.classes import FACES


@dataclass(frozen=True, slots=True)
class Turn:
    """``step`` is ready to execute (None: the chain is at its end), ``rest`` what follows it; ``facts`` are those
    before it, with the variables assigned on the way."""

    step: Step | None
    rest: tuple[Step, ...]
    facts: Facts


def advance(steps: tuple[Step, ...], facts: Facts) -> Turn:
    """Assignments and conditions up to the next step that does something, and that step, bound.

    Raises BadTransformation if an expression has no value, or one outside its argument's range.
    """
    while steps:
        first, steps = steps[0], steps[1:]
        control = OPERATIONS[first.operation].control
        if control is None:
            return Turn(bind(first, facts), steps, facts)
        facts, more = control(first, facts)
        steps = (*more, *steps)
    return Turn(None, (), facts)


def bind(unbound: Step, facts: Facts) -> Step:
    """``unbound`` with every expression replaced by its value at this point of the chain."""
    values = dict(unbound.arguments)
    bound: dict[str, Any] = {
        name: _value(unbound.operation, name, value, facts)
        for name, value in values.items()
        if isinstance(value, Expression)
    }
    is_layer = OPERATIONS[unbound.operation].has_layer
    if is_layer and (assignments := _assignments(facts.variables, values["steps"])):
        bound["steps"] = (*assignments, *values["steps"])
    return OPERATIONS[unbound.operation].step({**values, **bound}) if bound else unbound


def _value(operation: str, name: str, expression: Expression, facts: Facts) -> Any:
    argument = next(each for each in OPERATIONS[operation].arguments if each.name == name)
    return argument.parse(operation, spell(argument.kind, expression.evaluate(facts)))


def _assignments(variables: Mapping[str, Value], steps: tuple[Step, ...]) -> tuple[Step, ...]:
    """Those of ``variables`` that ``steps`` read, as steps: a layer is rendered on its own and takes them with it."""
    read = referenced(steps)
    return tuple(assignment(name, Expression(literal(value))) for name, value in variables.items() if name in read)


def chosen_output(output: Output, facts: Facts) -> Output:
    """``output`` with what the taken branches chose."""
    return parse_output({**format_output(output), **facts.choices})


def bind_recorded(chain: Chain, facts: Facts) -> Chain:
    """``chain`` bound as far as its sizes are known without pixels.

    Called with :func:`recorded_facts` before keys are computed: equal results get equal keys, what the record says
    (tags, context) is in the key, and a background removal inside a condition becomes the first step.
    """
    done: list[Step] = []
    steps = _substituted(chain.steps, facts, RECORDED)
    if facts.pages_vary and page.is_chosen(steps):
        # Of a page only the file knows the size, from the first step on.
        return Chain(steps, chosen_output(chain.output, facts))
    turn = advance(steps, facts)
    while turn.step is not None:
        done.append(turn.step)
        operation, arguments = OPERATIONS[turn.step.operation], dict(turn.step.arguments)
        size = operation.size_after(turn.facts.current, {**arguments, "base": turn.facts.base})
        if size is None:
            # Only pixels can tell the rest; it still reads what was assigned before.
            rest = (*_assignments(turn.facts.variables, turn.rest), *turn.rest)
            return Chain((*done, *rest), chosen_output(chain.output, turn.facts))
        turn = advance(turn.rest, replace(turn.facts, current=size))
    return Chain(tuple(done), chosen_output(chain.output, turn.facts))


def recorded_facts(asset: Asset) -> Facts:
    """What is known of an asset before its pixels are."""
    size = Size(asset.width, asset.height)
    return Facts(
        size,
        size,
        size,
        pages=asset.pages,
        pages_vary=asset.pages > 1 and asset.format in FORMATS and FORMATS[asset.format].pages_vary,
        faces=asset.faces,
        interesting=asset.custom_coordinates,
        tags=asset.tags,
        context=asset.context,
        metadata={name: str(value) for name, value in asset.metadata.items()},
    )


def _substituted(steps: tuple[Step, ...], facts: Facts, names: frozenset[str]) -> tuple[Step, ...]:
    """``steps`` with what the record knows put into their expressions; a layer's own sizes are left alone."""
    return tuple(_substituted_step(each, facts, names) for each in steps)


def _substituted_step(step: Step, facts: Facts, names: frozenset[str]) -> Step:
    inside = RECORDED_IN_LAYER if OPERATIONS[step.operation].has_layer else names

    def put(value: Any) -> Any:
        if isinstance(value, Expression):
            return Expression(fold(substitute(value.tree, facts, names), {}))
        if isinstance(value, tuple) and value and isinstance(value[0], Step):
            return _substituted(value, facts, inside)
        return _recorded(value, facts) if isinstance(value, Gravity) and names is RECORDED else value

    return Step(step.operation, tuple((name, put(value)) for name, value in step.arguments))


def _recorded(gravity: Gravity, facts: Facts) -> Gravity:
    """What is recorded goes before what a detector finds: its rectangles are written into the gravity.

    Recorded areas of interest are auto gravity's, too, unless it asks for none of that.
    """
    first, *rest = gravity.targets
    if first == "auto":
        overrides = facts.interesting and not {"custom_no_override", "none"} & set(rest)
        return Gravity((area_of_interest(facts.interesting),)) if overrides else gravity
    faces = tuple(sorted(facts.faces, key=lambda face: -face[2] * face[3]))
    recorded = {"custom": facts.interesting, **dict.fromkeys(FACES, faces), "face": faces[:1]}
    return Gravity(tuple(area_of_interest(recorded[each]) if recorded.get(each) else each for each in gravity.targets))


def referenced(steps: tuple[Step, ...]) -> frozenset[str]:
    """Names of all variables that expressions in ``steps`` read, nested steps included."""
    names: set[str] = set()
    for each in steps:
        for _, value in each.arguments:
            if isinstance(value, Expression):
                names |= value.variables
            elif isinstance(value, tuple) and value and isinstance(value[0], Step):
                names |= referenced(value)
    return frozenset(names)
