"""Painterly and print effects: oil paint, cartoon, vectorize, dither, morphology."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Any

import numpy as np
import pyvips

from media.deadline import computed
from media.geometry import Size
from media.language.params import Choice, Float, Int
from media.language.vectors import DEFAULT_VECTORS, Vectors, VectorsKind
from media.operations.adjust import luma
from media.operations.arguments import First, Percent
from media.operations.effect import blurred
from media.operations.registry import operation
from media.raster.clusters import clustered, nearest_mean
from media.raster.pixels import Image, clamped, on_areas, on_colours, painted_over, resample, size_of, to_uint8

#: Strength per pixel of brush radius.
BRUSH_STRENGTH_PER_PIXEL = 10
#: Smoothing before lines are drawn or areas are filled, in pixels.
AREA_WINDOW = 5


def kuwahara(image: Image, half: int) -> Image:
    """Each pixel becomes the mean of the calmest of the four squares that meet in it (Kuwahara, 1976)."""
    window = pyvips.Image.new_from_array([[1] * (2 * half + 1)], scale=2 * half + 1)
    tone = luma(image).cast("float")
    mean = image.cast("float").convsep(window)
    spread = (tone * tone).convsep(window) - tone.convsep(window) ** 2
    best, calmest = _shifted(mean, -half, -half), _shifted(spread, -half, -half)
    for across, down in ((half, -half), (-half, half), (half, half)):
        here, calm = _shifted(mean, across, down), _shifted(spread, across, down)
        calmer = calm < calmest
        best, calmest = calmer.ifthenelse(here, best), calmer.ifthenelse(calm, calmest)
    return to_uint8(best)


def _shifted(image: Image, across: int, down: int) -> Image:
    """What lies ``across`` and ``down`` of each pixel; edge pixels repeat."""
    room = max(abs(across), abs(down))
    wide = image.embed(room, room, image.width + 2 * room, image.height + 2 * room, extend="copy")
    return wide.crop(room + across, room + down, image.width, image.height)


def smoothed(image: Image, window: int) -> Image:
    """The median of a square window: areas become flat, edges stay."""
    return image.rank(window, window, window * window // 2) if min(image.width, image.height) >= window else image


@operation(price=lambda size, arguments: 58 + 0.8 * arguments["strength"])
def oil_paint(image: Image, strength: Percent = 30) -> Image:
    """Paint the picture with a brush whose width grows with the strength."""
    half = 1 + strength // BRUSH_STRENGTH_PER_PIXEL
    return on_areas(image, lambda colours: kuwahara(colours, half))


def posterized(colours: Image, levels: int) -> Image:
    """The lightness in this many steps; hues stay."""
    lab = colours.colourspace("lab")
    step = 100 / max(1, levels - 1)
    light = (lab[0] / step).rint() * step
    return light.bandjoin([lab[1], lab[2]]).copy(interpretation="lab").colourspace("srgb")


def edges(image: Image, sigma: float, sensitivity: float) -> Image:
    """Dark lines of the picture as a share, 1 on a line: difference of gaussians."""
    tone = luma(image).cast("float")
    fine, broad = tone.gaussblur(sigma), tone.gaussblur(sigma * 1.6)
    return clamped(((broad - fine) - LINE_FLOOR) * sensitivity)


#: Differences of tone that are no line yet.
LINE_FLOOR = 1.5


@operation(price=120)
def cartoonify(
    image: Image,
    line: Percent = 50,
    reduction: Percent = 50,
    colors: Annotated[str, Choice(("color", "bw"))] = "color",
) -> Image:
    """Draw the picture like a comic: strong lines around areas of few colours, or in black and white."""

    def drawn(colours: Image) -> Image:
        calm = computed(smoothed(smoothed(colours, AREA_WINDOW), AREA_WINDOW))
        ink = edges(calm, 1.6, line / 180)
        if colors == "bw":
            white = luma(calm) >= 128
            return white.bandjoin([white, white]) * (1 - ink)
        return posterized(calm, round(14 - reduction / 10)) * (1 - ink)

    return on_areas(image, drawn)


@operation(price=180, leaves=lambda picture, arguments: replace(picture, tracing=arguments["shape"]))
def vectorize(image: Image, shape: Annotated[Vectors, VectorsKind()] = DEFAULT_VECTORS, *, first: First) -> Image:
    """Reduce the picture to flat areas of few colours, as a tracing would; written as SVG it is traced.

    ``detail`` and ``despeckle`` say how small an area may be; ``paths`` and ``corners`` shape the curves of an SVG.
    """
    window = 2 * max(1, min(4, round(shape.despeckle))) + 1 if shape.detail < 600 else 3
    means = clustered(painted_over(first), round(shape.colors))
    return on_areas(image, lambda colours: nearest_mean(smoothed(smoothed(colours, window), window), means))


def _bayer(order: int) -> np.ndarray:
    """The recursive threshold matrix of 2^order (Bayer, 1973), values 0…1."""
    matrix = np.zeros((1, 1))
    for _ in range(order):
        matrix = np.block([[4 * matrix, 4 * matrix + 2], [4 * matrix + 3, 4 * matrix + 1]])
    return (matrix + 0.5) / matrix.size


def _dots(side: int, *, angled: bool) -> np.ndarray:
    """A halftone screen: thresholds grow from the centre of a dot, one in the cell or two in a checker."""
    places = (np.arange(side) + 0.5) / side
    x, y = np.meshgrid(places, places)
    wave = np.cos(2 * math.pi * x) + np.cos(2 * math.pi * y)
    wave = np.cos(2 * math.pi * (x + y)) + np.cos(2 * math.pi * (x - y)) if angled else wave
    return (np.argsort(np.argsort(wave.ravel(), kind="stable")).reshape(side, side) + 0.5) / side**2


#: Screens by Cloudinary's number, in the order of ImageMagick's thresholds: plain, dispersed, angled, dots, circles.
SCREENS: tuple[np.ndarray, ...] = (
    np.array([[0.5]]), np.array([[1 / 3, 2 / 3], [2 / 3, 1 / 3]]), _bayer(1), _dots(3, angled=False), _bayer(2),
    _bayer(3), _dots(4, angled=True), _dots(6, angled=True), _dots(8, angled=True), _dots(4, angled=False),
    _dots(6, angled=False), _dots(8, angled=False), _dots(16, angled=False), _dots(5, angled=False),
    1 - _dots(5, angled=False), _dots(6, angled=False), 1 - _dots(6, angled=False), _dots(7, angled=False),
    1 - _dots(7, angled=False),
)  # fmt: skip


@operation(price=11)
def ordered_dither(image: Image, type: Annotated[int, Int(0, 18)] = 0) -> Image:  # noqa: A002  the vendor's word
    """Print every channel as dots, full or empty, through one of nineteen screens."""
    screen = SCREENS[type]
    side = screen.shape[0]
    tile = pyvips.Image.new_from_array((screen * 255).astype(np.float32))
    across, down = math.ceil(image.width / side), math.ceil(image.height / side)
    pattern = tile.replicate(across, down).crop(0, 0, image.width, image.height)
    return on_colours(image, lambda colours: (colours >= pattern).cast("uchar"))


@dataclass(frozen=True, slots=True)
class Kernel:
    """What a kernel does to a picture, all iterations at once."""

    reach: int
    is_square: bool
    sigma: float

    def dilate(self, picture: Image) -> Image:
        factor = min(math.ceil(self.reach / REACH_AT_ONCE), picture.width, picture.height)
        small = picture.shrink(factor, factor) if factor > 1 else picture
        return resample(_dilated(small, round(self.reach / factor), square=self.is_square), size_of(picture))

    def erode(self, picture: Image) -> Image:
        return self.dilate(picture.invert()).invert()

    def convolve(self, picture: Image) -> Image:
        return blurred(picture, self.sigma)


#: method → what becomes of the colours under a kernel
MORPHOLOGIES: dict[str, Callable[[Image, Kernel], Image]] = {
    "dilate": lambda colours, kernel: kernel.dilate(colours),
    "erode": lambda colours, kernel: kernel.erode(colours),
    "open": lambda colours, kernel: kernel.dilate(kernel.erode(colours)),
    "close": lambda colours, kernel: kernel.erode(kernel.dilate(colours)),
    "smooth": lambda colours, kernel: kernel.erode(kernel.dilate(kernel.dilate(kernel.erode(colours)))),
    "edge": lambda colours, kernel: kernel.dilate(colours) - kernel.erode(colours),
    "edgein": lambda colours, kernel: colours - kernel.erode(colours),
    "edgeout": lambda colours, kernel: kernel.dilate(colours) - colours,
    "tophat": lambda colours, kernel: colours - kernel.dilate(kernel.erode(colours)),
    "bottomhat": lambda colours, kernel: kernel.erode(kernel.dilate(colours)) - colours,
    "convolve": lambda colours, kernel: kernel.convolve(colours),
}
#: Pixels a change reaches on the picture itself; a wider one is computed on a reduced copy.
REACH_AT_ONCE = 12
KERNELS = ("octagon", "disk", "diamond", "plus", "square", "unity")


#: method → how often it grows or shrinks, if that is more than once
_TURNS = {"open": 2, "close": 2, "smooth": 4, "edge": 2, "tophat": 2, "bottomhat": 2}


def _morphology_weight(size: Size, arguments: Mapping[str, Any]) -> float:
    if arguments["method"] == "convolve":
        return 65
    reach = max(1, round(arguments["radius"])) * arguments["iterations"]
    return 17 + 4 * min(reach, REACH_AT_ONCE) * _TURNS.get(arguments["method"], 1)


@operation(price=_morphology_weight)
def morphology(
    image: Image,
    method: Annotated[str, Choice(tuple(MORPHOLOGIES))] = "erode",
    iterations: Annotated[int, Int(1, 5)] = 1,
    kernel: Annotated[str, Choice(KERNELS)] = "octagon",
    radius: Annotated[float, Float(0, 20)] = 1.0,
) -> Image:
    """Grow bright areas (dilate), grow dark ones (erode), or show what such a change takes away.

    Kernels are squares or, for all round ones, octagons of the radius.
    """
    half = max(1, round(radius))
    # Convolutions add up their variances; that of a window of 2·half + 1 equal weights is half·(half + 1)/3.
    sigma = math.sqrt(iterations * half * (half + 1) / 3)
    shape = Kernel(half * iterations, kernel == "square", sigma)
    return on_areas(image, lambda colours: MORPHOLOGIES[method](colours, shape))


def _dilated(picture: Image, reach: int, *, square: bool) -> Image:
    """The maximum of an octagon, as squares and crosses in turn, or of a square."""
    for turn in range(reach):
        wide = picture.embed(1, 1, picture.width + 2, picture.height + 2, extend="copy")
        places = [(1, 0), (0, 1), (1, 1), (2, 1), (1, 2)] + [(0, 0), (2, 0), (0, 2), (2, 2)] * (square or turn % 2 == 0)
        views = [wide.crop(x, y, picture.width, picture.height) for x, y in places]
        picture = computed(views[0].bandrank(views[1:], index=len(views) - 1))
    return picture
