"""Effect parameters to steps, one row each, in the order in which they are applied.

The legacy list ``f=bright:15,contrast:30,grey`` uses the same names.
"""

from collections.abc import Callable, Mapping

from media.language.chain import Step
from media.language.params import Color
from media.operations import step
from proxy.dialects.cloudimage import arguments
from proxy.dialects.cloudimage.grammar import is_true

#: ``blur=10`` is a standard deviation of five pixels; the operation counts twentieths of a pixel.
BLUR_STRENGTH_PER_UNIT = 10
MAX_SQUARE = 200
COLORIZE_OPACITY = 0.5
DEFAULT_FACE_BLUR = 30
MAX_FACE_BLUR = 100
FACE_BLUR_STRENGTH_PER_PIXEL = 20
#: Rec. 601, as the operation ``grayscale`` weighs colours.
LUMA = (0.299, 0.587, 0.114)
IDENTITY = ((1, 0, 0, 0), (0, 1, 0, 0), (0, 0, 1, 0))

Effect = Callable[[str], list[Step]]


def _switch(operation: str) -> Effect:
    return lambda text: [step(operation)] if is_true(text) else []


def _level(operation: str, low: int = -100) -> Effect:
    def make(text: str) -> list[Step]:
        level = arguments.whole(text, low, 100)
        return [step(operation, level=level)] if level else []

    return make


def blur(text: str) -> list[Step]:
    """``0..100``."""
    strength = round((arguments.decimal(text, 0, 100) or 0) * BLUR_STRENGTH_PER_UNIT)
    return [step("blur", strength=strength)] if strength else []


def _pixelate(text: str) -> list[Step]:
    square = arguments.whole(text, 0, MAX_SQUARE)
    return [step("pixelate", square=square)] if square else []


def colorize(text: str) -> list[Step]:
    """``color`` or ``color,opacity``."""
    name, _, share = text.partition(",")
    paint, opacity = arguments.color(name), arguments.decimal(share or str(COLORIZE_OPACITY), 0, 1)
    if paint is None or not opacity:
        return []
    return [step("colorize", color=paint, strength=round(opacity * 100))]


def _duotone(text: str) -> list[Step]:
    """``dark,light[,opacity]``: the picture's brightness on the line between two colours."""
    dark, light, share, *_ = (*text.split(","), "", "", "")
    low, high, opacity = arguments.color(dark), arguments.color(light), arguments.decimal(share or "1", 0, 1)
    if low is None or high is None or not opacity:
        return []
    return [step("recolor", matrix=duotone_matrix(low, high, opacity))]


def duotone_matrix(dark: Color, light: Color, opacity: float) -> tuple[float, ...]:
    """Rows of red, green, blue and alpha; the constant share of ``dark`` rides on alpha, 255 if opaque."""
    ends = zip(dark.rgb, light.rgb, strict=True)
    rows = [[*((high - low) / 255 * weight for weight in LUMA), low / 255] for low, high in ends]
    mixed = [
        round(opacity * value + (1 - opacity) * same, 4)
        for row, same_row in zip(rows, IDENTITY, strict=True)
        for value, same in zip(row, same_row, strict=True)
    ]
    return (*mixed, 0.0, 0.0, 0.0, 1.0)


def _blur_faces(text: str) -> list[Step]:
    """``1`` or ``1,radius[,sigma]``; the radius is taken for the blur's reach in pixels."""
    switch, radius, *_ = (*text.split(","), "")
    reach = arguments.whole(radius, 1, MAX_FACE_BLUR) or DEFAULT_FACE_BLUR
    return [step("blur_faces", strength=reach * FACE_BLUR_STRENGTH_PER_PIXEL)] if is_true(switch) else []


EFFECTS: Mapping[str, Effect] = {
    "blur_faces": _blur_faces,
    "bright": _level("brightness", low=-99),
    "contrast": _level("contrast"),
    "saturate": _level("saturation"),
    "gray": _switch("grayscale"),
    "sepia": _switch("sepia"),
    "invert": _switch("negate"),
    "colorize": colorize,
    "duotone": _duotone,
    "blur": blur,
    "pixelate": _pixelate,
    "sharp": _switch("sharpen"),
}
