"""A removal → steps: the subject cut out, then what comes behind it. Pure."""

import math

from media.geometry import Size
from media.language.chain import Chain, Output, Step
from media.language.params import ColorKind
from media.operations import step
from media.removal.parameters import Region, Removal, fractions

MATTE = Output(("png",), grayscale=True)


def subject_steps(removal: Removal, source: Size, max_pixels: int) -> tuple[Step, ...]:
    """Raises BadParameter for a region outside the source."""
    steps = [
        step("background_removal", hints=removal.objects, semitransparency=removal.semitransparency),
        *_within(max_pixels, source),
    ]
    if removal.region != Region():
        left, top, right, bottom = fractions(removal.region, source)
        steps.append(step("keep_region", left=left, top=top, right=right, bottom=bottom))
    if removal.margins is not None:
        top, right, bottom, left = removal.margins
        steps.append(step("crop_subject", top=top, right=right, bottom=bottom, left=left))
    placed = removal.placement
    if placed.scale or placed.x is not None:
        steps.append(step("place_subject", scale=placed.scale, x=placed.x, y=placed.y))
    return tuple(steps)


def matte_chain(subject: tuple[Step, ...]) -> Chain:
    """What is seen of the subject, by its brightness."""
    return Chain((*subject, step("show_matte")), MATTE)


def finish_steps(removal: Removal) -> list[Step]:
    """Shadow and colour behind the subject."""
    steps = []
    if removal.shadow:
        steps.append(step("cast_shadow", kind=removal.shadow, opacity=removal.shadow_opacity))
    if removal.color is not None:
        steps.append(step("background", color=ColorKind().format(removal.color)))
    return steps


def _within(max_pixels: int, source: Size) -> list[Step]:
    """Scale down first: the picture is then decoded at the size that is needed."""
    if source.pixels <= max_pixels:
        return []
    factor = math.sqrt(max_pixels / source.pixels)
    width, height = (max(1, math.floor(side * factor)) for side in (source.width, source.height))
    return [step("limit", width=width, height=height)]
