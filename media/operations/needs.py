"""What a chain needs before it can be rendered: the cutout, the scene, files. Pure: read off its steps."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from media.cutout import CutoutOptions
from media.language.chain import Chain, Step, nested, parse_output, walk
from media.language.params import Gravity
from media.operations import OPERATIONS, control, focus
from media.raster.colorspace import needs_file


@dataclass(frozen=True, slots=True)
class Needs:
    """What a chain must have ready before it is rendered.

    ``cutout`` is what the worker is asked for, None if the chain starts from the source itself; ``scene``: a step
    wants to know where the subject, a face or an object is; ``sources`` are files beside the picture.
    """

    cutout: CutoutOptions | None
    scene: bool
    sources: tuple[str, ...]


def needs_of(chain: Chain) -> Needs:
    return Needs(cutout_options(chain), needs_scene(chain), sources(chain))


def is_cut_out(chain: Chain) -> bool:
    """Whether the chain begins with the source's cutout."""
    return bool(chain.steps) and OPERATIONS[chain.steps[0].operation].cutout is not None


def cutout_options(chain: Chain) -> CutoutOptions | None:
    """What the first step asks of the worker; None if the chain starts from the source itself."""
    read = OPERATIONS[chain.steps[0].operation].cutout if chain.steps else None
    return read(dict(chain.steps[0].arguments)) if read else None


def needs_scene(chain: Chain) -> bool:
    """Whether a step wants to know where the subject, a face or an object is.

    Layers do not count: their gravities fall back to libvips' attention.
    """
    gravities = (value for step in taken(chain.steps) for _, value in step.arguments if isinstance(value, Gravity))
    return any(focus.needs_scene(gravity, is_cut_out=is_cut_out(chain)) for gravity in gravities)


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
