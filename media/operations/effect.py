"""Effects: what looks at more than one pixel at a time."""

import math
from collections.abc import Mapping
from typing import Annotated, Any

import pyvips

from media.deadline import computed
from media.geometry import Size, nearest
from media.language.params import Int
from media.operations.arguments import OwnSize, Percent
from media.operations.registry import operation
from media.raster.pixels import Image, on_colours, on_neighbours, resample, size_of, split

#: Blur strength per pixel of standard deviation: 100 is a soft focus of five pixels.
BLUR_STRENGTH_PER_PIXEL = 20
#: A wide blur is computed on a reduced picture: this standard deviation is enough to hide the reduction.
BLUR_MAX_SIGMA = 8.0
#: Radius of what counts as an edge when sharpening, in pixels.
SHARPEN_SIGMA = 1.0
UNSHARP_SIGMA = 2.5
#: Pixelation squares are a hundredth of the longer side unless chosen.
PIXELATE_SHARE = 100

#: How late a vignette sets in on the way to the corner.
VIGNETTE_POWER = 1.25

Strength = Annotated[int, Int(1, 2000)]
Square = Annotated[int, Int(0, 200)]


def blurred(image: Image, sigma: float) -> Image:
    """Gaussian blur; a wide one on a reduced picture, which looks the same and costs a fraction."""
    if sigma < 0.2:
        return image
    factor = 2 ** max(0, math.floor(math.log2(sigma / BLUR_MAX_SIGMA)) + 1) if sigma > BLUR_MAX_SIGMA else 1
    factor = max(1, min(factor, image.width, image.height))
    if factor == 1:
        return on_neighbours(image, lambda picture: picture.gaussblur(sigma, min_ampl=0.05))
    small = resample(image, Size(nearest(image.width / factor), nearest(image.height / factor)))
    soft = on_neighbours(small, lambda picture: picture.gaussblur(sigma / factor, min_ampl=0.05))
    # In memory, or every tile of the large picture would blur its surroundings again.
    return resample(computed(soft), size_of(image))


def blur_price(strength: float) -> float:
    """Of a pixel, measured: what is wide enough is computed on a reduced picture."""
    return 6 + 0.35 * strength if strength <= BLUR_MAX_SIGMA * BLUR_STRENGTH_PER_PIXEL else 20


def blur_weight(size: Size, arguments: Mapping[str, Any]) -> float:
    return blur_price(arguments["strength"])


@operation(price=blur_weight)
def blur(image: Image, strength: Strength = 100) -> Image:
    """Blur the whole picture."""
    return blurred(image, strength / BLUR_STRENGTH_PER_PIXEL)


def sharpened(image: Image, sigma: float, amount: float) -> Image:
    """Unsharp masking: add ``amount`` times what a blur takes away from the colours."""
    soft, _ = split(on_neighbours(image, lambda picture: picture.gaussblur(sigma)))
    return on_colours(image, lambda colours: colours + (colours - soft) * amount)


@operation(price=14)
def vignette(image: Image, strength: Percent = 20) -> Image:
    """Darken the picture towards its corners."""
    grid = (pyvips.Image.xyz(image.width, image.height) + 0.5) * [2 / image.width, 2 / image.height] - 1
    reach = (grid[0] ** 2 + grid[1] ** 2) / 2
    return on_colours(image, lambda colours: colours * (1 - reach**VIGNETTE_POWER * (strength / 100)))


@operation(price=9)
def sharpen(image: Image, strength: Strength = 100) -> Image:
    """Make fine edges crisper."""
    return sharpened(image, SHARPEN_SIGMA, strength / 100)


@operation(price=14)
def unsharp_mask(image: Image, strength: Strength = 100) -> Image:
    """Make broad edges crisper by subtracting a blurred copy."""
    return sharpened(image, UNSHARP_SIGMA, strength / 100)


def pixelated(image: Image, square: int) -> Image:
    """Means of squares; the last row and column may be cut and then count what lies on the picture."""
    sides = math.ceil(image.width / square) * square, math.ceil(image.height / square) * square
    covered = (pyvips.Image.black(image.width, image.height) + 1.0).embed(0, 0, *sides).shrink(square, square)
    whole = image.embed(0, 0, *sides)
    small = on_neighbours(whole, lambda picture: picture.cast("float").shrink(square, square) / covered)
    return small.zoom(square, square).crop(0, 0, image.width, image.height)


def default_square(size: Size) -> int:
    return max(2, nearest(max(size.width, size.height) / PIXELATE_SHARE))


@operation(price=5)
def pixelate(image: Image, square: Square = 0, *, size: OwnSize) -> Image:
    """Show the picture in coarse squares; 0 picks a side from the picture's size."""
    return pixelated(image, square or default_square(size))
