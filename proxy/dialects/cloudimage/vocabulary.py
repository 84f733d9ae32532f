"""Parameters → a chain of canonical operations, in the vendor's order whatever the order in the URL.

::

    bg_remove · trim · tl_px/br_px · aspect_ratio/func/w/h · r · flip · filters · radius · bg_color

Nothing here fails: what cannot be read counts as not given.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from media.chain import Chain, Step
from media.geometry import Size
from media.operations import step
from media.operations.reshape import MAX_RADIUS, Radius
from media.params import Color
from proxy.dialects.cloudimage import arguments, output
from proxy.dialects.cloudimage.grammar import SYNONYMS, Parameters, is_true
from proxy.dialects.cloudimage.output import Formats
from proxy.dialects.cloudimage.sizing import compile_size

#: ``blur=10`` is a standard deviation of five pixels; the operation counts twentieths of a pixel.
BLUR_STRENGTH_PER_UNIT = 10
MAX_TRIM = 100
MAX_SQUARE = 200
ONE_YEAR_SECONDS = 31_536_000
_AXES = {"h": "horizontal", "x": "horizontal", "v": "vertical", "y": "vertical"}


@dataclass(frozen=True, slots=True)
class Compiled:
    """``formats`` and the request's headers settle the chain's output (:func:`output.settled`).
    ``max_age`` in seconds, None for the configured one; ``attachment`` is a file name, empty for the source's own, None
    for inline.
    """

    chain: Chain
    formats: Formats
    max_age: int | None
    attachment: str | None
    wants_info: bool


def compile(parameters: Parameters, source: Size, source_format: str) -> Compiled:  # noqa: A001
    """``source`` is the upright size of the source in pixels."""
    given = {**_listed(parameters.get("f", "")), **parameters}
    steps = () if given.get("func") == "proxy" else tuple(_steps(given, source))
    color = arguments.color(given.get("bg_color"))
    is_transparent = removes_background(given) and not (color and color.alpha == 255)
    formats = output.formats(given, source_format, is_transparent=is_transparent)
    return Compiled(
        Chain(steps, output.output(given, formats)),
        formats,
        arguments.whole(given.get("ci_cache"), 0, ONE_YEAR_SECONDS),
        _attachment(given.get("force_download")),
        is_true(given.get("ci_info")),
    )


def removes_background(parameters: Parameters) -> bool:
    return is_true(parameters.get("bg_remove")) and parameters.get("func") != "proxy"


def without_removal(parameters: Parameters) -> Parameters:
    """The same request while there is no cutout: the photo as it is, everything else applied."""
    return {key: text for key, text in parameters.items() if key != "bg_remove"}


def _listed(text: str) -> Parameters:
    """The legacy filter list ``bright:15,contrast:30,grey``; explicit parameters count more."""
    pairs = (part.strip().partition(":") for part in text.split(","))
    return {SYNONYMS.get(name, name): value or "1" for name, _, value in pairs if SYNONYMS.get(name, name) in FILTERS}


def _steps(given: Parameters, source: Size) -> list[Step]:
    removes = removes_background(given)
    color = arguments.color(given.get("bg_color"))
    return [
        *([step("background_removal")] if removes else []),
        *_trim(given.get("trim")),
        *compile_size(given, source, scalable=removes),
        *_rotate(given.get("r"), color),
        *_flip(given.get("flip", "")),
        *(step for key, make in FILTERS.items() if key in given for step in make(given[key])),
        *_corners(given.get("radius")),
        *([step("background", color=color)] if color and color.alpha else []),
    ]


def _trim(text: str | None) -> list[Step]:
    tolerance = arguments.whole(text, 0, MAX_TRIM)
    return [] if tolerance is None else [step("trim", tolerance=tolerance)]


def _rotate(text: str | None, color: Color | None) -> list[Step]:
    """The vendor turns counter-clockwise, the operation clockwise."""
    angle = arguments.decimal(text, -36_000, 36_000)
    return [step("rotate", angle=-angle % 360, background=color)] if angle and angle % 360 else []


def _flip(text: str) -> list[Step]:
    axes = dict.fromkeys(_AXES[letter] for letter in text.lower() if letter in _AXES)
    return [step("flip", axis=axis) for axis in axes]


def _corners(text: str | None) -> list[Step]:
    """One radius, or four: top left, bottom left, bottom right, top right (unlike CSS)."""
    radii = [_radius(part) for part in (text or "").split(",")]
    if len(radii) == 1:
        radii *= 4
    if len(radii) != 4 or not any(radii):
        return []
    top_left, bottom_left, bottom_right, top_right = radii
    return [step("round_corners", radius=(top_left, top_right, bottom_right, bottom_left))]


def _radius(text: str) -> Radius:
    return "max" if text.strip() == "max" else arguments.whole(text, 0, MAX_RADIUS) or 0


def _attachment(text: str | None) -> str | None:
    if not is_true(text):
        return None
    return "" if text in ("1", "true") else text


Filter = Callable[[str], list[Step]]


def _switch(operation: str) -> Filter:
    return lambda text: [step(operation)] if is_true(text) else []


def _level(operation: str, low: int = -100) -> Filter:
    def make(text: str) -> list[Step]:
        level = arguments.whole(text, low, 100)
        return [step(operation, level=level)] if level else []

    return make


def _blur(text: str) -> list[Step]:
    strength = round((arguments.decimal(text, 0, 100) or 0) * BLUR_STRENGTH_PER_UNIT)
    return [step("blur", strength=strength)] if strength else []


def _pixelate(text: str) -> list[Step]:
    square = arguments.whole(text, 0, MAX_SQUARE)
    return [step("pixelate", square=square)] if square else []


#: Filters in the order in which they are applied.
FILTERS: Mapping[str, Filter] = {
    "bright": _level("brightness", low=-99),
    "contrast": _level("contrast"),
    "saturate": _level("saturation"),
    "gray": _switch("grayscale"),
    "sepia": _switch("sepia"),
    "invert": _switch("negate"),
    "blur": _blur,
    "pixelate": _pixelate,
    "sharp": _switch("sharpen"),
}
