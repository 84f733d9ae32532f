"""Parameters → chains of images, orders of videos. Pure."""

from dataclasses import asdict

from media.language.chain import Chain, Output, Step
from media.language.params import Color, ColorKind
from media.operations import step
from media.video.order import VideoOrder
from proxy.dialects.background_remover.schema import WHITE, ImageParameters, VideoParameters

#: The layer source that stands for the background picture of a request.
BACKGROUND = "background"
PNG = Output(("png",))


def chain_of(parameters: ImageParameters) -> Chain:
    """What the engine does: a mask is grey, a background leaves no alpha, a picture is stretched to the photograph."""
    removal = (step("background_removal", **asdict(parameters.cutout)), *_decided(parameters.mask_threshold))
    if parameters.only_mask:
        return Chain((*removal, step("show_matte")), Output(("png",), grayscale=True))
    if parameters.background == "transparent":
        return Chain((*removal,), PNG)
    if parameters.background == "color":
        return Chain((*removal, _on(parameters.color)), PNG)
    stretched = step("scale", width=1.0, height=1.0, relative=True, ignore_aspect_ratio=True)
    under = step("layer", source=BACKGROUND, steps=(stretched,), under=True, no_overflow=True)
    return Chain((*removal, under, _on(WHITE)), PNG)


def order_of(parameters: VideoParameters, source: tuple[str, bool], beneath: tuple[str, bool]) -> VideoOrder:
    """``source`` and ``beneath`` are digests ("" for nothing), and whether they move."""
    color = ColorKind().format(parameters.color) if parameters.target.has_color and not beneath[0] else ""
    return VideoOrder(
        source=source[0],
        format=parameters.target.format,
        cutout=parameters.cutout,
        color=color,
        beneath=beneath[0],
        beneath_moves=beneath[1],
        rate=float(parameters.framerate),
        frame_limit=parameters.frame_limit,
    )


def _decided(threshold: int | None) -> tuple[Step, ...]:
    if threshold is None:
        return ()
    return (step("opacity_threshold", level=max(1, round(threshold * 100 / 255))),)


def _on(color: Color) -> Step:
    return step("background", color=ColorKind().format(color))
