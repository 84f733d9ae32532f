"""(Plan, source, layers) → bytes: the only loop over steps.

Decode as small as the plan allows, apply step after step to every frame, encode. A layer is rendered by the same
loop when its step asks for the pixels.
"""

import functools
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pyvips

from media.budget import Budget
from media.deadline import computed, stopping
from media.errors import DerivationFailed
from media.formats.encode import Rendered, encode
from media.formats.source import Source
from media.language.chain import Step
from media.language.expression import Facts
from media.language.params import CENTER
from media.operations import OPERATIONS, Operation
from media.operations.background_removal import is_removal
from media.operations.needs import removal_options
from media.operations.tracking import TrackedScene
from media.raster.picture import Picture
from media.raster.pixels import resample, size_of
from media.render import original
from media.render.binding import advance, chosen_output
from media.render.cutting import Cutting
from media.render.layers import Layers, layer_plan
from media.render.plan import Plan, Turning, check_size, size_after
from media.render.pricing import ahead, decoding, foresee, step_price, turning_of
from media.scene.scene import Scene

__all__ = ["Rendered", "render", "render_pixels"]


def render(
    plan: Plan, source: Source, layers: Layers, scene: Scene | None = None, cutout: Source | None = None
) -> Rendered:
    """Execute ``plan`` on the source it was made for: the picture itself, or its cutout if ``plan.cutout`` is set.

    ``cutout`` goes through the steps in front of a removal beside the source. ``scene`` is what was found in the
    picture, None if it is not known yet. Raises SourceError for bytes that turn out broken, LimitExceeded for a price
    over ``limits.max_cost`` or a size only pixels could tell, NotFound for a layer that is missing, CutoutMissing for a
    cutout that a worker must make first, Unavailable at the deadline of :func:`media.deadline.stop_at`.
    """
    budget = Budget(plan.limits.max_cost)
    foresee(budget, plan, layers)
    try:
        pixels, facts, turning = render_pixels(plan, source, layers, budget, scene, cutout)
    except pyvips.Error as error:
        raise DerivationFailed(f"libvips cannot execute the chain: {error}") from error
    output = chosen_output(plan.chain.output, facts)
    made = encode(pixels, output, plan.source.format, layers.files, budget, of_animation=turning.of_animation)
    return original.smaller(made, pixels, plan, source, output, budget)


def render_pixels(
    plan: Plan, source: Source, layers: Layers, budget: Budget, scene: Scene | None = None, cutout: Source | None = None
) -> tuple[Picture, Facts, Turning]:
    """The picture after all steps, not yet encoded, and what is known about it then; ``budget`` pays for it."""
    budget.spend(decoding(plan))
    pixels, tracked = _decoded(plan, source, cutout), TrackedScene(scene, plan.source.size)
    is_ahead = plan.cutout is not None and plan.steps == plan.chain.steps
    turn, turning = advance(plan.steps, plan.facts), turning_of(plan)
    while turn.step is not None:
        planned = size_after(turn.step, turn.facts, of_animation=turning.of_animation)
        following = turning.after(turn.step, planned)
        frames = max(len(pixels.frames), following.frames)
        budget.spend(step_price(turn.step, turn.facts, planned, frames=frames))
        if is_removal(turn.step):
            pixels, is_ahead = _removed(turn.step, pixels, layers.cutting, is_ahead=is_ahead), False
        else:
            prepared = _prepared(turn.step, pixels, turn.facts, plan, layers, budget, tracked)
            pixels, tracked = _apply(turn.step, prepared, pixels, turning, following, tracked)
        size = planned or pixels.size
        if size != turn.facts.current or following != turning:
            check_size(size, plan.limits, frames=following.frames)
        pixels, turning = _materialised(pixels), following
        turn = advance(turn.rest, replace(turn.facts, current=size))
        if planned is None and turn.step is not None:
            budget.foresee(ahead(plan, (turn.step, *turn.rest), turn.facts, turning, layers))
    return pixels, turn.facts, turning


