"""Foreground colours: what the subject's colour is where the old background shines through its edge.

A photo is ``I = αF + (1−α)B``. Smooth guesses of F and B come from the surrounding sure pixels, by weighted averages
over growing windows (Gortler's push-pull on a pyramid); the photo's own detail is then given back to F by the least
correction that explains I (as in Forte, Pitié: Approximate Fast Foreground Colour Estimation, ICIP 2021).
"""

import numpy as np

from worker.matting.photo import bounded
from worker.matting.raster import Bytes, Floats, Points, resize, resize_vips, to_vips
from worker.matting.tiles import reader, tiles

#: Guesses vary slowly: they are made at this many pixels and enlarged. A picture of hair keeps 0.11 of its colour error
#: if guesses have half its sides, 0.03 if they have all; that is an eighth of a second at 4 megapixels.
GUESS_MAX_PIXELS = 65_536
#: Sure pixels dominate a guess by this power of their alpha (at 4 a guess takes in four times the error).
SURENESS = 24
TINY = 1e-6


def clean_foreground(rgb: Bytes, matte: Bytes, small: Bytes) -> Bytes:
    """H×W×3 colours of the subject alone, continued smoothly under the transparent part.

    Opaque pixels keep their colour to the bit; where ``matte`` is 0 the colour is the nearest subject's, so that JPEG
    blocks and resampling find no old background to mix in. ``small`` is ``rgb`` at a smaller size.
    """
    if not matte.any():
        return np.zeros_like(rgb)
    height, width = matte.shape
    size = bounded(width, height, GUESS_MAX_PIXELS)
    colour, alpha = resize(small, *size).astype(np.float32), resize(matte, *size).astype(np.float32) / 255
    front, back = (_spread(colour, sureness) for sureness in (alpha**SURENESS, (1 - alpha) ** SURENESS))
    continued = resize_vips(to_vips(np.rint(front).astype(np.uint8)), width, height, "linear")
    read, cleaned = reader(continued), rgb.copy()
    for tile in tiles(width, height):
        pixels, covered = cleaned[tile.place], matte[tile.place]
        if not covered.any():
            pixels[:] = read(tile)
        elif covered.min() < 255:
            hidden = covered == 0
            pixels[hidden] = read(tile)[hidden]
            rows, columns = np.nonzero((covered > 0) & (covered < 255))
            at = Points(rows + tile.top, columns + tile.left, width, height)
            pixels[rows, columns] = _corrected(pixels[rows, columns], covered[rows, columns], at.of(front), at.of(back))
    return cleaned


def _corrected(colour: Bytes, matte: Bytes, front: Floats, back: Floats) -> Bytes:
    """The colours (n×3) of half-transparent pixels, with the photo's detail."""
    alpha = matte[:, None] / np.float32(255)
    rest = 1 - alpha
    unexplained = colour - front * alpha - back * rest
    corrected = front + unexplained * (alpha / (alpha * alpha + rest * rest))
    return np.rint(np.clip(corrected, 0, 255)).astype(np.uint8)


def _spread(colour: Floats, weight: Floats) -> Floats:
    """Weighted averages of ``colour`` (h×w×3): near where weight is dense, from further away where it is thin."""
    height, width = weight.shape
    if max(height, width) <= 2:
        total = weight.sum()
        mean = (colour * weight[..., None]).sum(axis=(0, 1)) / (total + TINY)
        return np.broadcast_to(mean, colour.shape).astype(np.float32)
    half = ((width + 1) // 2, (height + 1) // 2)
    coarse_weight = resize(weight, *half)
    coarse_colour = resize(colour * weight[..., None], *half) / (coarse_weight[..., None] + TINY)
    # Averages of a few pixels are as sure as one: saturate, so that a thin edge does not vanish up the pyramid.
    coarse = _spread(coarse_colour, np.minimum(1, coarse_weight * 4).astype(np.float32))
    share = weight[..., None]
    return np.asarray(share * colour + (1 - share) * resize(coarse, width, height), np.float32)
