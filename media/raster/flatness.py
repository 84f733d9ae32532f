"""How flat a picture is, and of how many colours: what tells drawings, screens and letters from photographs."""

import numpy as np
import pyvips

from media.raster.pixels import Image, with_alpha

#: A larger picture is looked at through this many tiles across and down, of this side.
TILES, TILE = 8, 64
#: Rows of a picture whose colours are counted at once.
ROWS_AT_ONCE = 256


def tiled(image: Image) -> Image:
    """Tiles from all over the picture, side by side, at full size; a small picture as it is."""
    across, down = (1 if side <= TILES * TILE else TILES for side in (image.width, image.height))
    width, height = (image.width if across == 1 else TILE), (image.height if down == 1 else TILE)
    lefts = np.linspace(0, image.width - width, across).astype(int)
    tops = np.linspace(0, image.height - height, down).astype(int)
    tiles = [image.crop(int(left), int(top), width, height) for top in tops for left in lefts]
    return pyvips.Image.arrayjoin(tiles, across=across).copy_memory()


def flatness(image: Image) -> float:
    """The share (0…1) of visible pixels that are what their right and their lower neighbour are.

    Measured: photographs at most 0.36, drawings and screens from 0.5 on.
    """
    seen = _packed(tiled(image))
    here = seen[:-1, :-1]
    is_flat = (here == seen[1:, :-1]) & (here == seen[:-1, 1:])
    is_visible = here & 255 > 0
    count = int(is_visible.sum())
    return float((is_flat & is_visible).sum() / count) if count else 1.0


def has_few_colors(image: Image, most: int) -> bool:
    """Whether the picture shows at most ``most`` colours, alpha counted among them, the invisible ones as one."""
    found = np.empty(0, np.uint32)
    for top in range(0, image.height, ROWS_AT_ONCE):
        part = image.crop(0, top, image.width, min(ROWS_AT_ONCE, image.height - top))
        found = np.union1d(found, np.unique(_packed(part)))
        if len(found) > most:
            return False
    return True


def _packed(image: Image) -> np.ndarray:
    """One number for a pixel, the alpha lowest; 0 for all that is invisible."""
    pixels = np.asarray(with_alpha(image).numpy(), dtype=np.uint32).reshape(image.height, image.width, 4)
    packed = pixels[..., 0] << 24 | pixels[..., 1] << 16 | pixels[..., 2] << 8 | pixels[..., 3]
    return np.where(pixels[..., 3] > 0, packed, 0)
