"""Whether a chain changes its picture: what it makes against the source, pixel by pixel, before anything is encoded.

No list of steps could tell: a mirror undoes a mirror, a layer may lie beside the picture or under it, a crop may keep
all of it. What the output says (format, quality, colour space) is no change.
"""

import math

import pyvips

from media.budget import Budget
from media.config import Limits
from media.deadline import stop_at
from media.errors import DerivationFailed
from media.formats.source import open_source
from media.render.derivation import Inputs, Order, open_inputs
from media.render.plan import plan
from media.render.pricing import foresee
from media.render.render import render_pixels

#: Levels of 255 by which rounding alone may move a pixel.
TOLERANCE = 2


def is_changed(order: Order, inputs: Inputs, original: bytes, limits: Limits, *, until: float = math.inf) -> bool:
    """Whether the picture that ``order`` makes differs in size or in a pixel from the (first) one in ``original``.

    Costs and ends as :func:`media.render.derivation.derive` does.
    """
    source, cutout, layers = open_inputs(order, inputs, limits)
    untouched, budget = open_source(original, max_pixels=limits.max_source_pixels), Budget(limits.max_cost)
    planned = plan(order.chain, source.info, limits, is_still=True)
    if planned.size not in (None, untouched.info.size):
        return True
    foresee(budget, planned, layers)
    try:
        with stop_at(until):
            made, *_ = render_pixels(planned, source, layers, budget, inputs.scene, cutout)
            return not _is_same(made.frames[0], untouched.first_frame())
    except pyvips.Error as error:
        raise DerivationFailed(f"libvips cannot compare the pictures: {error}") from error


def _is_same(one: pyvips.Image, other: pyvips.Image) -> bool:
    if (one.width, one.height) != (other.width, other.height):
        return False
    return bool((_seen(one) - _seen(other)).abs().max() <= TOLERANCE)


def _seen(frame: pyvips.Image) -> pyvips.Image:
    """Four bands, the colours as far as their alpha shows them."""
    return (frame if frame.hasalpha() else frame.bandjoin(255)).premultiply()
