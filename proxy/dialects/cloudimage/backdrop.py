"""``bg_img_fit=1``: the padding of a fitted picture is a blurred copy of the picture itself.

The picture is padded transparently and the source laid under it once more: cut like the picture, filling the canvas,
blurred (``bg_blur``), tinted (``bg_colorize``), faded (``bg_opacity``).
"""

from collections.abc import Sequence

from media.language.chain import Step
from media.language.params import CENTER, TRANSPARENT, Gravity
from media.operations import step
from proxy.dialects.cloudimage import arguments, effects
from proxy.dialects.cloudimage.grammar import Parameters, is_true
from proxy.dialects.cloudimage.sizing import COMPASS, Shape

#: The layer source that stands for the request's own source.
BACKDROP = "self"
DEFAULT_BLUR = "30"
PADDING = frozenset({"pad", "lpad", "mpad"})


def with_backdrop(parameters: Parameters, shape: Shape) -> Sequence[Step]:
    """The resizing steps, with the backdrop behind them if it was asked for and there is padding."""
    pads = bool(shape.resizes) and shape.resizes[-1].operation in PADDING
    if not pads or not is_true(parameters.get("bg_img_fit")):
        return shape.resizes
    *first, pad = shape.resizes
    clear = step(pad.operation, **{**dict(pad.arguments), "background": TRANSPARENT})
    filled = step("fill", width=pad["width"], height=pad["height"], gravity=_gravity(parameters))
    steps = (*shape.cuts, filled, *_changes(parameters))
    return (*first, clear, step("layer", source=BACKDROP, steps=steps, under=True, no_overflow=True))


def is_backdrop(each: Step) -> bool:
    return each.operation == "layer" and each["source"] == BACKDROP


def _gravity(parameters: Parameters) -> Gravity:
    name = parameters.get("bg_gravity", "").lower()
    return Gravity((COMPASS[name],)) if name in COMPASS else CENTER


def _changes(parameters: Parameters) -> list[Step]:
    opacity = arguments.decimal(parameters.get("bg_opacity"), 0, 1)
    return [
        *effects.blur(parameters.get("bg_blur", DEFAULT_BLUR)),
        *effects.colorize(parameters.get("bg_colorize", "")),
        *([] if opacity is None or opacity == 1 else [step("opacity", level=round(opacity * 100))]),
    ]
