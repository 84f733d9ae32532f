"""What a chain costs, told from its plan: decoding, each step on each frame, its layers, encoding."""

from collections.abc import Iterator

from media.budget import Budget
from media.formats.encode import check_fits
from media.formats.table import FORMATS
from media.geometry import Size
from media.language.chain import Step
from media.language.expression import Facts
from media.operations import OPERATIONS
from media.render.layers import Layers, layer_plan
from media.render.plan import Plan, Stage, Turning, stages

MEGAPIXEL = 1_000_000


def foresee(budget: Budget, plan: Plan, layers: Layers) -> None:
    """Judge a chain before anything is decoded, as far as sizes are known.

    Raises LimitExceeded if it costs more than ``budget`` has, or makes a picture that its format does not hold.
    """
    budget.foresee(decoding(plan) + ahead(plan, plan.steps, plan.facts, turning_of(plan), layers) + _encoding(plan))
    only = FORMATS.get(*plan.chain.output.candidates) if len(plan.chain.output.candidates) == 1 else None
    if plan.size is not None and only is not None:
        check_fits(plan.size, only, frames=plan.final_frames)


def decoding(plan: Plan) -> float:
    """A frame is made of those before it."""
    frames = max(plan.pages, default=plan.frames) if plan.of_animation else 1
    return FORMATS[plan.source.format].reading * plan.source.size.pixels * frames / MEGAPIXEL


def turning_of(plan: Plan) -> Turning:
    """Before the first step."""
    return Turning(plan.frames, of_animation=plan.of_animation, moves=plan.moves)


def ahead(plan: Plan, steps: tuple[Step, ...], facts: Facts, turning: Turning, layers: Layers) -> float:
    """The price of ``steps``, up to the first one whose result only pixels can measure."""
    found = stages(steps, facts, turning)
    return sum(sum(_prices(stage, plan, layers)) for stage in found)


def _prices(stage: Stage, plan: Plan, layers: Layers) -> Iterator[float]:
    yield step_price(stage.step, stage.facts, stage.size, frames=stage.turning.frames)
    if OPERATIONS[stage.step.operation].has_layer:
        inner = layer_plan(stage.step, stage.facts, plan, layers)
        yield decoding(inner) + ahead(inner, inner.steps, inner.facts, turning_of(inner), layers)


def step_price(step: Step, facts: Facts, after: Size | None, *, frames: int) -> float:
    arguments = {**dict(step.arguments), "base": facts.base}
    return OPERATIONS[step.operation].price(facts.current, after, arguments) * frames


def _encoding(plan: Plan) -> float:
    """That of the cheapest format that may be chosen; the encoder knows which one it is."""
    if plan.size is None:
        return 0
    names = plan.chain.output.candidates or (plan.source.format,)
    rows = [FORMATS[name] for name in names if name in FORMATS]
    palette = plan.chain.output.palette and not plan.of_animation
    prices = (row.writing_price(plan.size, frames=plan.final_frames, palette=palette and row.palette) for row in rows)
    return min(prices, default=0)
