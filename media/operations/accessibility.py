"""Colour-blindness simulation and assistance; another theme for the background."""

from typing import Annotated

import pyvips

from media.language.params import BLACK, Choice, Int
from media.operations.arguments import First, Paint
from media.operations.registry import operation, unchanged
from media.raster.palette import edge_color, lab_of
from media.raster.pixels import Image, clamped, on_areas, on_colours, split

#: What a dichromat sees, on linear RGB: Machado, Oliveira and Fernandes, 2009, severity 1.0 (0.6 for the anomalies).
COLORBLIND: dict[str, list[list[float]]] = {
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
    "deuteranomaly": [[0.547494, 0.607765, -0.155259], [0.181692, 0.781742, 0.036566], [-0.010410, 0.027275, 0.983136]],
    "tritanomaly": [[1.104996, -0.046633, -0.058363], [-0.032137, 0.971635, 0.060503], [0.001336, 0.317922, 0.680742]],
    "cone_monochromacy": [[0.01775, 0.10945, 0.87262]] * 3,
    "rod_monochromacy": [[0.212656, 0.715158, 0.072186]] * 3,
}


def _on_light(image: Image, matrix: list[list[float]]) -> Image:
    """A matrix applied to linear light."""

    def seen(colours: Image) -> Image:
        return colours.colourspace("scrgb").recomb(matrix).copy(interpretation="scrgb").colourspace("srgb")

    return on_colours(image, seen)


@operation(price=5, reads=unchanged)
def simulate_colorblind(image: Image, condition: Annotated[str, Choice(tuple(COLORBLIND))] = "deuteranopia") -> Image:
    """Show the picture as someone with a colour vision deficiency sees it."""
    return _on_light(image, COLORBLIND[condition])


STRIPE_PERIOD = 8


@operation(price=18)
def assist_colorblind(
    image: Image,
    strength: Annotated[int, Int(1, 100)] = 10,
    method: Annotated[str, Choice(("stripes", "xray"))] = "stripes",
) -> Image:
    """Tell red from green by stripes of two directions, or with xray by shifting what is lost into blue."""
    if method == "xray":
        return _daltonized(image)

    def striped(colours: Image) -> Image:
        lab = colours.colourspace("lab")
        grid = pyvips.Image.xyz(image.width, image.height)
        falling = ((grid[0] + grid[1]) % STRIPE_PERIOD < STRIPE_PERIOD / 2).ifthenelse(1, -1)
        across = grid[0] - grid[1] + image.height * STRIPE_PERIOD
        rising = (across % STRIPE_PERIOD < STRIPE_PERIOD / 2).ifthenelse(1, -1)
        pattern = (lab[1] > 0).ifthenelse(falling, rising)
        depth = clamped(lab[1].abs() / 40) * (strength * 0.6)
        return (lab[0] + pattern * depth).bandjoin([lab[1], lab[2]]).copy(interpretation="lab").colourspace("srgb")

    return on_colours(image, striped)


def _daltonized(image: Image) -> Image:
    """Fidaner, Lin and Ozguven, 2005: the difference a deuteranope misses is added to green and blue."""
    seen = split(_on_light(image, COLORBLIND["deuteranopia"]))[0]
    shift = [[0, 0, 0], [0.7, 1, 0], [0.7, 0, 1]]
    return on_colours(image, lambda colours: colours + (colours - seen).recomb(shift))


#: Tones within this distance (Lab) of the background count as background.
THEME_REACH = 25.0


@operation(price=75)
def theme(
    image: Image, color: Paint = BLACK, photosensitivity: Annotated[int, Int(0, 200)] = 100, *, first: First
) -> Image:
    """Give the picture another background colour as a change from light to dark mode does.

    The lightness of flat drawing is mirrored if the new background lies on the other side of grey; photographic
    texture is left alone the more, the higher ``photosensitivity`` is.
    """
    old, new = lab_of(edge_color(first)), lab_of(color)
    mirrored = (old[0] - 50) * (new[0] - 50) < 0

    def themed(colours: Image) -> Image:
        lab = colours.colourspace("lab")
        light = 100 - lab[0] if mirrored else lab[0]
        base = 100 - old[0] if mirrored else old[0]
        away = (lab - old) ** 2
        near = clamped(2 - (away[0] + away[1] + away[2]) ** 0.5 / THEME_REACH)
        moved = (light + near * (new[0] - base)).bandjoin(
            [lab[1] + near * (new[1] - old[1]), lab[2] + near * (new[2] - old[2])]
        )
        flat = _flatness(lab[0], photosensitivity)
        return (moved * flat + lab * (1 - flat)).copy(interpretation="lab").colourspace("srgb")

    return on_areas(image, themed)


def _flatness(light: Image, photosensitivity: int) -> Image:
    """1 where neighbouring tones are equal or jump as drawings do, towards 0 in photographic texture."""
    mean = light.gaussblur(4)
    texture = ((light - mean) ** 2).gaussblur(4) ** 0.5
    is_soft = clamped(texture / 4) * clamped(2 - texture / 12)
    return 1 - clamped(is_soft * (photosensitivity / 100))
