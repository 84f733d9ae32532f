"""Parameters → a chain of canonical operations, in the vendor's order whatever the order in the URL.

::

    bg_remove · trim · tl_px/br_px · aspect_ratio/func/w/h · bg_img_fit · r · flip · filters · radius · bg_color · wat

Nothing here fails: what cannot be read counts as not given.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from media.geometry import Size
from media.language.chain import Chain, Step
from media.language.params import TRANSPARENT, Color
from media.operations import step
from media.operations.backdrop import Auto
from media.operations.reshape import MAX_RADIUS, Radius
from proxy.dialects.cloudimage import arguments, output
from proxy.dialects.cloudimage.backdrop import is_backdrop, with_backdrop
from proxy.dialects.cloudimage.effects import EFFECTS
from proxy.dialects.cloudimage.grammar import SYNONYMS, Parameters, is_true
from proxy.dialects.cloudimage.output import Formats
from proxy.dialects.cloudimage.sizing import compile_shape
from proxy.dialects.cloudimage.watermark import compile_watermarks

ONE_YEAR_SECONDS = 31_536_000
_AXES = {"h": "horizontal", "x": "horizontal", "v": "vertical", "y": "vertical"}


@dataclass(frozen=True, slots=True)
class Facts:
    """What a chain depends on beside its parameters: the source's upright size in pixels and its format, and the
    account's own watermark (empty if it has none)."""

    size: Size
    format: str
    watermark_url: str = ""


@dataclass(frozen=True, slots=True)
class Compiled:
    """A chain, and what the request asks of its answer.

    ``formats`` and the request's headers decide the chain's output (:func:`output.with_plain_formats`).
    ``max_age`` in seconds, None for the configured one; ``attachment`` is a file name, empty for the source's own, None
    for inline.
    """

    chain: Chain
    formats: Formats
    max_age: int | None
    attachment: str | None
    wants_info: bool


def compile(parameters: Parameters, facts: Facts) -> Compiled:  # noqa: A001
    given = {**_listed(parameters.get("f", "")), **parameters}
    steps = () if given.get("func") == "proxy" else tuple(_steps(given, facts))
    is_transparent = removes_background(given) and not _is_filled(given, steps)
    formats = output.formats(given, facts.format, is_transparent=is_transparent)
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


def _is_filled(given: Parameters, steps: Sequence[Step]) -> bool:
    """Whether something opaque ends up behind the cutout."""
    paint = arguments.backdrop(given.get("bg_color"))
    is_opaque = paint.alpha == 255 if isinstance(paint, Color) else paint is not None
    return is_opaque or any(is_backdrop(step) for step in steps)


def _listed(text: str) -> Parameters:
    """The legacy filter list ``bright:15,contrast:30,grey``; explicit parameters count more."""
    pairs = (part.strip().partition(":") for part in text.split(","))
    return {SYNONYMS.get(name, name): value or "1" for name, _, value in pairs if SYNONYMS.get(name, name) in EFFECTS}


def _steps(given: Parameters, facts: Facts) -> list[Step]:
    removes = removes_background(given)
    paint = arguments.backdrop(given.get("bg_color"))
    shape = compile_shape(given, facts.size, scalable=removes)
    return [
        *([step("background_removal")] if removes else []),
        *shape.cuts,
        *with_backdrop(given, shape),
        *_rotate(given.get("r"), paint),
        *_flip(given.get("flip", "")),
        *(step for key, make in EFFECTS.items() if key in given for step in make(given[key])),
        *_corners(given.get("radius")),
        *([step("background", color=paint)] if paint not in (None, TRANSPARENT) else []),
        *compile_watermarks(given, facts.watermark_url),
    ]


def _rotate(text: str | None, paint: Color | Auto | None) -> list[Step]:
    """The vendor turns counter-clockwise, the operation clockwise."""
    angle = arguments.decimal(text, -36_000, 36_000)
    return [step("rotate", angle=-angle % 360, background=paint)] if angle and angle % 360 else []


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
