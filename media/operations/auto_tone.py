"""Tones judged from the picture: automatic contrast, colour, brightness; improvement and fill light."""

from typing import Annotated

import numpy as np
import pyvips

from media.language.params import Choice, Int
from media.operations.adjust import LUMA, curved, vibrance
from media.operations.arguments import First, Percent
from media.operations.recolor import mixed
from media.operations.registry import operation
from media.raster.pixels import Image

#: What an automatic stretch may clip at each end, as a share of the pixels.
CLIPPED_SHARE = 0.005
#: Automatic brightness aims at this mean of 0…1 and stays within these gammas.
WANTED_MEAN = 0.46
GAMMA_BOUNDS = (0.4, 2.5)
LOOKED_AT_SIDE = 256


def _values(image: Image) -> np.ndarray:
    """The colours of the visible pixels of a reduced copy: n×3, 0…255."""
    small = image.thumbnail_image(LOOKED_AT_SIDE, height=LOOKED_AT_SIDE, size="down")
    pixels = np.asarray(small.numpy(), dtype=float).reshape(-1, small.bands)
    visible = pixels[pixels[:, 3] > 127] if small.bands == 4 else pixels
    return visible[:, :3] if len(visible) else np.array([[0.0] * 3, [255.0] * 3])


def _curve(tables: np.ndarray) -> Image:
    """A look-up table of 256 rows with one column for all channels or one each, 0…255."""
    return pyvips.Image.new_from_array(np.clip(tables, 0, 255)[None, :, :].astype(np.float32))


def _stretch(values: np.ndarray) -> np.ndarray:
    low, high = np.quantile(values, CLIPPED_SHARE), np.quantile(values, 1 - CLIPPED_SHARE)
    if high - low < 2:
        return np.arange(256.0)[:, None]
    return ((np.arange(256.0) - low) * 255 / (high - low))[:, None]


@operation(price=8)
def auto_contrast(image: Image, blend: Percent = 100, *, first: First) -> Image:
    """Spread the tones over the whole range, all channels alike."""
    return mixed(image, curved(image, _curve(_stretch(_values(first)))), blend)


@operation(price=8)
def auto_color(image: Image, blend: Percent = 100, *, first: First) -> Image:
    """Spread every channel over the whole range, which takes colour casts away."""
    values = _values(first)
    tables = np.hstack([_stretch(values[:, band]) for band in range(3)])
    return mixed(image, curved(image, _curve(tables)), blend)


def _mean_tone(image: Image) -> float:
    return float(np.clip((_values(image) @ np.array(LUMA)).mean() / 255, 0.01, 0.99))


def _brightened(image: Image, mean: float, wanted: float) -> Image:
    power = float(np.clip(np.log(wanted) / np.log(mean), *GAMMA_BOUNDS))
    return curved(image, _curve((255 * (np.arange(256) / 255) ** power)[:, None]))


@operation(price=8)
def auto_brightness(image: Image, blend: Percent = 100, *, first: First) -> Image:
    """Move the mean brightness towards the middle."""
    return mixed(image, _brightened(image, _mean_tone(first), WANTED_MEAN), blend)


@operation(price=16)
def improve(
    image: Image,
    mode: Annotated[str, Choice(("outdoor", "indoor"))] = "outdoor",
    blend: Percent = 100,
    *,
    first: First,
) -> Image:
    """Improve contrast, brightness and colours; indoor also brightens shadows and takes a colour cast away."""
    values = _values(first)
    stretch = np.hstack([_stretch(values[:, band]) for band in range(3)])
    cast = 0.7 if mode == "indoor" else 0.25
    table = _stretch(values) * (1 - cast) + stretch * cast
    better = curved(image, _curve(0.6 * table + 0.4 * np.arange(256.0)[:, None]))
    if mode == "indoor":
        better = _filled(better, amount=0.35, bias=0)
    return mixed(image, vibrance(better, 20 if mode == "outdoor" else 10), blend)


def _filled(image: Image, *, amount: float, bias: int) -> Image:
    """Lift what is darker than the turning point, most at a third of the way to it."""
    tones = np.arange(256) / 255
    turning = 0.6 + bias / 100 * 0.4
    dark = np.clip(1 - tones / max(0.05, turning), 0, 1)
    return curved(image, _curve((255 * (tones + amount * dark**2 * np.sqrt(tones)))[:, None]))


@operation(price=5)
def fill_light(image: Image, blend: Percent = 100, bias: Annotated[int, Int(-100, 100)] = 0) -> Image:
    """Brighten the shadows; a higher bias reaches further into the bright tones."""
    return mixed(image, _filled(image, amount=0.5, bias=bias), blend)
