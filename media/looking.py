"""Does a chain have to know what is in its source? Pure: read off its steps."""

from collections.abc import Iterator

from media.chain import Chain, Step
from media.operations import focus
from media.params import Gravity


def is_cut_out(chain: Chain) -> bool:
    """Whether the chain begins with the source's cutout."""
    return bool(chain.steps) and chain.steps[0].operation == "background_removal"


def looks(chain: Chain) -> bool:
    """Whether a step wants to know where the subject, a face or an object is.

    Layers do not count: in a layer nobody looks, and gravities fall back to libvips' attention.
    """
    gravities = (value for step in _taken(chain.steps) for _, value in step.arguments if isinstance(value, Gravity))
    return any(focus.needs_scene(gravity, is_cut_out=is_cut_out(chain)) for gravity in gravities)


def _taken(steps: tuple[Step, ...]) -> Iterator[Step]:
    """The steps on the picture itself, those inside conditions included."""
    for step in steps:
        yield step
        if step.operation == "when":
            yield from _taken((*step["steps"], *step["otherwise"]))
