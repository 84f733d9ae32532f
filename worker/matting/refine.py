"""Saliency map → trimap → matte at the photo's size."""

from dataclasses import dataclass

import numpy as np
from scipy import ndimage  # type: ignore[import-untyped]

from media.cutout import CutoutOptions
from worker.matting import closed_form, guided
from worker.matting.photo import bounded
from worker.matting.raster import Bools, Bytes, Floats, resize

#: Default edges: the guided filter's coefficients are computed at no more than this many pixels …
GUIDE_MAX_PIXELS = 262_144
#: … in windows of this many pixels of the saliency map to either side.
GUIDE_MAP_PIXELS = 2
GUIDE_SMOOTHNESS = 3e-5
#: A network hesitates at both ends of its range: what is beyond these is sure.
SURE_BACKGROUND, SURE_SUBJECT = 0.25, 0.75
#: Fine edges: saliency is unknown between these …
UNKNOWN_FROM, UNKNOWN_TO = 0.03, 0.97
#: … and so far around, in pixels of the saliency map (rembg's names for the same when a client gives its own).
BAND_MAP_PIXELS = 0.5
REMBG_FOREGROUND, REMBG_BACKGROUND, REMBG_ERODE = 240, 10, 10
#: How strongly the network's answer holds the matte against its colours: more where it is sure (squared).
PRIOR_WEIGHT, LEAST_PRIOR_WEIGHT = 5e-4, 3e-4
#: A solution is carried from the matting size to the photo's in windows of one pixel to either side.
ENLARGE_RADIUS, ENLARGE_SMOOTHNESS = 1, 1e-5


@dataclass(frozen=True, slots=True)
class Trimap:
    """Where the edge is: sure ``subject``, ``unknown`` band; the rest is sure background. Both h×w."""

    subject: Bools
    unknown: Bools


def default_matte(rgb: Bytes, saliency: Floats) -> Floats:
    """Edge-aware upsampling of ``saliency`` (h×w) to the photo's size: H×W, 0…1."""
    level = _followed(rgb, saliency)
    return np.clip((level - SURE_BACKGROUND) / (SURE_SUBJECT - SURE_BACKGROUND), 0, 1)


def _followed(rgb: Bytes, saliency: Floats) -> Floats:
    """``saliency`` at the size of ``rgb``, following its colours."""
    height, width = rgb.shape[:2]
    small = bounded(width, height, GUIDE_MAX_PIXELS)
    target = resize(saliency, *small, kernel="cubic")
    radius = max(1, round(GUIDE_MAP_PIXELS * max(small) / max(saliency.shape)))
    coefficients = guided.fit(resize(rgb, *small), target, radius=radius, smoothness=GUIDE_SMOOTHNESS)
    return guided.apply(coefficients, rgb)


def fine_matte(
    rgb: Bytes, saliency: Floats, default: Floats, region: Bools, options: CutoutOptions, *, max_pixels: int
) -> Floats:
    """Closed-form matting inside the unknown band, where ``region`` (h×w) allows it; ``default`` (H×W) elsewhere.

    Solved at no more than ``max_pixels`` pixels, then carried to the photo's size by its colours.
    """
    height, width = default.shape
    small = matting_size(width, height, options.base_size, max_pixels)
    colour = resize(rgb, *small)
    bands = trimap(saliency, *small, options, source_pixel=small[0] / width)
    allowed = resize(region.astype(np.float32), *small) > 0.5
    unknown = bands.unknown & allowed
    known = np.where(allowed, bands.subject, resize(default, *small))
    start = np.where(unknown, np.clip(_followed(colour, saliency), 0, 1), known)
    solved = closed_form.solve(colour / np.float32(255), start, unknown, _prior_weight(resize(saliency, *small)))
    if small == (width, height):
        return solved
    fine = guided.enlarge(colour, solved, rgb, radius=ENLARGE_RADIUS, smoothness=ENLARGE_SMOOTHNESS)
    share = resize(unknown.astype(np.float32), width, height)
    return np.asarray(share * fine + (1 - share) * default, np.float32)


def _prior_weight(saliency: Floats) -> Floats:
    return np.maximum(PRIOR_WEIGHT * (2 * saliency - 1) ** 2, LEAST_PRIOR_WEIGHT)


def matting_size(width: int, height: int, base_size: int, max_pixels: int) -> tuple[int, int]:
    """Of the photo's proportions, at most ``max_pixels`` pixels and ``base_size`` on the longer side (0 = any)."""
    width, height = bounded(width, height, max_pixels)
    scale = min(1.0, base_size / max(width, height)) if base_size else 1.0
    return max(1, round(width * scale)), max(1, round(height * scale))


def trimap(saliency: Floats, width: int, height: int, options: CutoutOptions, *, source_pixel: float) -> Trimap:
    """Split ``saliency``, enlarged to ``width`` × ``height``; ``source_pixel`` is the size of a source pixel there.

    Thresholds and erosion that a client gave are rembg's: both sure regions eroded by a square in source pixels,
    rembg's defaults for those it left out.
    """
    level = resize(saliency, width, height, kernel="cubic")
    if options.foreground_threshold is None and options.background_threshold is None and options.erode is None:
        reach = BAND_MAP_PIXELS * max(width, height) / max(saliency.shape)
        return _split(level > UNKNOWN_TO, level < UNKNOWN_FROM, 2 * round(reach) + 1)
    above = REMBG_FOREGROUND if options.foreground_threshold is None else options.foreground_threshold
    below = REMBG_BACKGROUND if options.background_threshold is None else options.background_threshold
    erode = REMBG_ERODE if options.erode is None else options.erode
    return _split(level * 255 > above, level * 255 < below, max(1, round(erode * source_pixel)))


def _split(subject: Bools, background: Bools, side: int) -> Trimap:
    subject, background = _eroded(subject, side), _eroded(background, side)
    return Trimap(subject, ~(subject | background))


def _eroded(region: Bools, side: int) -> Bools:
    return np.asarray(ndimage.minimum_filter(region, side, mode="nearest"))


def hardened(matte: Floats) -> Floats:
    """Half-transparent regions wider than an edge become all or nothing; the edge itself stays soft."""
    reach = 2 * max(2, round(max(matte.shape) / 200)) + 1
    solid = matte >= 0.5
    inside = _eroded(solid, reach)
    outside = _eroded(~solid, reach)
    return np.where(inside, 1, np.where(outside, 0, matte)).astype(np.float32)
