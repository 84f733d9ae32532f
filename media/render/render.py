"""(Plan, source, layers) → bytes: the only loop over steps.

Decode as small as the plan allows, apply step after step to every frame, encode. A layer is rendered by the same
loop when its step asks for the pixels.
"""

import functools
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pyvips

from media.cutout import StoredCutout
from media.errors import DerivationFailed, NotFound
from media.formats.decode import decode_cutout, decode_picture
from media.formats.encode import Rendered, encode
from media.formats.probe import probe, probe_cutout
from media.language.chain import Chain, Step
from media.language.expression import Facts
from media.language.params import CENTER
from media.operations import OPERATIONS, Operation
from media.operations.tracking import Sight
from media.raster.picture import Picture
from media.render.binding import advance, chosen_output
from media.render.plan import Plan, check_size, plan, size_after
from media.scene.scene import Scene

__all__ = ["Rendered", "render", "render_pixels"]

Layers = Mapping[str, bytes]
#: Where a layer without a source starts: one transparent pixel, until a step such as ``text`` draws something.
BLANK = bytes(pyvips.Image.black(1, 1, bands=4).copy(interpretation="srgb").write_to_buffer(".png"))


def render(plan: Plan, picture: bytes | StoredCutout, layers: Layers, scene: Scene | None = None) -> Rendered:
    """Execute ``plan`` on the source, or on its stored cutout where ``plan.cutout`` is set.

    ``layers`` holds the bytes behind every source of :func:`media.operations.needs.sources`; ``scene`` is what was
    found in the source, None if it is not known yet. Raises SourceError for bytes that
    turn out broken, LimitExceeded for a size only pixels could tell, NotFound for a layer that is missing.
    """
    plan = _on_real_size(plan, picture)
    try:
        pixels, facts = render_pixels(plan, picture, layers, scene)
    except pyvips.Error as error:
        raise DerivationFailed(f"libvips cannot execute the chain: {error}") from error
    return encode(pixels, chosen_output(plan.chain.output, facts), plan.source.format, layers)


def _on_real_size(given: Plan, picture: bytes | StoredCutout) -> Plan:
    """A cutout may be smaller than the source that the plan was made for."""
    if isinstance(picture, bytes):
        return given
    source = probe_cutout(picture, max_pixels=given.limits.max_source_pixels)
    if source.size == given.source.size:
        return given
    return plan(given.chain, replace(source, format=given.source.format), given.limits, facts=given.facts)


def render_pixels(
    plan: Plan, picture: bytes | StoredCutout, layers: Layers, scene: Scene | None = None
) -> tuple[Picture, Facts]:
    """The picture after all steps, not yet encoded, and what is known about it then."""
    pixels, sight = _decode(plan, picture), Sight(scene, plan.source.size)
    turn = advance(plan.steps, plan.facts)
    while turn.step is not None:
        pixels, sight = _apply(turn.step, pixels, turn.facts, plan, layers, sight)
        size = size_after(turn.step, turn.facts) or pixels.size
        if size != turn.facts.current:
            check_size(size, plan.limits, frames=len(pixels.frames))
        pixels = _computed(pixels)
        turn = advance(turn.rest, replace(turn.facts, current=size))
    return pixels, turn.facts


def _decode(plan: Plan, picture: bytes | StoredCutout) -> Picture:
    most = plan.limits.max_source_pixels
    if isinstance(picture, StoredCutout):
        return decode_cutout(picture, target=plan.target, max_pixels=most)
    animated = plan.source.frames > 1
    return decode_picture(picture, target=plan.target, animated=animated, pages=plan.pages, max_pixels=most)


def _apply(
    step: Step, pixels: Picture, facts: Facts, plan: Plan, layers: Layers, sight: Sight
) -> tuple[Picture, Sight]:
    operation = OPERATIONS[step.operation]
    prepared = _prepared(operation, step, pixels, facts, plan, layers, sight)
    arguments = {**dict(step.arguments), **prepared}
    if pixels.is_animated:
        arguments |= _same_for_all_frames(arguments)
    after = replace(pixels, frames=tuple(operation.function(frame, **arguments) for frame in pixels.frames))
    return after, sight.after(operation, arguments, pixels.size, after.size)


def _same_for_all_frames(arguments: dict[str, Any]) -> dict[str, Any]:
    """What auto gravity finds would jump from frame to frame; Cloudinary documents the centre."""
    gravity = arguments.get("gravity")
    return {"gravity": CENTER} if gravity is not None and gravity.targets[0] == "auto" else {}


def _prepared(
    operation: Operation, step: Step, pixels: Picture, facts: Facts, plan: Plan, layers: Layers, sight: Sight
) -> dict[str, Any]:
    """What the operation's signature asks the renderer for."""
    ready = {
        "size": lambda: facts.current,
        "base": lambda: facts.base,
        "first": lambda: pixels.frames[0],
        "overlay": lambda: functools.cache(lambda base: _overlay(step, replace(facts, current=base), plan, layers)),
        "sight": lambda: sight,
        "font": lambda: layers.get(step[operation.file] or ""),
    }
    return {name: ready[what]() for name, what in operation.prepared}


def _overlay(step: Step, facts: Facts, outer: Plan, layers: Layers) -> pyvips.Image:
    body = layers.get(step["source"]) if step["source"] else BLANK
    if body is None:
        raise NotFound(f"the layer {step['source']} does not exist")
    source = probe(body, max_pixels=outer.limits.max_source_pixels)
    # A text has no size before it is drawn: its ``iw`` is that of the picture it will lie on.
    initial = None if step["source"] else facts.initial
    inner = plan(Chain(step["steps"]), source, outer.limits, base=facts.current, initial=initial)
    return render_pixels(inner, body, layers)[0].frames[0]


def _computed(pixels: Picture) -> Picture:
    """Compute now. libvips is lazy: what reads neighbours would run all steps before it again for each of them."""
    return replace(pixels, frames=tuple(frame.copy_memory() for frame in pixels.frames))
