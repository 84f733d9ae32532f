"""Adjustments: each result pixel depends on the same source pixel only (its colours; alpha stays).

Numbers are worked out on sRGB values 0…255, as the services whose words these are do; nothing here is linear light.
"""

import math
from typing import Annotated

import numpy as np
import pyvips

from media.language.params import Choice, Int
from media.operations.registry import operation, unchanged
from media.raster.pixels import Image, join, on_colours, split

#: Rec. 601 luma, what sRGB colours weigh for the eye.
LUMA = (0.299, 0.587, 0.114)
#: The sepia tone of the W3C filter effects specification.
SEPIA = ((0.393, 0.769, 0.189), (0.349, 0.686, 0.168), (0.272, 0.534, 0.131))
#: Rotation around the grey axis that keeps luma: W3C filter effects, hueRotate.
HUE_KEPT = np.array([[0.213, 0.715, 0.072]] * 3)
HUE_COSINE = np.array([[0.787, -0.715, -0.072], [-0.213, 0.285, -0.072], [-0.213, -0.715, 0.928]])
HUE_SINE = np.array([[-0.213, -0.715, 0.928], [0.143, 0.140, -0.283], [-0.787, 0.715, 0.072]])
#: The level of contrast that changes nothing, also if none is given.
UNCHANGED_CONTRAST = {"sigmoidal": 0, "linear": 100}
#: Steepness of the strongest sigmoidal contrast.
SIGMOID_STEEPNESS = 10.0

#: What one level of red, green or blue adds to the channel.
CHANNEL_STEP = 1.28

Level = Annotated[int, Int(-100, 100)]


def recombined(image: Image, matrix: list[list[float]]) -> Image:
    """Every colour as a mixture of the three; rows are results."""
    return on_colours(image, lambda colours: colours.recomb(matrix))


def towards(matrix: tuple[tuple[float, ...], ...], share: float) -> list[list[float]]:
    """The matrix mixed with the identity: 0 changes nothing, 1 is the matrix."""
    return [
        [share * weight + (1 - share) * (row == column) for column, weight in enumerate(weights)]
        for row, weights in enumerate(matrix)
    ]


def luma(image: Image) -> Image:
    """Brightness of the colours as one 8-bit band."""
    return split(image)[0].recomb([list(LUMA)]).rint().cast("uchar")


def curved(image: Image, curve: Image) -> Image:
    """Map the colours through a curve of 256 values."""
    return on_colours(image, lambda colours: colours.maplut(curve.rint().cast("uchar")))


def ramp() -> Image:
    """The values 0…255 to write a curve with."""
    return pyvips.Image.identity().cast("float")


@operation(price=4, reads=unchanged)
def grayscale(image: Image) -> Image:
    """Take the colours away."""
    return recombined(image, [list(LUMA)] * 3)


@operation(price=4, reads=unchanged)
def sepia(image: Image, strength: Annotated[int, Int(1, 100)] = 80) -> Image:
    """Give the picture the brown tone of an old print."""
    return recombined(image, towards(SEPIA, strength / 100))


@operation(price=4)
def blackwhite(image: Image, threshold: Annotated[int, Int(0, 100)] = 50) -> Image:
    """Turn every pixel black or white, split at a brightness in percent."""
    mask = (luma(image) >= threshold * 255 / 100).copy(interpretation="b-w")
    return join(mask.bandjoin([mask, mask]).copy(interpretation="srgb"), split(image)[1])


@operation(price=1, reads=unchanged)
def negate(image: Image) -> Image:
    """Exchange every colour for its opposite."""
    return on_colours(image, lambda colours: colours.invert())


@operation(price=2, reads=unchanged)
def brightness(image: Image, level: Annotated[int, Int(-99, 100)] = 80) -> Image:
    """Make the picture brighter or, below zero, darker: values are multiplied by 1 + level %."""
    return on_colours(image, lambda colours: colours * (1 + level / 100))


