"""Saliency map → trimap → matte at the photo's size."""

from dataclasses import dataclass

import numpy as np
from scipy import ndimage  # type: ignore[import-untyped]

from media.cutout import CutoutOptions
from worker.matting import closed_form, guided
from worker.matting.photo import bounded
from worker.matting.raster import Bools, Bytes, Floats, resize

#: Default edges: the guided filter's coefficients are computed at no more than this many pixels.
GUIDE_MAX_PIXELS = 262_144
GUIDE_SMOOTHNESS = 1e-4
#: What is left of the network's range after its hesitation at both ends is cut off.
SURE_BACKGROUND, SURE_SUBJECT = 0.1, 0.9
#: Fine edges: the unknown band reaches this far from the edge, as a share of the longer side …
BAND_SHARE = 0.012
#: … and at least this many pixels of the saliency map.
BAND_MAP_PIXELS = 2
#: How strongly the network's answer holds the matte where colours say nothing.
PRIOR_WEIGHT = 1e-3


@dataclass(frozen=True, slots=True)
class Trimap:
    """Where the edge is: ``sure`` subject, ``unknown`` band; the rest is background. Both h×w."""

    sure: Bools
    unknown: Bools


def default_matte(rgb: Bytes, saliency: Floats) -> Floats:
    """Edge-aware upsampling of ``saliency`` to the photo's size, H×W, 0…1."""
    height, width = rgb.shape[:2]
    small = bounded(width, height, GUIDE_MAX_PIXELS)
    target = resize(saliency, *small, kernel="cubic")
    radius = max(1, round(max(small) / max(saliency.shape)))
    coefficients = guided.fit(resize(rgb, *small), target, radius=radius, smoothness=GUIDE_SMOOTHNESS)
    return sharpen(guided.apply(coefficients, rgb))


def sharpen(level: Floats) -> Floats:
    return np.clip((level - SURE_BACKGROUND) / (SURE_SUBJECT - SURE_BACKGROUND), 0, 1)


def trimap(matte: Floats, options: CutoutOptions, *, map_pixel: float, scale: float) -> Trimap:
    """The unknown band of ``matte`` at matting size.

    ``map_pixel`` is the size of one pixel of the saliency map here; ``scale`` that of a source pixel. Thresholds and
    erosion that a client gave are rembg's: both sure regions eroded by a square of so many source pixels.
    """
    if options.foreground_threshold is None and options.background_threshold is None and options.erode is None:
        reach = max(BAND_MAP_PIXELS * map_pixel, BAND_SHARE * max(matte.shape))
        return _band(matte >= 0.95, matte <= 0.05, 2 * round(reach) + 1)
    above = 240 if options.foreground_threshold is None else options.foreground_threshold
    below = 10 if options.background_threshold is None else options.background_threshold
    erode = 10 if options.erode is None else options.erode
    return _band(matte * 255 > above, matte * 255 < below, round(erode * scale))


def _band(subject: Bools, background: Bools, side: int) -> Trimap:
    if side > 1:
        subject = _eroded(subject, side)
        background = _eroded(background, side)
    return Trimap(subject, ~(subject | background))


def _eroded(region: Bools, side: int) -> Bools:
    return np.asarray(ndimage.minimum_filter(region, side, mode="nearest"))


def fine_matte(
    rgb: Bytes, matte: Floats, region: Bools, options: CutoutOptions, *, map_pixel: float, max_pixels: int
) -> Floats:
    """Closed-form matting of ``matte`` (H×W) inside its unknown band, where ``region`` (h×w, any size) allows it.

    Solved at no more than ``max_pixels`` pixels; the solution is carried to the photo's size by its colours.
    """
    height, width = matte.shape
    small = bounded(width, height, max_pixels)
    if options.base_size:
        shrink = min(1.0, options.base_size / max(small))
        small = (max(1, round(small[0] * shrink)), max(1, round(small[1] * shrink)))
    colour, level = resize(rgb, *small), resize(matte, *small)
    scale = small[0] / width
    bands = trimap(level, options, map_pixel=map_pixel * scale, scale=scale)
    allowed = resize(region.astype(np.float32), *small) > 0.5
    unknown = bands.unknown & allowed
    known = np.where(allowed & ~bands.unknown, bands.sure.astype(np.float32), level)
    solved = closed_form.solve(colour.astype(np.float32) / 255, known, unknown, prior_weight=PRIOR_WEIGHT)
    if small == (width, height):
        return solved
    local = guided.fit(colour, solved, radius=1, smoothness=1e-5)
    fine = np.clip(guided.apply(local, rgb), 0, 1)
    weight = resize(unknown.astype(np.float32), width, height)
    return np.asarray(weight * fine + (1 - weight) * resize(known, width, height), np.float32)


def hardened(matte: Floats) -> Floats:
    """Half-transparent regions wider than an edge become all or nothing; the edge itself stays soft."""
    reach = 2 * max(2, round(max(matte.shape) / 200)) + 1
    solid = matte >= 0.5
    inside = _eroded(solid, reach)
    outside = _eroded(~solid, reach)
    return np.where(inside, 1, np.where(outside, 0, matte)).astype(np.float32)
