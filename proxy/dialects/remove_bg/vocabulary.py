"""Parameters → chains: what is delivered, and what is measured to say where the foreground is. Pure."""

from dataclasses import dataclass

from media.geometry import Size
from media.language.chain import Chain, Output, Step
from media.operations import step
from media.removal.chains import finish_steps, matte_chain, subject_steps
from proxy.dialects.remove_bg.schema import Parameters, refusing

#: The layer source that stands for the background picture of a request.
BACKGROUND = "background"

OUTPUTS = {
    "auto": Output(("jpg", "png"), quality="auto:best"),
    "png": Output(("png",)),
    "webp": Output(("webp",), quality="auto:best"),
    "jpg": Output(("jpg",), quality="auto:best"),
}
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
    with refusing():
        subject = subject_steps(parameters, source, parameters.max_pixels)
    finish = _finish(parameters, with_background=with_background)
    alpha = matte_chain(subject)
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


def _finish(parameters: Parameters, *, with_background: bool) -> tuple[Step, ...]:
    steps = finish_steps(parameters)
    if not with_background:
        return tuple(steps)
    cover = step("fill", width=1.0, height=1.0, relative=True)
    behind = step("layer", source=BACKGROUND, steps=(cover,), under=True, no_overflow=True)
    return (*steps, behind)
