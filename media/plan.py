"""(Chain, facts about the source, limits) → Plan: what to decode, and a check of every size on the way.

Pure: no pixel is touched, so a request that asks for too much is refused before anything is decoded. Where only
pixels can tell a size (a trim, a layer that enlarges the canvas), the renderer checks the same bounds as it goes.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from media.chain import Chain, Step, walk
from media.config import Limits
from media.cutout import CutoutOptions
from media.errors import BadTransformation, LimitExceeded
from media.geometry import Size
from media.operations import OPERATIONS, cutout
from media.probe import SourceInfo

#: Layers within layers; each level holds a whole picture in memory.
MAX_LAYER_DEPTH = 4


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known about the picture at one point of a chain: all that expressions and fractions may refer to."""

    current: Size
    initial: Size
    base: Size
    frames: int = 1


@dataclass(frozen=True, slots=True)
class Plan:
    """``target`` is the size the decoder must at least deliver (None: every pixel); ``size`` the planned result
    (None where only pixels can tell); ``cutout`` is set where the render starts from the stored cutout."""

    chain: Chain
    source: SourceInfo
    limits: Limits
    cutout: CutoutOptions | None
    target: Size | None
    size: Size | None

    @property
    def steps(self) -> tuple[Step, ...]:
        """What is left to do once the source, or its cutout, is decoded."""
        return self.chain.steps[1:] if self.cutout else self.chain.steps


def plan(chain: Chain, info: SourceInfo, limits: Limits, *, base: Size | None = None) -> Plan:
    """Judge a chain on a source; ``base`` is the size of the picture under it where the source is a layer.

    Raises BadTransformation (a step that cannot stand where it stands) or LimitExceeded.
    """
    _check_steps(chain.steps, limits)
    options = cutout_options(chain)
    facts = Facts(info.size, info.size, base or info.size, info.frames)
    steps = chain.steps[1:] if options else chain.steps
    return Plan(chain, info, limits, options, _target(steps, facts), _final_size(steps, facts, limits))


def cutout_options(chain: Chain) -> CutoutOptions | None:
    """What the first step asks of the worker; None where the chain starts from the source itself."""
    if chain.steps and chain.steps[0].operation == "background_removal":
        return cutout.options(dict(chain.steps[0].arguments))
    return None


def sources(chain: Chain) -> tuple[str, ...]:
    """The layer sources in the chain, each once, in order: ``image/upload/logos/ours`` or ``fetch:https://…``."""
    named = (step["source"] for step in walk(chain.steps) if step.operation == "layer" and step["source"])
    return tuple(dict.fromkeys(named))


def bind(step: Step, facts: Facts) -> Step:
    """The step with every expression replaced by its value at this point of the chain."""
    return step


def size_after(step: Step, facts: Facts) -> Size | None:
    """The size a bound step leaves behind; None where only pixels can tell."""
    return OPERATIONS[step.operation].size_after(facts.current, _arguments(step, facts))


def check_size(size: Size, limits: Limits) -> None:
    """Raises LimitExceeded where a picture would be larger than allowed."""
    if max(size.width, size.height) > limits.max_output_side:
        raise LimitExceeded(f"sides must be at most {limits.max_output_side} pixels, got {size.width}×{size.height}")
    if size.pixels > limits.max_output_pixels:
        raise LimitExceeded(f"at most {limits.max_output_pixels} pixels are made, got {size.width}×{size.height}")


def _arguments(step: Step, facts: Facts) -> dict[str, Any]:
    return {**dict(step.arguments), "base": facts.base}


def _check_steps(steps: tuple[Step, ...], limits: Limits) -> None:
    count = sum(1 for _ in walk(steps))
    if count > limits.max_steps:
        raise LimitExceeded(f"a chain may have {limits.max_steps} steps, got {count}")
    if any(step.operation == "background_removal" for step in list(walk(steps))[1:]):
        raise BadTransformation("background_removal must be the first step of the chain and cannot stand in a layer")
    if _depth(steps) > MAX_LAYER_DEPTH:
        raise LimitExceeded(f"layers may be nested {MAX_LAYER_DEPTH} deep")


def _depth(steps: Iterable[Step]) -> int:
    return max((1 + _depth(step["steps"]) for step in steps if step.operation == "layer"), default=0)


def _walk(steps: tuple[Step, ...], facts: Facts) -> Iterator[tuple[Step, Facts]]:
    """Bound steps with the facts before each, as far as sizes are known without pixels."""
    for step in steps:
        bound = bind(step, facts)
        yield bound, facts
        size = size_after(bound, facts)
        if size is None:
            return
        facts = replace(facts, current=size)


def _target(steps: tuple[Step, ...], facts: Facts) -> Size | None:
    """The size the decoder may reduce the source to: what the first resizing step reads."""
    for step, before in _walk(steps, facts):
        reads = OPERATIONS[step.operation].reads
        if reads is None:
            return None
        wanted = reads(before.current, _arguments(step, before))
        if wanted is not None and wanted != before.current:
            return wanted
    return None


def _final_size(steps: tuple[Step, ...], facts: Facts, limits: Limits) -> Size | None:
    size: Size | None = facts.current
    for step, before in _walk(steps, facts):
        size = size_after(step, before)
        if size is not None and size != before.current:
            # An untouched source may be larger than what we would make of it.
            check_size(_largest(step, before, size), limits)
    return size


def _largest(step: Step, facts: Facts, size: Size) -> Size:
    """The largest picture a step makes on its way: a fill scales beyond its window."""
    reads = OPERATIONS[step.operation].reads
    read = reads(facts.current, _arguments(step, facts)) if reads else None
    return size if read is None else Size(max(size.width, read.width), max(size.height, read.height))
