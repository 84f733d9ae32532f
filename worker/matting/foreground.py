"""Foreground colours: what the subject's colour is where the old background shines through its edge.

A photo is ``I = αF + (1−α)B``. Smooth guesses of F and B come from the surrounding sure pixels, by weighted averages
over growing windows (Gortler's push-pull on a pyramid); the photo's own detail is then given back to F by the least
correction that explains I (as in Forte, Pitié: Approximate Fast Foreground Colour Estimation, ICIP 2021).
"""

import numpy as np
import pyvips

from worker.matting.raster import Bytes, Floats, from_vips, resize, resize_vips, to_vips

#: Guesses vary slowly: they are made at this many pixels and enlarged.
GUESS_MAX_PIXELS = 1_048_576
#: Sure pixels dominate a guess by this power of their alpha (at 4 a guess takes in four times the error).
SURENESS = 24
TINY = 1e-6


def clean_foreground(rgb: Bytes, matte: Bytes) -> Bytes:
    """H×W×3 colours of the subject alone, continued smoothly under the transparent part.

    Opaque pixels keep their colour to the bit; where ``matte`` is 0 the colour is the nearest subject's, so that JPEG
    blocks and resampling find no old background to mix in.
    """
    if matte.min() == 255 or not matte.any():
        return rgb if matte.any() else np.zeros_like(rgb)
    height, width = matte.shape
    scale = min(1.0, (GUESS_MAX_PIXELS / (height * width)) ** 0.5)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    small = resize(rgb, *size).astype(np.float32)
    alpha = resize(matte, *size).astype(np.float32) / 255
    guesses = [_spread(small, alpha**SURENESS), _spread(small, (1 - alpha) ** SURENESS)]
    front, back = (resize_vips(to_vips(guess), width, height, "linear") for guess in guesses)
    return _corrected(rgb, matte, front, back)


def _corrected(rgb: Bytes, matte: Bytes, front: pyvips.Image, back: pyvips.Image) -> Bytes:
    image, alpha = to_vips(rgb), to_vips(matte) / 255
    rest = 1 - alpha
    unexplained = image - front * alpha - back * rest
    colour = front + unexplained * (alpha / (alpha * alpha + rest * rest))
    return np.asarray(from_vips(colour.rint().cast("uchar")))


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
