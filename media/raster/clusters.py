"""The mean colours of a picture, and each of its colours exchanged for the nearest of them."""

import numpy as np
import pyvips

from media.raster.pixels import Image

PALETTE_SIDE = 128
PALETTE_ROUNDS = 8


def clustered(colours: Image, count: int) -> np.ndarray:
    """``count`` mean colours of a reduced copy: k-means, started from the darkest to the lightest."""
    small = colours.thumbnail_image(PALETTE_SIDE, height=PALETTE_SIDE, size="down")
    pixels = np.asarray(small.numpy(), dtype=float).reshape(-1, 3)
    order = pixels[np.argsort(pixels.sum(axis=1), kind="stable")]
    means = order[np.linspace(0, len(order) - 1, count).round().astype(int)]
    for _ in range(PALETTE_ROUNDS):
        nearest = ((pixels[:, None, :] - means[None, :, :]) ** 2).sum(axis=2).argmin(axis=1)
        taken = [pixels[nearest == index] for index in range(count)]
        means = np.array([group.mean(axis=0) if len(group) else means[index] for index, group in enumerate(taken)])
    return means


def nearest_mean(colours: Image, means: np.ndarray) -> Image:
    """Every colour exchanged for the nearest mean, through a table of 32×32×32 colours."""
    steps = (np.arange(32) + 0.5) * 8
    blue, green, red = np.meshgrid(steps, steps, steps, indexing="ij")
    cells = np.stack([red, green, blue], axis=-1).reshape(-1, 3)
    nearest = np.array([((means - cell) ** 2).sum(axis=1).argmin() for cell in cells])
    table = pyvips.Image.new_from_array(means.round().astype(np.uint8)[nearest][None])
    cell = (colours / 8).floor().recomb([[1, 32, 1024]]).cast("ushort")
    return cell.maplut(table).copy(interpretation="srgb")
