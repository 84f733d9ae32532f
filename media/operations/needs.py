"""What a chain needs before it can be rendered: the cutout, the scene, files. Pure: read off its steps."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from media.cutout import CutoutOptions
from media.language.chain import Chain, Step, nested, parse_output, walk
from media.language.params import Gravity
from media.operations import OPERATIONS, control, focus
from media.operations.background_removal import hoisted, is_removal
from media.raster.colorspace import needs_file


@dataclass(frozen=True, slots=True)
class Needs:
    """What a chain must have ready before it is rendered.

    ``cutout`` is what the worker is asked for, None if the chain starts from the source itself; ``scene``: a step
    wants to know where the subject, a face or an object is; ``sources`` are files beside the picture.
    ``layer_cutouts``: what is asked for of some of them. ``removes``: a background is removed, if only of the picture
    as it is at some point of the chain, which only a render can tell.
    """

    cutout: CutoutOptions | None
    scene: bool
    sources: tuple[str, ...]
    layer_cutouts: tuple[tuple[str, CutoutOptions], ...] = ()
    removes: bool = False


def needs_of(chain: Chain) -> Needs:
    removes = any(is_removal(step) for step in walk(chain.steps))
    layer_cutouts = tuple(dict.fromkeys(_layer_cutouts(chain.steps))) if removes else ()
    return Needs(cutout_options(chain), needs_scene(chain), sources(chain), layer_cutouts, removes)


def is_paired(chain: Chain) -> bool:
    """Whether there are steps in front of the removal that is done on the source.

    Both go through them together, so that they do to the cutout, which may be smaller, what they see in the source.
    """
    return any(not OPERATIONS[step.operation].control for step in walk(chain.steps[: hoisted(chain.steps) or 0]))


def cutout_options(chain: Chain) -> CutoutOptions | None:
    """What the chain asks of the worker for its source; None if it starts from the source itself."""
    place = hoisted(chain.steps)
    return None if place is None else removal_options(chain.steps[place])


def removal_options(removal: Step) -> CutoutOptions:
    read = OPERATIONS[removal.operation].cutout
    assert read is not None
    return read(dict(removal.arguments))


def _layer_cutouts(steps: Iterable[Step]) -> Iterator[tuple[str, CutoutOptions]]:
    for step in steps:
        inner = tuple(nested(step))
        source = step[OPERATIONS[step.operation].file] if OPERATIONS[step.operation].has_layer else ""
        options = cutout_options(Chain(inner)) if source else None
        if options is not None:
            yield source, options
        yield from _layer_cutouts(inner)


def needs_scene(chain: Chain) -> bool:
    """Whether a step wants to know where the subject, a face or an object is.

    Layers do not count: their gravities fall back to libvips' attention.
    """
    is_cut_out = False
    for step in chain.steps:
        is_cut_out = is_cut_out or is_removal(step)
        gravities = [value for each in taken([step]) for _, value in each.arguments if isinstance(value, Gravity)]
        if any(focus.needs_scene(gravity, is_cut_out=is_cut_out) for gravity in gravities):
            return True
    return False


def taken(steps: Iterable[Step]) -> Iterator[Step]:
    """The steps on the picture itself, those inside conditions included."""
    for step in steps:
        yield step
        if not OPERATIONS[step.operation].has_layer:
            yield from taken(nested(step))


def sources(chain: Chain) -> tuple[str, ...]:
    """What the chain needs beside the picture, each once, in order: layers (``image/upload/logos/ours``,
    ``fetch:https://…``), fonts (``raw:fonts/ours.ttf``) and colour profiles."""
    named = [step[file] for step in walk(chain.steps) if (file := OPERATIONS[step.operation].file)]
    outputs = [chain.output, *map(parse_output, control.choices(chain.steps))]
    profiles = [output.color_space for output in outputs if needs_file(output.color_space)]
    return tuple(dict.fromkeys(source for source in (*named, *profiles) if source))
