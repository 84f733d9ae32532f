"""The guided filter: a map follows the edges of a photo (He, Sun, Tang: Guided Image Filtering, ECCV 2010).

Within every window the map is a linear function of the colours, ``a·rgb + b``. The coefficients are computed at a
small size and applied to the photo at full size (He, Sun: Fast Guided Filter, 2015), which is what makes an edge
found at network size sharp at the photo's size.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyvips
from scipy import ndimage  # type: ignore[import-untyped]

from worker.matting.raster import Bytes, Floats, from_vips, resize_vips, to_vips

#: The mean difference of a map and its target over a window that is a change of edges, and that is a fault.
STRAYS_FROM, STRAYS_AT = 0.3, 0.5


@dataclass(frozen=True, slots=True)
class Coefficients:
    """A map as a linear function of a photo's colours, pixel by pixel.

    ``slope`` h×w×3 and ``offset`` h×w: the map is ``slope·rgb/255 + offset``.
    """

    slope: Floats
    offset: Floats


def fit(guide: Bytes, target: Floats, *, radius: int, smoothness: float) -> Coefficients:
    """Coefficients that carry ``target`` (h×w, 0…1) over to ``guide`` (h×w×3).

    ``radius`` is the window's, in pixels; ``smoothness`` is the colour variance (0…1 squared) below which a window
    counts as flat.
    """
    # In single precision the determinant of a grey area cancels to nothing.
    colour, target = guide.astype(np.float64) / 255, target.astype(np.float64)

    def mean(values: Floats) -> Floats:
        return ndimage.uniform_filter(values, (2 * radius + 1, 2 * radius + 1), mode="nearest")

    average = [mean(colour[..., band]) for band in range(3)]
    level = mean(target)
    covariance = {
        (i, j): mean(colour[..., i] * colour[..., j]) - average[i] * average[j] + (smoothness if i == j else 0)
        for i, j in ((0, 0), (0, 1), (0, 2), (1, 1), (1, 2), (2, 2))
    }
    joint = [mean(colour[..., band] * target) - average[band] * level for band in range(3)]
    slope = _solve_symmetric(covariance, joint)
    offset = level - sum(a * m for a, m in zip(slope, average, strict=True))
    smooth = np.stack([mean(a) for a in slope], axis=-1)
    return Coefficients(smooth.astype(np.float32), mean(offset).astype(np.float32))


def held(coefficients: Coefficients, guide: Bytes, target: Floats, *, radius: int) -> Coefficients:
    """``coefficients`` that give ``target`` itself wherever their map strays from it over a whole neighbourhood.

    A window may move an edge to where colours change; a region that it takes away or adds is a fault.
    """
    side = 2 * radius + 1
    astray = ndimage.uniform_filter(np.clip(apply(coefficients, guide), 0, 1) - target, side, mode="nearest")
    share = np.clip((np.abs(astray) - STRAYS_FROM) / (STRAYS_AT - STRAYS_FROM), 0, 1)
    share = ndimage.maximum_filter(share, side)
    slope = (1 - share[..., None]) * coefficients.slope
    offset = (1 - share) * coefficients.offset + share * target
    return Coefficients(slope.astype(np.float32), offset.astype(np.float32))


def apply(coefficients: Coefficients, photo: Bytes) -> Floats:
    """The map at the size of ``photo`` (H×W×3), not clipped to 0…1."""
    return np.asarray(from_vips(spread(coefficients, to_vips(photo)))[..., 0])


def spread(coefficients: Coefficients, photo: pyvips.Image) -> pyvips.Image:
    """The map at the size of ``photo``, not clipped to 0…1, computed where it is read."""
    slope = resize_vips(to_vips(coefficients.slope / 255), photo.width, photo.height, "linear")
    offset = resize_vips(to_vips(coefficients.offset), photo.width, photo.height, "linear")
    bands = (slope * photo).bandsplit()
    return (bands[0] + bands[1] + bands[2] + offset).cast("float")


def enlarge(guide: Bytes, target: Floats, photo: pyvips.Image, *, radius: int, smoothness: float) -> pyvips.Image:
    """``target`` at the size of ``photo``: its detail follows the colours, what colours do not explain is kept."""
    fitted = fit(guide, target, radius=radius, smoothness=smoothness)
    unexplained = target - apply(fitted, guide)
    return spread(Coefficients(fitted.slope, (fitted.offset + unexplained).astype(np.float32)), photo)


def _solve_symmetric(matrix: Mapping[tuple[int, int], Floats], right: Sequence[Floats]) -> list[Floats]:
    """One 3×3 symmetric system per pixel, by the adjugate."""
    a, b, c = matrix[0, 0], matrix[0, 1], matrix[0, 2]
    d, e, f = matrix[1, 1], matrix[1, 2], matrix[2, 2]
    minors = (d * f - e * e, c * e - b * f, b * e - c * d, a * f - c * c, b * c - a * e, a * d - b * b)
    determinant = a * minors[0] + b * minors[1] + c * minors[2]
    # A window without a solution is flat: one that is not a number would spread through the means.
    scale = np.divide(1, determinant, out=np.zeros_like(determinant), where=determinant > 0)
    r, g, s = right
    return [
        (minors[0] * r + minors[1] * g + minors[2] * s) * scale,
        (minors[1] * r + minors[3] * g + minors[4] * s) * scale,
        (minors[2] * r + minors[4] * g + minors[5] * s) * scale,
    ]
