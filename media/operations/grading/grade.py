"""Tones by amounts that reach further than the effects of the same names do; each leaves the picture alone at its
neutral value."""

from collections.abc import Mapping
from typing import Annotated, Any

from media.geometry import Size
from media.language.params import Int
from media.operations.adjust import curved, ramp, saturated_by, vivid_by
from media.operations.registry import operation, unchanged
from media.raster.pixels import Image, on_colours

#: Levels of exposure per doubling of its power.
LEVELS_PER_POWER = 100
#: What a level of warmth adds to red and takes from blue, and adds to green.
WARM_RED, WARM_GREEN = 0.4, 0.1
NEUTRAL_GAMMA = 100

Signed = Annotated[int, Int(-100, 100)]
Wide = Annotated[int, Int(-100, 500)]


def _weight(size: Size, arguments: Mapping[str, Any]) -> float:
    curves = any(arguments[name] for name in ("brightness", "exposure", "contrast", "warmth"))
    is_curved = curves or arguments["gamma"] != NEUTRAL_GAMMA
    return 2 + 3 * is_curved + 4 * bool(arguments["saturation"]) + 8 * bool(arguments["vibrance"])


@operation(price=_weight, reads=unchanged)
def grade(
    image: Image,
    brightness: Signed = 0,
    exposure: Annotated[int, Int(-500, 500)] = 0,
    gamma: Annotated[int, Int(0, 1000)] = NEUTRAL_GAMMA,
    contrast: Wide = 0,
    saturation: Wide = 0,
    vibrance: Wide = 0,
    warmth: Signed = 0,
) -> Image:
    """Add brightness, bend tones by exposure and gamma, spread them, and strengthen or warm colours."""
    values = ramp() + brightness
    values = _bent(values, exposure)
    values = _powered(values, gamma)
    values = (values - 127.5) * (1 + contrast / 100) + 127.5
    red, green, blue = values + warmth * WARM_RED, values + warmth * WARM_GREEN, values - warmth * WARM_RED
    picture = curved(image, _clipped(red.bandjoin([green, blue])))
    picture = saturated_by(picture, saturation / 100) if saturation else picture
    return on_colours(picture, lambda colours: vivid_by(colours, vibrance / 100)) if vibrance else picture


def _clipped(values: Image) -> Image:
    values = (values < 0).ifthenelse(0, values)
    return (values > 255).ifthenelse(255, values)


def _bent(values: Image, level: int) -> Image:
    """Towards white, or below zero towards black, never cut off there."""
    power = 2 ** (abs(level) / LEVELS_PER_POWER)
    tones = _clipped(values) / 255
    bent = tones**power if level < 0 else 1 - (1 - tones) ** power
    return bent * 255 if level else values


def _powered(values: Image, level: int) -> Image:
    """Gamma in percent; at 0 all but white is black."""
    if level == NEUTRAL_GAMMA:
        return values
    tones = _clipped(values) / 255
    return tones ** (NEUTRAL_GAMMA / level) * 255 if level else (tones >= 1) * 1.0
