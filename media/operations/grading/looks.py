"""Named looks, by any share: Uploadcare's photo filters.

The vendor does not publish its recipes, and its names mean nothing; ours are rows of the same treatment as the art
filters', a round through moods: warm, cool, faded, vivid, monochrome. Half a look lies half way to it, a negative share
on the other side of the picture.
"""

from typing import Annotated

from media.language.params import Choice, Int
from media.operations.art_filter import ArtFilter, treated
from media.operations.registry import operation
from media.raster.pixels import Image, on_colours, split

#: Fields: saturation, contrast, middle tones; the tones of black and white and how far they are reached; faded black,
#: vignette, glow, all in percent.
LOOKS: dict[str, ArtFilter] = {
    "adaris": ArtFilter(saturation=-30, contrast=15, dark="1b2430", light="f4efe2", tone=45),
    "briaril": ArtFilter(saturation=25, gamma=10, dark="2a0f1c", light="fff0e0", tone=40),
    "calarel": ArtFilter(saturation=-15, gamma=15, dark="13233d", light="fdf6ea", tone=50, fade=5),
    "carris": ArtFilter(saturation=-100, contrast=40, dark="0b0b0d", light="fbfaf6", tone=35, vignette=15),
    "cynarel": ArtFilter(saturation=10, contrast=10, dark="0a2a2a", light="f0fff4", tone=50),
    "cyren": ArtFilter(saturation=15, contrast=5, dark="06203a", light="eafcff", tone=60),
    "elmet": ArtFilter(saturation=-45, contrast=20, dark="241a10", light="f6ead2", tone=55, vignette=20),
    "elonni": ArtFilter(saturation=-20, gamma=25, dark="33283a", light="fff4fa", tone=45, fade=8),
    "enzana": ArtFilter(saturation=35, contrast=15, dark="2b1503", light="fff3c9", tone=45),
    "erydark": ArtFilter(saturation=-60, contrast=35, gamma=-20, dark="050508", light="d8dde6", tone=60, vignette=40),
    "fenralan": ArtFilter(saturation=-10, contrast=10, dark="1d2d18", light="f7fadf", tone=55),
    "ferand": ArtFilter(saturation=20, contrast=-5, dark="3a1f10", light="ffe9d6", tone=50, fade=6),
    "galen": ArtFilter(saturation=-35, contrast=-5, dark="2a2f36", light="f3f6f8", tone=50, fade=10),
    "gavin": ArtFilter(saturation=-80, contrast=15, dark="20160c", light="f3e4c4", tone=70),
    "gethriel": ArtFilter(saturation=30, gamma=15, dark="200a36", light="fdeaff", tone=45),
    "iorill": ArtFilter(saturation=-25, gamma=20, dark="1a3040", light="fff8e8", tone=45, fade=4),
    "iothari": ArtFilter(saturation=40, contrast=20, dark="05142e", light="fff6da", tone=40),
    "iselva": ArtFilter(saturation=10, gamma=20, dark="16301f", light="fdfff0", tone=40, fade=4),
    "jadis": ArtFilter(saturation=-50, contrast=25, gamma=10, dark="0c1f33", light="f3fbff", tone=60),
    "lavra": ArtFilter(saturation=15, gamma=10, dark="301030", light="fff0f6", tone=50, fade=5),
    "misiara": ArtFilter(saturation=-15, contrast=-10, dark="3a2a2a", light="fff3ec", tone=50, fade=12),
    "namala": ArtFilter(saturation=25, contrast=10, dark="331402", light="ffefb8", tone=55),
    "nerion": ArtFilter(saturation=-100, contrast=20, gamma=10, dark="101820", light="eef4fa", tone=55),
    "nethari": ArtFilter(saturation=-20, contrast=25, dark="1c0d22", light="f3ecff", tone=50, vignette=15),
    "pamaya": ArtFilter(saturation=45, gamma=15, dark="2a0a14", light="fffbe0", tone=30),
    "sarnar": ArtFilter(saturation=-40, contrast=10, dark="2e2212", light="f0e2c0", tone=65, fade=5),
    "sedis": ArtFilter(saturation=-100, contrast=-5, dark="2b1f14", light="f6e8cf", tone=75, fade=8),
    "sewen": ArtFilter(saturation=20, contrast=15, dark="062033", light="f2ffe6", tone=45),
    "sorahel": ArtFilter(saturation=15, gamma=25, dark="40241a", light="fff7ea", tone=35, fade=6),
    "sorlen": ArtFilter(saturation=-30, contrast=30, dark="0a1410", light="ecf3e4", tone=50, vignette=25),
    "tarian": ArtFilter(saturation=-10, contrast=20, gamma=-10, dark="11100e", light="f2e9d8", tone=45),
    "thellassan": ArtFilter(saturation=25, contrast=5, dark="002b3d", light="e6fbff", tone=65),
    "varriel": ArtFilter(saturation=-65, contrast=10, gamma=15, dark="262b3a", light="fdf3e3", tone=60),
    "varven": ArtFilter(saturation=5, contrast=35, dark="120806", light="fff4e4", tone=40, vignette=20),
    "vevera": ArtFilter(saturation=35, contrast=-5, gamma=10, dark="1a2f0c", light="fcffd8", tone=45),
    "virkas": ArtFilter(saturation=-55, contrast=30, dark="160a0a", light="f2e0d6", tone=60, vignette=30),
    "yedis": ArtFilter(saturation=10, contrast=-10, gamma=20, dark="3d3320", light="fffbe8", tone=50, fade=10),
    "yllara": ArtFilter(saturation=20, gamma=20, dark="2c1440", light="fff2fb", tone=55, fade=4),
    "zatvel": ArtFilter(saturation=-100, contrast=60, dark="000000", light="f8f8f8", tone=50, vignette=30),
    "zevcen": ArtFilter(saturation=-5, contrast=15, dark="0d1b3a", light="ffefd0", tone=70, fade=4),
}


@operation(price=28)
def look(
    image: Image,
    name: Annotated[str, Choice(tuple(LOOKS))],
    amount: Annotated[int, Int(-100, 200)] = 100,
) -> Image:
    """Colour the picture by the look of that name, wholly at 100; below zero by its opposite."""
    share = amount / 100
    changed = split(treated(image, LOOKS[name]))[0]
    return on_colours(image, lambda colours: colours + (changed.cast("float") - colours) * share)
