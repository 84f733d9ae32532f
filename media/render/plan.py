"""(Chain, facts about the source, limits) → Plan: what to decode, and a check of every size on the way.

Pure: no pixel is touched, so a request that asks for too much is refused before anything is decoded. If only
pixels can tell a size (a trim, a layer that enlarges the canvas), the renderer checks the same bounds as it goes.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from media.config import Limits
from media.cutout import CutoutOptions
from media.errors import BadTransformation, LimitExceeded
from media.formats.encode import may_move
from media.formats.source import SourceInfo
from media.geometry import Size
from media.language.chain import Chain, Step, nested, walk
from media.language.expression import Facts
from media.operations import OPERATIONS, page
from media.operations.background_removal import is_removal
from media.operations.control import choices
from media.operations.needs import cutout_options
from media.render.binding import advance

#: Layers within layers; each level holds a whole picture in memory.
MAX_LAYER_DEPTH = 4
#: Each may have a worker see another picture, and the chain rendered up to there once more.
MAX_REMOVALS = 8


@dataclass(frozen=True, slots=True)
class Plan:
    """``target`` is the size the decoder must at least deliver (None: every pixel); ``size`` the planned result
    (None if only pixels can tell); ``cutout`` is set if the render starts from the stored cutout; ``pages``
    are those to decode (empty: all of an animation, else the first), ``frames`` of them: one if the result stands
    still, even if it is made ``of_animation``; ``final_frames`` are those of the result as far as it is known, more
    than one only if it ``moves``; ``facts`` are what expressions of the first step may refer to."""

    chain: Chain
    source: SourceInfo
    facts: Facts
    limits: Limits
    cutout: CutoutOptions | None
    pages: tuple[int, ...]
    frames: int
    of_animation: bool
    moves: bool
    final_frames: int
    target: Size | None
    size: Size | None

    @property
    def steps(self) -> tuple[Step, ...]:
        """What is left to do once the source, or its cutout, is decoded."""
        return left(self.chain.steps)


def plan(
    chain: Chain,
    info: SourceInfo,
    limits: Limits,
    *,
    base: Size | None = None,
    initial: Size | None = None,
    facts: Facts | None = None,
    is_still: bool = False,
) -> Plan:
    """Judge a chain on a source.

    ``base`` is the size of the picture under it if the source is a layer, ``initial`` what a layer that is yet to be
    drawn is measured by; ``facts`` holds what the asset's record knows (tags, context), its sizes are taken from
    ``info``; ``is_still``: one frame is all that is asked for, whatever the output holds. Raises BadTransformation (a
    step that cannot stand where it stands) or LimitExceeded.
    """
    _check_steps(chain.steps, limits)
    pages = page.chosen(chain.steps, info.pages, info.layers)
    size = info.size_of(pages)
    frames = len(pages) if pages and info.frames > 1 else info.frames
    known = replace(
        facts or Facts(size, size, size),
        current=size,
        initial=initial or size,
        base=base or size,
        frames=frames,
        pages=info.pages,
    )
    of_animation, may_move = frames > 1, not is_still and _may_move(chain, info.format)
    if of_animation and (_removes(chain.steps) or not may_move):
        pages, frames = (pages or (1,))[:1], 1
    options = cutout_options(chain)
    turning = Turning(frames, of_animation=of_animation, moves=may_move)
    found = list(stages(left(chain.steps), known, turning))
    for stage in found:
        if stage.size is not None and (stage.size != stage.facts.current or stage.turning.frames > frames):
            # An untouched source may be larger than what we would make of it.
            check_size(stage.size, limits, frames=stage.turning.frames)
    final, last = (found[-1].size, found[-1].turning) if found else (size, turning)
    return Plan(
        chain, info, known, limits, options, pages, frames, of_animation, may_move, last.frames, _target(found), final
    )


def left(steps: tuple[Step, ...]) -> tuple[Step, ...]:
    """What is left to do of ``steps`` if they begin with a removal: the render starts from the cutout."""
    return steps[1:] if steps and is_removal(steps[0]) else steps


def _removes(steps: Iterable[Step]) -> bool:
    """Whether the picture's own background is removed: its cutout is that of one frame."""
    return any(is_removal(step) or _removes(nested(step)) for step in steps if not OPERATIONS[step.operation].has_layer)


