"""What a chain needs before it can be rendered: the cutout, the scene, files. Pure: read off its steps."""

import json
from collections.abc import Iterator
from dataclasses import dataclass

from media.cutout import CutoutOptions
from media.language.chain import Chain, Step, parse_output, walk
from media.language.params import Gravity
from media.operations import background_removal, focus
from media.raster.colorspace import needs_file

#: Operations that need a file of their own, and the argument that names it.
SOURCE_ARGUMENTS = {"layer": "source", "text": "font_source"}


@dataclass(frozen=True, slots=True)
class Needs:
    """``cutout`` is what the worker is asked for, None if the chain starts from the source itself; ``scene``: a step
    wants to know where the subject, a face or an object is; ``sources`` are files beside the picture."""

    cutout: CutoutOptions | None
    scene: bool
    sources: tuple[str, ...]


def needs_of(chain: Chain) -> Needs:
    return Needs(cutout_options(chain), needs_scene(chain), sources(chain))


def is_cut_out(chain: Chain) -> bool:
    """Whether the chain begins with the source's cutout."""
    return bool(chain.steps) and chain.steps[0].operation == "background_removal"


def needs_scene(chain: Chain) -> bool:
    """Whether a step wants to know where the subject, a face or an object is.

    Layers do not count: their gravities fall back to libvips' attention.
    """
    gravities = (value for step in _taken(chain.steps) for _, value in step.arguments if isinstance(value, Gravity))
    return any(focus.needs_scene(gravity, is_cut_out=is_cut_out(chain)) for gravity in gravities)


def _taken(steps: tuple[Step, ...]) -> Iterator[Step]:
    """The steps on the picture itself, those inside conditions included."""
    for step in steps:
        yield step
        if step.operation == "when":
            yield from _taken((*step["steps"], *step["otherwise"]))


def cutout_options(chain: Chain) -> CutoutOptions | None:
    """What the first step asks of the worker; None where the chain starts from the source itself."""
    if is_cut_out(chain):
        return background_removal.options(dict(chain.steps[0].arguments))
    return None


def sources(chain: Chain) -> tuple[str, ...]:
    """What the chain needs beside the picture, each once, in order: layers (``image/upload/logos/ours``,
    ``fetch:https://…``), fonts (``raw:fonts/ours.ttf``) and colour profiles."""
    steps = list(walk(chain.steps))
    named = [step[SOURCE_ARGUMENTS[step.operation]] for step in steps if step.operation in SOURCE_ARGUMENTS]
    outputs = [
        chain.output,
        *(parse_output(json.loads(step["choices"])) for step in steps if step.operation == "output"),
    ]
    profiles = [output.color_space for output in outputs if needs_file(output.color_space)]
    return tuple(dict.fromkeys(source for source in (*named, *profiles) if source))
