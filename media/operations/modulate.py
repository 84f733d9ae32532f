"""Colours changed by factors, in the cylinder of lightness, chroma and hue; light changed by stops."""

from typing import Annotated

from media.language.params import Float, Int
from media.operations.adjust import curved, ramp
from media.operations.registry import operation, unchanged
from media.raster.pixels import Image, clamped, on_colours

#: sRGB's exponent, near enough to judge light by.
GAMMA = 2.2
#: Levels of exposure per doubling of the light.
LEVELS_PER_STOP = 50

#: What keeps less than a third of its lightness loses chroma, too.
DARK_CHROMA = 3

Factor = Annotated[float, Float(0, 100)]


@operation(price=24, reads=unchanged)
def modulate(
    image: Image,
    brightness: Factor = 1.0,
    saturation: Factor = 1.0,
    hue: Annotated[int, Int(-36_000, 36_000)] = 0,
    lightness: Annotated[float, Float(-100, 100)] = 0.0,
) -> Image:
    """Multiply brightness and saturation, turn the hue by degrees, add lightness, as CIE LCh sees them."""

    def changed(colours: Image) -> Image:
        seen = colours.colourspace("lch")
        moved = seen * [brightness, saturation, 1] + [lightness, 0, hue % 360]
        # Beyond black and white there is no chroma, though sRGB would show some: it fades on the way.
        kept = clamped(moved[0] / seen[0] * DARK_CHROMA) * clamped(2 - moved[0] / 100)
        return moved[0].bandjoin([moved[1] * kept, moved[2]]).copy(interpretation="lch").colourspace("srgb")

    return on_colours(image, changed)


@operation(price=2, reads=unchanged)
def exposure(image: Image, level: Annotated[int, Int(-100, 100)] = 0) -> Image:
    """Brighten or darken as more or less light on the film would: 50 doubles it."""
    return curved(image, ((ramp() / 255) ** GAMMA * 2 ** (level / LEVELS_PER_STOP)) ** (1 / GAMMA) * 255)