def _may_move(chain: Chain, source_format: str) -> bool:
    """Whether the result may hold frames, whichever of its conditional choices are taken."""
    chosen = choices(chain.steps)
    candidates = [chain.output.candidates, *(tuple(each["candidates"]) for each in chosen if "candidates" in each)]
    animated = chain.output.animated or any(each.get("animated") for each in chosen)
    outputs = (replace(chain.output, candidates=each, animated=animated) for each in candidates)
    return any(may_move(output, source_format) for output in outputs)


def size_after(step: Step, facts: Facts, *, of_animation: bool) -> Size | None:
    """The size a bound step leaves behind; None if only pixels can tell.

    Raises BadTransformation if the step cannot stand at this point.
    """
    if of_animation and OPERATIONS[step.operation].needs_still:
        raise BadTransformation(f"{step.operation} needs a still picture, got {facts.frames} frames")
    return OPERATIONS[step.operation].size_after(facts.current, _arguments(step, facts))


def check_size(size: Size, limits: Limits, *, frames: int = 1) -> None:
    """Raises LimitExceeded if a picture, all its frames together, would be larger than allowed."""
    if max(size.width, size.height) > limits.max_output_side:
        raise LimitExceeded(f"sides must be at most {limits.max_output_side} pixels, got {size.width}×{size.height}")
    if size.pixels * frames > limits.max_output_pixels:
        shape = f"{size.width}×{size.height}" + (f"×{frames}" if frames > 1 else "")
        raise LimitExceeded(f"at most {limits.max_output_pixels} pixels are made, got {shape}")


def _arguments(step: Step, facts: Facts) -> dict[str, Any]:
    return {**dict(step.arguments), "base": facts.base}


def _check_steps(steps: tuple[Step, ...], limits: Limits) -> None:
    count = sum(1 for _ in walk(steps))
    if count > limits.max_steps:
        raise LimitExceeded(f"a chain may have {limits.max_steps} steps, got {count}")
    removals = sum(is_removal(step) for step in walk(steps))
    if removals > MAX_REMOVALS:
        raise LimitExceeded(f"a chain may remove {MAX_REMOVALS} backgrounds, got {removals}")
    if _depth(steps) > MAX_LAYER_DEPTH:
        raise LimitExceeded(f"layers may be nested {MAX_LAYER_DEPTH} deep")


def _depth(steps: Iterable[Step]) -> int:
    return max((_depth_of(step) for step in steps), default=0)


def _depth_of(step: Step) -> int:
    return OPERATIONS[step.operation].has_layer + _depth(nested(step))


@dataclass(frozen=True, slots=True)
class Turning:
    """What becomes of a picture's frames: how many there are, whether it is (one frame) ``of_animation``, and whether
    the result ``moves``, so that a step may make an animation."""

    frames: int
    of_animation: bool
    moves: bool

    def after(self, step: Step, size: Size | None) -> "Turning":
        """Once ``step`` has left a picture of ``size``. Raises BadTransformation for a removal of many backgrounds."""
        if is_removal(step) and self.frames > 1:
            raise BadTransformation(f"{step.operation} needs a still picture, got {self.frames} frames")
        animates = OPERATIONS[step.operation].animates
        if animates is None or size is None:
            return self
        frames = animates(size, dict(step.arguments)).frames if self.moves else 1
        return replace(self, frames=frames, of_animation=True)


@dataclass(frozen=True, slots=True)
class Stage:
    """A bound step, the ``facts`` before it, the ``size`` after it (None if only pixels can tell) and its frames."""

    step: Step
    facts: Facts
    size: Size | None
    turning: Turning


def stages(steps: tuple[Step, ...], facts: Facts, turning: Turning) -> Iterator[Stage]:
    """The stages as far as sizes are known without pixels."""
    turn = advance(steps, facts)
    while turn.step is not None:
        size = size_after(turn.step, turn.facts, of_animation=turning.of_animation)
        turning = turning.after(turn.step, size)
        yield Stage(turn.step, turn.facts, size, turning)
        if size is None:
            return
        turn = advance(turn.rest, replace(turn.facts, current=size))


def _target(found: Iterable[Stage]) -> Size | None:
    """The size the decoder may reduce the source to: what the first resizing step reads."""
    for stage in found:
        reads = OPERATIONS[stage.step.operation].reads
        wanted = reads(stage.facts.current, _arguments(stage.step, stage.facts)) if reads else None
        if wanted is None or wanted != stage.facts.current:
            return wanted
    return None