def _decoded(plan: Plan, source: Source, cutout: Source | None) -> Picture:
    """One frame, or those of an animation; of a pair the source first: what decides by looking looks at that."""
    pixels = source.pixels(target=plan.target, pages=plan.pages)
    if cutout is None:
        return pixels
    subject = resample(cutout.first_frame(target=plan.target), pixels.size)
    return replace(pixels, frames=(pixels.frames[0], subject))


def _removed(removal: Step, pixels: Picture, cutting: Cutting, *, is_ahead: bool) -> Picture:
    """``is_ahead``: the removal was done on the source, and all steps so far on what it left (beside the source, if
    there is a pair). Else the picture as it is now is cut."""
    if is_ahead:
        return replace(pixels, frames=pixels.frames[-1:])
    return replace(pixels, frames=(cutting.of_picture(pixels.frames[0], removal_options(removal)),))


def _apply(
    step: Step, prepared: Mapping[str, Any], pixels: Picture, turning: Turning, following: Turning, scene: TrackedScene
) -> tuple[Picture, TrackedScene]:
    operation = OPERATIONS[step.operation]
    arguments = {**dict(step.arguments), **prepared}
    if turning.of_animation:
        arguments |= _same_for_all_frames(arguments)
    with stopping(*pixels.frames):
        if operation.animates:
            after = _animated(operation, pixels, arguments, following.frames)
        else:
            after = replace(pixels, frames=tuple(operation.function(frame, **arguments) for frame in pixels.frames))
    after = operation.leaves(after, arguments) if operation.leaves else after
    return after, scene.after(operation, arguments, pixels.size, after.size)


def _animated(operation: Operation, pixels: Picture, arguments: Mapping[str, Any], count: int) -> Picture:
    """An animation made of the still picture; its beginning if the result stands still."""
    assert operation.animates is not None
    if count == 1:
        return replace(pixels, frames=tuple(operation.function(frame, **arguments) for frame in pixels.frames))
    moments = [number / (count - 1) for number in range(count)]
    frames = tuple(operation.function(pixels.frames[0], **{**arguments, "moment": moment}) for moment in moments)
    delay = operation.animates(size_of(frames[0]), arguments).delay
    return replace(pixels, frames=frames, delays=(delay,) * count, loop=1)


def _same_for_all_frames(arguments: dict[str, Any]) -> dict[str, Any]:
    """What auto gravity finds would jump from frame to frame; Cloudinary documents the centre."""
    gravity = arguments.get("gravity")
    return {"gravity": CENTER} if gravity is not None and gravity.targets[0] == "auto" else {}


def _prepared(
    step: Step,
    pixels: Picture,
    facts: Facts,
    plan: Plan,
    layers: Layers,
    budget: Budget,
    scene: TrackedScene,
) -> dict[str, Any]:
    """What the operation's signature asks the renderer for."""
    operation = OPERATIONS[step.operation]
    ready = {
        "size": lambda: facts.current,
        "base": lambda: facts.base,
        "first": lambda: pixels.frames[0],
        # Of a pair the source alone.
        "frames": lambda: pixels.frames[: plan.frames],
        "overlay": lambda: functools.cache(
            lambda base: _overlay(step, replace(facts, current=base), plan, layers, budget)
        ),
        "moment": lambda: 0.0,
        "scene": lambda: scene,
        "font": lambda: layers.font(step[operation.file] or ""),
    }
    return {name: ready[what]() for name, what in operation.prepared}


def _overlay(step: Step, facts: Facts, outer: Plan, layers: Layers, budget: Budget) -> pyvips.Image:
    inner = layer_plan(step, facts, outer, layers)
    budget.foresee(decoding(inner) + ahead(inner, inner.steps, inner.facts, turning_of(inner), layers))
    pair = layers.pair(step)
    return render_pixels(inner, pair.source, layers, budget, cutout=pair.cutout)[0].frames[0]


def _materialised(pixels: Picture) -> Picture:
    """Compute now. libvips is lazy: what reads neighbours would run all steps before it again for each of them."""
    return replace(pixels, frames=tuple(computed(frame) for frame in pixels.frames))