@operation(price=3, reads=unchanged)
def contrast(
    image: Image,
    level: Annotated[int | None, Int(-100, 200)] = None,
    type: Annotated[str, Choice(("sigmoidal", "linear"))] = "sigmoidal",  # noqa: A002  the vendor's word
) -> Image:
    """Spread the values around the middle grey, on a sigmoidal curve (0 = no change) or a straight line.

    On a line 100 is no change and nothing is flatter than 0.
    """
    if level is None or level == UNCHANGED_CONTRAST[type]:
        return image
    values = ramp()
    if type == "linear":
        return curved(image, (values - 127.5) * (max(0, level) / 100) + 127.5)
    return curved(image, _sigmoidal(values / 255, level / 100) * 255)


def _sigmoidal(values: Image, level: float) -> Image:
    """ImageMagick's sigmoidal contrast around 0.5; a negative level applies the inverse curve."""
    steep = abs(level) * SIGMOID_STEEPNESS
    low, high = _logistic(0.0, steep), _logistic(1.0, steep)
    if level > 0:
        return (((values - 0.5) * -steep).exp() + 1) ** -1 * (1 / (high - low)) - low / (high - low)
    scaled = values * (high - low) + low
    return (scaled**-1 - 1).log() * (-1 / steep) + 0.5


def _logistic(value: float, steep: float) -> float:
    return 1 / (1 + math.exp(-steep * (value - 0.5)))


@operation(price=4, reads=unchanged)
def saturation(image: Image, level: Level = 80) -> Image:
    """Make the colours stronger or, below zero, weaker; -100 is grey."""
    return saturated_by(image, level / 100)


def saturated_by(image: Image, share: float) -> Image:
    """Every colour as much further away from its grey; -1 is grey."""
    return recombined(image, towards((LUMA, LUMA, LUMA), -share))


def _most(colours: Image) -> Image:
    return colours[0].bandrank([colours[1], colours[2]], index=2)


def _least(colours: Image) -> Image:
    return colours[0].bandrank([colours[1], colours[2]], index=0)


@operation(price=7, reads=unchanged)
def brightness_hsb(image: Image, level: Annotated[int, Int(-99, 100)] = 80) -> Image:
    """Make the picture brighter or darker without washing out its colours: the largest channel stops at white."""
    factor = 1 + level / 100

    def brighter(colours: Image) -> Image:
        room = 255 / (_most(colours) < 1).ifthenelse(1, _most(colours))
        return colours * (room < factor).ifthenelse(room, factor)

    return on_colours(image, brighter)


@operation(price=4, reads=unchanged)
def hue(image: Image, level: Level = 80) -> Image:
    """Turn all hues around the colour wheel; 100 is half a turn."""
    angle = math.radians(level * 1.8)
    weights = HUE_KEPT + math.cos(angle) * HUE_COSINE + math.sin(angle) * HUE_SINE
    return recombined(image, weights.tolist())


@operation(price=2, reads=unchanged)
def gamma(image: Image, level: Annotated[int, Int(-50, 150)] = 0) -> Image:
    """Brighten or darken the middle tones; black and white stay."""
    return curved(image, (ramp() / 255) ** (1 / (1 + level / 100)) * 255)


def _channel_moved(image: Image, channel: int, level: int) -> Image:
    moved = [0.0, 0.0, 0.0]
    moved[channel] = level * CHANNEL_STEP
    return on_colours(image, lambda colours: colours + moved)


@operation(price=2, reads=unchanged)
def red(image: Image, level: Level = 0) -> Image:
    """Add red or, below zero, take it away."""
    return _channel_moved(image, 0, level)


@operation(price=2, reads=unchanged)
def green(image: Image, level: Level = 0) -> Image:
    """Add green or, below zero, take it away."""
    return _channel_moved(image, 1, level)


@operation(price=2, reads=unchanged)
def blue(image: Image, level: Level = 0) -> Image:
    """Add blue or, below zero, take it away."""
    return _channel_moved(image, 2, level)


@operation(price=8, reads=unchanged)
def vibrance(image: Image, level: Level = 20) -> Image:
    """Make weak colours stronger and leave strong ones alone; below zero weaker."""
    return on_colours(image, lambda colours: vivid_by(colours, level / 100))


def vivid_by(colours: Image, share: float) -> Image:
    """Every colour as much further away from its grey, and less the stronger it is."""
    strength = (_most(colours) - _least(colours)) / 255
    grey = colours.recomb([list(LUMA)] * 3)
    return grey + (colours - grey) * ((1 - strength) * share + 1)
