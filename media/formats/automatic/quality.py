"""``auto`` quality: the lowest encoder quality at which this picture still looks right.

A bounded perceptual search. A sample of the picture, sixteen tiles from all over it, is encoded at most
``ROUNDS`` times; the structural similarity of its brightness (SSIM on 8×8 blocks: Wang, Bovik, Sheikh and Simoncelli,
2004) says whether to go lower or higher. Targets and bounds are measured on photographs, a page of text and a logo, so
that a photograph of middling detail gets about JPEG 80 for "good": smooth pictures get less, fine patterns more.
The search costs 5 to 15 ms of CPU whatever the size of the picture; animations take the middle of the bounds.
"""

from dataclasses import dataclass

import numpy as np
import pyvips

from media.formats.table import FORMATS, Format
from media.language.params import WHITE
from media.raster.picture import Picture
from media.raster.pixels import Image, flatten

DEFAULT_LEVEL = "good"
#: The similarity each level must keep.
TARGETS = {"best": 0.984, "good": 0.973, "eco": 0.962, "low": 0.945}


@dataclass(frozen=True, slots=True)
class Bounds:
    """The encoder qualities between which a level is searched."""

    low: int
    high: int

    @property
    def middle(self) -> int:
        return (self.low + self.high + 1) // 2


BOUNDS: dict[str, dict[str, Bounds]] = {
    "jpg": {"best": Bounds(82, 94), "good": Bounds(66, 88), "eco": Bounds(56, 78), "low": Bounds(44, 66)},
    "webp": {"best": Bounds(80, 92), "good": Bounds(66, 86), "eco": Bounds(54, 76), "low": Bounds(40, 62)},
    "avif": {"best": Bounds(64, 80), "good": Bounds(50, 68), "eco": Bounds(42, 58), "low": Bounds(32, 50)},
}
ROUNDS = 3
TILES, TILE = 4, 32
BLOCK = 8
#: The constants of SSIM for values 0…255.
STABLE_MEAN, STABLE_SPREAD = (0.01 * 255) ** 2, (0.03 * 255) ** 2


def encoder_quality(picture: Picture, row: Format, quality: int | str) -> int:
    """The encoder's own number for 1..100 or an automatic level; 0 leaves the format's default."""
    if isinstance(quality, int):
        return quality
    level = quality.partition(":")[2] or DEFAULT_LEVEL
    row = FORMATS[row.scale or row.name]
    if row.name not in BOUNDS:
        return 0
    bounds = BOUNDS[row.name][level]
    return bounds.middle if picture.is_animated else _search(sample(picture.frames[0]), row, bounds, TARGETS[level])


def sample(image: Image) -> Image:
    """Tiles from all over the picture, side by side; a small picture as it is."""
    opaque = flatten(image, WHITE)
    if opaque.width <= TILES * TILE or opaque.height <= TILES * TILE:
        return opaque.crop(0, 0, min(opaque.width, TILES * TILE), min(opaque.height, TILES * TILE)).copy_memory()
    lefts, tops = (np.linspace(0, side - TILE, TILES).astype(int) for side in (opaque.width, opaque.height))
    tiles = [opaque.crop(int(left), int(top), TILE, TILE) for top in tops for left in lefts]
    return pyvips.Image.arrayjoin(tiles, across=TILES).copy_memory()


def _search(seen: Image, row: Format, bounds: Bounds, target: float) -> int:
    original = brightness(seen)
    low, high = bounds.low, bounds.high
    for _ in range(ROUNDS):
        middle = (low + high) // 2
        body = seen.write_to_buffer(f".{row.name}", Q=middle, keep="none", **row.options)
        if similarity(original, brightness(pyvips.Image.new_from_buffer(body, ""))) >= target:
            high = middle
        else:
            low = middle + 1
    return high


def brightness(image: Image) -> np.ndarray:
    # numpy() drops dimensions of one pixel.
    return np.asarray(image.colourspace("b-w")[0].numpy(), dtype=np.float32).reshape(image.height, image.width)


def similarity(first: np.ndarray, second: np.ndarray) -> float:
    """Mean SSIM over 8×8 blocks of two equally sized pictures of brightness; 1 if they are equal."""
    a, b = _blocks(first), _blocks(second)
    mean_a, mean_b = a.mean(axis=1), b.mean(axis=1)
    spread_a, spread_b = a.var(axis=1), b.var(axis=1)
    together = ((a - mean_a[:, None]) * (b - mean_b[:, None])).mean(axis=1)
    likeness = (2 * mean_a * mean_b + STABLE_MEAN) * (2 * together + STABLE_SPREAD)
    return float((likeness / ((mean_a**2 + mean_b**2 + STABLE_MEAN) * (spread_a + spread_b + STABLE_SPREAD))).mean())


def _blocks(values: np.ndarray) -> np.ndarray:
    """n × 64; a picture smaller than a block is one block."""
    height, width = values.shape[0] // BLOCK * BLOCK, values.shape[1] // BLOCK * BLOCK
    if not height or not width:
        return values.reshape(1, -1)
    grid = values[:height, :width].reshape(height // BLOCK, BLOCK, width // BLOCK, BLOCK)
    return grid.swapaxes(1, 2).reshape(-1, BLOCK * BLOCK)
