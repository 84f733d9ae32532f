"""The filters of ``art`` as documented colour treatments.

Cloudinary does not publish its recipes; ours are rows of one treatment, after the mood of each name: saturation,
contrast and middle tones first, then black and white drawn towards two tones, then faded blacks and a vignette.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
import pyvips

from media.geometry import Size
from media.language.params import Choice, ColorKind
from media.operations.adjust import contrast, curved, gamma, saturation
from media.operations.effect import blurred, vignette
from media.operations.registry import operation
from media.raster.pixels import Image, on_colours, split


@dataclass(frozen=True, slots=True)
class ArtFilter:
    """One colour treatment.

    ``dark`` and ``light`` are the tones of black and white (hexadecimal), ``tone`` how far they are reached, %;
    ``fade`` lifts black, ``glow`` lays a soft copy over the picture, both in %.
    """

    saturation: int = 0
    contrast: int = 0
    gamma: int = 0
    dark: str = "000000"
    light: str = "ffffff"
    tone: int = 0
    fade: int = 0
    vignette: int = 0
    glow: int = 0


ART_FILTERS: dict[str, ArtFilter] = {
    "al_dente": ArtFilter(saturation=25, contrast=15, dark="2b1200", light="fff1cf", tone=45),
    "athena": ArtFilter(saturation=-35, contrast=10, gamma=10, dark="1d2433", light="fff4e0", tone=55, glow=15),
    "audrey": ArtFilter(saturation=-100, contrast=35, dark="12100e", light="fffaf0", tone=40),
    "aurora": ArtFilter(saturation=20, dark="2b0a4d", light="d6fff0", tone=60, fade=6),
    "daguerre": ArtFilter(saturation=-100, contrast=25, dark="20180f", light="e9dcc0", tone=85, vignette=45, fade=6),
    "eucalyptus": ArtFilter(saturation=-30, contrast=5, dark="10302a", light="f1f7e0", tone=55, fade=5),
    "fes": ArtFilter(saturation=15, contrast=10, dark="30100a", light="ffe9c4", tone=55, vignette=20),
    "frost": ArtFilter(saturation=-45, contrast=10, gamma=15, dark="0a2540", light="eef8ff", tone=65),
    "hairspray": ArtFilter(saturation=30, gamma=10, dark="3a0a35", light="ffe3f0", tone=50, glow=20),
    "hokusai": ArtFilter(saturation=-20, contrast=20, dark="0d2b5e", light="fbf0d8", tone=75),
    "incognito": ArtFilter(saturation=-100, contrast=55, dark="000000", light="f2f2f2", tone=40, vignette=50),
    "linen": ArtFilter(saturation=-25, contrast=-10, dark="3a332b", light="fff8ea", tone=55, fade=12),
    "peacock": ArtFilter(saturation=45, contrast=15, dark="00233a", light="f3ffe9", tone=45),
    "primavera": ArtFilter(saturation=30, gamma=20, dark="23301a", light="fff7ef", tone=40, glow=10),
    "quartz": ArtFilter(saturation=-20, gamma=15, dark="2e2238", light="fff0f4", tone=50, fade=6),
    "red_rock": ArtFilter(saturation=20, contrast=20, dark="3a0c05", light="ffe6cf", tone=60),
    "refresh": ArtFilter(saturation=15, contrast=10, gamma=15, dark="001a26", light="ffffff", tone=35),
    "sizzle": ArtFilter(saturation=50, contrast=30, dark="2a0500", light="fff0b8", tone=40, vignette=20),
    "sonnet": ArtFilter(saturation=-60, contrast=-5, dark="2b2118", light="fbeede", tone=60, fade=8, glow=15),
    "ukulele": ArtFilter(saturation=25, gamma=10, dark="0f2d33", light="fff2c9", tone=50, fade=6),
    "zorro": ArtFilter(saturation=-100, contrast=70, dark="000000", light="fff6e6", tone=60, vignette=35),
}


def _weight(size: Size, arguments: Mapping[str, Any]) -> float:
    return 65 if ART_FILTERS[arguments["name"]].glow else 24


@operation(price=_weight)
def art(image: Image, name: Annotated[str, Choice(tuple(ART_FILTERS))]) -> Image:
    """Colour the picture by a filter of that name: tones and contrast after the mood of the name."""
    return treated(image, ART_FILTERS[name])


def treated(image: Image, chosen: ArtFilter) -> Image:
    """The picture after one colour treatment."""
    picture = saturation(image, chosen.saturation) if chosen.saturation else image
    picture = contrast(gamma(picture, chosen.gamma), chosen.contrast)
    picture = curved(picture, _toned(chosen))
    picture = _glowing(picture, chosen.glow) if chosen.glow else picture
    return vignette(picture, chosen.vignette) if chosen.vignette else picture


def _toned(chosen: ArtFilter) -> Image:
    """The curve of each channel from the dark tone, lifted by the fade, to the light one."""
    share = chosen.tone / 100
    values = np.arange(256.0)
    dark, light = ColorKind().parse(chosen.dark), ColorKind().parse(chosen.light)
    ends = [(low * share, 255 - (255 - high) * share) for low, high in zip(dark.rgb, light.rgb, strict=True)]
    lift = chosen.fade * 2.55
    table = [low + lift + values * (high - low - lift) / 255 for low, high in ends]
    return pyvips.Image.new_from_array(np.stack(table, axis=1)[None].astype(np.float32))


def _glowing(image: Image, percent: int) -> Image:
    """A screen of a soft copy: bright areas bleed."""
    soft = split(blurred(image, max(image.width, image.height) / 60))[0]

    def screened(colours: Image) -> Image:
        dark = colours.invert() * soft.invert() / 255
        return colours * (1 - percent / 100) + (dark * -1 + 255) * (percent / 100)

    return on_colours(image, screened)
