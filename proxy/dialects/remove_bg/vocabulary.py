"""Parameters → chains: what is delivered, and what is measured to say where the foreground is. Pure."""

import math
from dataclasses import dataclass

from media.geometry import Size
from media.language.chain import Chain, Output, Step
from media.language.params import ColorKind
from media.operations import step
from proxy.dialects.remove_bg.schema import Parameters, Region, fractions

#: The layer source that stands for the background picture of a request.
BACKGROUND = "background"

OUTPUTS = {
    "auto": Output(("jpg", "png"), quality="auto:best"),
    "png": Output(("png",)),
    "webp": Output(("webp",), quality="auto:best"),
    "jpg": Output(("jpg",), quality="auto:best"),
}
MATTE = Output(("png",), grayscale=True)
COLOUR = Output(("jpg",), quality="auto:best", chroma="444")


@dataclass(frozen=True, slots=True)
class Compiled:
    """The chains of one request.

    ``result`` is delivered; ``colour`` and ``alpha`` are the two files of a ZIP (``result`` is None then).

    ``measured`` shows the subject: by its alpha, or with ``measures_matte`` by its brightness.
    """

    result: Chain | None
    colour: Chain
    alpha: Chain
    measures_matte: bool

    @property
    def measured(self) -> Chain:
        return self.alpha if self.measures_matte or self.result is None else self.result


def compile_parameters(parameters: Parameters, source: Size, *, with_background: bool) -> Compiled:
    """``with_background``: a picture comes under the subject. Raises Refused for a region outside the source."""
    subject = _subject(parameters, source)
    finish = _finish(parameters, with_background=with_background)
    alpha = Chain((*subject, step("show_matte")), MATTE)
    colour = Chain((*subject, step("drop_matte")), COLOUR)
    if parameters.format == "zip":
        return Compiled(None, colour, alpha, measures_matte=True)
    if parameters.channels == "alpha":
        return Compiled(_only_alpha(alpha, parameters), colour, alpha, measures_matte=True)
    result = Chain((*subject, *finish), OUTPUTS[parameters.format])
    return Compiled(result, colour, alpha, measures_matte=bool(finish) or parameters.format == "jpg")


def _only_alpha(alpha: Chain, parameters: Parameters) -> Chain:
    """The matte in the format asked for; grey is written if the format can."""
    return (
        Chain(alpha.steps, Output((parameters.format,), grayscale=True))
        if parameters.format in ("jpg", "webp")
        else alpha
    )


def _subject(parameters: Parameters, source: Size) -> tuple[Step, ...]:
    steps = [
        step("background_removal", hints=parameters.objects, semitransparency=parameters.semitransparency),
        *_within(parameters.max_pixels, source),
    ]
    if parameters.region != Region():
        left, top, right, bottom = fractions(parameters.region, source)
        steps.append(step("keep_region", left=left, top=top, right=right, bottom=bottom))
    if parameters.margins is not None:
        top, right, bottom, left = parameters.margins
        steps.append(step("crop_subject", top=top, right=right, bottom=bottom, left=left))
    placed = parameters.placement
    if placed.scale or placed.x is not None:
        steps.append(step("place_subject", scale=placed.scale, x=placed.x, y=placed.y))
    return tuple(steps)


def _within(max_pixels: int, source: Size) -> list[Step]:
    """Scale down first: the picture is then decoded at the size that is needed."""
    if source.pixels <= max_pixels:
        return []
    factor = math.sqrt(max_pixels / source.pixels)
    width, height = (max(1, math.floor(side * factor)) for side in (source.width, source.height))
    return [step("limit", width=width, height=height)]


def _finish(parameters: Parameters, *, with_background: bool) -> tuple[Step, ...]:
    steps = []
    if parameters.shadow:
        steps.append(step("cast_shadow", kind=parameters.shadow, opacity=parameters.shadow_opacity))
    if with_background:
        cover = step("fill", width=1.0, height=1.0, relative=True)
        steps.append(step("layer", source=BACKGROUND, steps=(cover,), under=True, no_overflow=True))
    elif parameters.color is not None:
        steps.append(step("background", color=ColorKind().format(parameters.color)))
    return tuple(steps)
