"""Adjustments: each result pixel depends on the same source pixel only (its colours; alpha stays).

Numbers are worked out on sRGB values 0…255, as the services whose words these are do; nothing here is linear light.
"""

from typing import Annotated

import pyvips

from media.operations.pixels import Image, join, on_colours, split
from media.operations.registry import operation, unchanged
from media.params import Choice, Int

#: Rec. 601 luma, what sRGB colours weigh for the eye.
LUMA = (0.299, 0.587, 0.114)
#: The sepia tone of the W3C filter effects specification.
SEPIA = ((0.393, 0.769, 0.189), (0.349, 0.686, 0.168), (0.272, 0.534, 0.131))
#: Steepness of the strongest sigmoidal contrast.
SIGMOID_STEEPNESS = 10.0

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


@operation(reads=unchanged)
def grayscale(image: Image) -> Image:
    """Take the colours away."""
    return recombined(image, [list(LUMA)] * 3)


@operation(reads=unchanged)
def sepia(image: Image, strength: Annotated[int, Int(1, 100)] = 80) -> Image:
    """Give the picture the brown tone of an old print."""
    return recombined(image, towards(SEPIA, strength / 100))


@operation
def blackwhite(image: Image, threshold: Annotated[int, Int(0, 100)] = 50) -> Image:
    """Turn every pixel black or white, split at a brightness in percent."""
    mask = (luma(image) >= threshold * 255 / 100).copy(interpretation="b-w")
    return join(mask.bandjoin([mask, mask]).copy(interpretation="srgb"), split(image)[1])


@operation(reads=unchanged)
def negate(image: Image) -> Image:
    """Exchange every colour for its opposite."""
    return on_colours(image, lambda colours: colours.invert())


@operation(reads=unchanged)
def brightness(image: Image, level: Annotated[int, Int(-99, 100)] = 80) -> Image:
    """Make the picture brighter or, below zero, darker: values are multiplied by 1 + level %."""
    return on_colours(image, lambda colours: colours * (1 + level / 100))


@operation(reads=unchanged)
def contrast(
    image: Image,
    level: Annotated[int, Int(-100, 200)] = 0,
    type: Annotated[str, Choice(("sigmoidal", "linear"))] = "sigmoidal",  # noqa: A002  the vendor's word
) -> Image:
    """Spread the values around the middle grey, on a sigmoidal curve or (100 = no change) a straight line."""
    values = ramp()
    if type == "linear":
        return curved(image, (values - 127.5) * (level / 100) + 127.5)
    return image if level == 0 else curved(image, _sigmoidal(values / 255, level / 100) * 255)


def _sigmoidal(values: Image, level: float) -> Image:
    """ImageMagick's sigmoidal contrast around 0.5; a negative level applies the inverse curve."""
    steep = abs(level) * SIGMOID_STEEPNESS
    low, high = _logistic(0.0, steep), _logistic(1.0, steep)
    if level > 0:
        return (((values - 0.5) * -steep).exp() + 1) ** -1 * (1 / (high - low)) - low / (high - low)
    scaled = values * (high - low) + low
    return (scaled**-1 - 1).log() * (-1 / steep) + 0.5


def _logistic(value: float, steep: float) -> float:
    return float(1 / (1 + 2.718281828459045 ** (-steep * (value - 0.5))))


@operation(reads=unchanged)
def saturation(image: Image, level: Level = 80) -> Image:
    """Make the colours stronger or, below zero, weaker; -100 is grey."""
    return recombined(image, towards((LUMA, LUMA, LUMA), -level / 100))
