"""(Plan, source, layers) → bytes: the only loop over steps.

Decode as small as the plan allows, apply step after step to every frame, encode. A layer is rendered by the same
loop when its step asks for the pixels.
"""

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import pyvips

from media.errors import DerivationFailed, NotFound
from media.formats.encode import Rendered, encode
from media.formats.source import Source, open_source
from media.language.chain import Chain, Step
from media.language.expression import Facts
from media.language.params import CENTER
from media.operations import OPERATIONS, Operation
from media.operations.tracking import TrackedScene
from media.raster.picture import Picture
from media.render.binding import advance, chosen_output
from media.render.plan import Plan, check_size, plan, size_after
from media.scene.scene import Scene
from media.typography.typeface import FontFile

__all__ = ["Rendered", "render", "render_pixels"]

#: Where a layer without a source starts: one transparent pixel, until a step such as ``text`` draws something.
BLANK = bytes(pyvips.Image.black(1, 1, bands=4).copy(interpretation="srgb").write_to_buffer(".png"))


@dataclass(frozen=True, slots=True)
class Layers:
    """``files`` holds the bytes behind every source of :func:`media.operations.needs.sources`, ``digests`` their
    SHA-256; ``picture`` opens one of them, once, when a step asks for it."""

    files: Mapping[str, bytes]
    digests: Mapping[str, str]
    picture: Callable[[str], Source]

    def font(self, name: str) -> FontFile | None:
        return FontFile(self.files[name], self.digests[name]) if name in self.files else None


def layers_of(files: Mapping[str, bytes], digests: Mapping[str, str], *, max_pixels: int) -> Layers:
    def opened(name: str) -> Source:
        if name and name not in files:
            raise NotFound(f"the layer {name} does not exist")
        return open_source(files[name] if name else BLANK, max_pixels=max_pixels)

    return Layers(files, digests, functools.cache(opened))


def render(plan: Plan, source: Source, layers: Layers, scene: Scene | None = None) -> Rendered:
    """Execute ``plan`` on the source it was made for: the picture itself, or its cutout if ``plan.cutout`` is set.

    ``scene`` is what was found in the picture, None if it is not known yet. Raises SourceError for bytes that turn out
    broken, LimitExceeded for a size only pixels could tell, NotFound for a layer that is missing.
    """
    try:
        pixels, facts = render_pixels(plan, source, layers, scene)
    except pyvips.Error as error:
        raise DerivationFailed(f"libvips cannot execute the chain: {error}") from error
    output = chosen_output(plan.chain.output, facts)
    return encode(pixels, output, plan.source.format, layers.files, of_animation=plan.of_animation)


def render_pixels(plan: Plan, source: Source, layers: Layers, scene: Scene | None = None) -> tuple[Picture, Facts]:
    """The picture after all steps, not yet encoded, and what is known about it then."""
    pixels, tracked = source.pixels(target=plan.target, pages=plan.pages), TrackedScene(scene, plan.source.size)
    turn = advance(plan.steps, plan.facts)
    while turn.step is not None:
        pixels, tracked = _apply(turn.step, pixels, turn.facts, plan, layers, tracked)
        size = size_after(turn.step, turn.facts, of_animation=plan.of_animation) or pixels.size
        if size != turn.facts.current:
            check_size(size, plan.limits, frames=plan.frames)
        pixels = _materialised(pixels)
        turn = advance(turn.rest, replace(turn.facts, current=size))
    return pixels, turn.facts


def _apply(
    step: Step, pixels: Picture, facts: Facts, plan: Plan, layers: Layers, scene: TrackedScene
) -> tuple[Picture, TrackedScene]:
    operation = OPERATIONS[step.operation]
    prepared = _prepared(operation, step, pixels, facts, plan, layers, scene)
    arguments = {**dict(step.arguments), **prepared}
    if plan.of_animation:
        arguments |= _same_for_all_frames(arguments)
    after = replace(pixels, frames=tuple(operation.function(frame, **arguments) for frame in pixels.frames))
    return after, scene.after(operation, arguments, pixels.size, after.size)


def _same_for_all_frames(arguments: dict[str, Any]) -> dict[str, Any]:
    """What auto gravity finds would jump from frame to frame; Cloudinary documents the centre."""
    gravity = arguments.get("gravity")
    return {"gravity": CENTER} if gravity is not None and gravity.targets[0] == "auto" else {}


def _prepared(
    operation: Operation, step: Step, pixels: Picture, facts: Facts, plan: Plan, layers: Layers, scene: TrackedScene
) -> dict[str, Any]:
    """What the operation's signature asks the renderer for."""
    ready = {
        "size": lambda: facts.current,
        "base": lambda: facts.base,
        "first": lambda: pixels.frames[0],
        "overlay": lambda: functools.cache(lambda base: _overlay(step, replace(facts, current=base), plan, layers)),
        "scene": lambda: scene,
        "font": lambda: layers.font(step[operation.file] or ""),
    }
    return {name: ready[what]() for name, what in operation.prepared}


def _overlay(step: Step, facts: Facts, outer: Plan, layers: Layers) -> pyvips.Image:
    source = layers.picture(step["source"] or "")
    # A text has no size before it is drawn: its ``iw`` is that of the picture it will lie on.
    initial = None if step["source"] else facts.initial
    chain = Chain(step["steps"])
    inner = plan(chain, source.info, outer.limits, base=facts.current, initial=initial, is_still=True)
    return render_pixels(inner, source, layers)[0].frames[0]


def _materialised(pixels: Picture) -> Picture:
    """Compute now. libvips is lazy: what reads neighbours would run all steps before it again for each of them."""
    return replace(pixels, frames=tuple(frame.copy_memory() for frame in pixels.frames))
