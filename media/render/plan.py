"""(Chain, facts about the source, limits) → Plan: what to decode, and a check of every size on the way.

Pure: no pixel is touched, so a request that asks for too much is refused before anything is decoded. Where only
pixels can tell a size (a trim, a layer that enlarges the canvas), the renderer checks the same bounds as it goes.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from media.config import Limits
from media.cutout import CutoutOptions
from media.errors import BadTransformation, LimitExceeded
from media.formats.probe import SourceInfo
from media.geometry import Size
from media.language.chain import Chain, Step, nested, walk
from media.language.expression import Facts
from media.operations import OPERATIONS, page
from media.operations.needs import cutout_options
from media.render.binding import advance

#: Layers within layers; each level holds a whole picture in memory.
MAX_LAYER_DEPTH = 4


@dataclass(frozen=True, slots=True)
class Plan:
    """``target`` is the size the decoder must at least deliver (None: every pixel); ``size`` the planned result
    (None where only pixels can tell); ``cutout`` is set where the render starts from the stored cutout; ``pages``
    are those to decode (empty: all of an animation, else the first); ``facts`` are what expressions of the first step
    may refer to."""

    chain: Chain
    source: SourceInfo
    facts: Facts
    limits: Limits
    cutout: CutoutOptions | None
    pages: tuple[int, ...]
    target: Size | None
    size: Size | None

    @property
    def steps(self) -> tuple[Step, ...]:
        """What is left to do once the source, or its cutout, is decoded."""
        return self.chain.steps[1:] if self.cutout else self.chain.steps


def plan(
    chain: Chain,
    info: SourceInfo,
    limits: Limits,
    *,
    base: Size | None = None,
    initial: Size | None = None,
    facts: Facts | None = None,
) -> Plan:
    """Judge a chain on a source.

    ``base`` is the size of the picture under it where the source is a layer, ``initial`` what a layer that is yet to be
    drawn is measured by; ``facts`` holds what the asset's record
    knows (tags, context), its sizes are taken from ``info``. Raises BadTransformation (a step that cannot stand where
    it stands) or LimitExceeded.
    """
    _check_steps(chain.steps, limits)
    size = info.size
    pages = page.chosen(chain.steps, info.pages, info.layers)
    frames = len(pages) if pages and info.frames > 1 else info.frames
    known = replace(
        facts or Facts(size, size, size),
        current=size,
        initial=initial or size,
        base=base or size,
        frames=frames,
        pages=info.pages,
    )
    options = cutout_options(chain)
    steps = chain.steps[1:] if options else chain.steps
    return Plan(chain, info, known, limits, options, pages, _target(steps, known), _final_size(steps, known, limits))


def size_after(step: Step, facts: Facts) -> Size | None:
    """The size a bound step leaves behind; None where only pixels can tell.

    Raises BadTransformation where the step cannot stand at this point.
    """
    if facts.frames > 1 and OPERATIONS[step.operation].needs_still:
        raise BadTransformation(f"{step.operation} needs a still picture, got {facts.frames} frames")
    return OPERATIONS[step.operation].size_after(facts.current, _arguments(step, facts))


def check_size(size: Size, limits: Limits, *, frames: int = 1) -> None:
    """Raises LimitExceeded where a picture, all its frames together, would be larger than allowed."""
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
    misplaced = next((step for step in list(walk(steps))[1:] if OPERATIONS[step.operation].cutout), None)
    if misplaced is not None:
        raise BadTransformation(
            f"{misplaced.operation} must be the first step of the chain and cannot stand in a layer"
        )
    if _depth(steps) > MAX_LAYER_DEPTH:
        raise LimitExceeded(f"layers may be nested {MAX_LAYER_DEPTH} deep")


def _depth(steps: Iterable[Step]) -> int:
    return max((_depth_of(step) for step in steps), default=0)


def _depth_of(step: Step) -> int:
    return OPERATIONS[step.operation].has_layer + _depth(nested(step))


def _walk(steps: tuple[Step, ...], facts: Facts) -> Iterator[tuple[Step, Facts]]:
    """Bound steps with the facts before each, as far as sizes are known without pixels."""
    turn = advance(steps, facts)
    while turn.step is not None:
        yield turn.step, turn.facts
        size = size_after(turn.step, turn.facts)
        if size is None:
            return
        turn = advance(turn.rest, replace(turn.facts, current=size))


def _target(steps: tuple[Step, ...], facts: Facts) -> Size | None:
    """The size the decoder may reduce the source to: what the first resizing step reads."""
    for step, before in _walk(steps, facts):
        reads = OPERATIONS[step.operation].reads
        wanted = reads(before.current, _arguments(step, before)) if reads else None
        if wanted is None or wanted != before.current:
            return wanted
    return None


def _final_size(steps: tuple[Step, ...], facts: Facts, limits: Limits) -> Size | None:
    size: Size | None = facts.current
    for step, before in _walk(steps, facts):
        size = size_after(step, before)
        if size is not None and size != before.current:
            # An untouched source may be larger than what we would make of it.
            check_size(size, limits, frames=before.frames)
    return size
