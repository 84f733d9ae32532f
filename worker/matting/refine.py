"""Saliency map → trimap → matte at the photo's size."""

from dataclasses import dataclass

import numpy as np
import pyvips
from scipy import ndimage  # type: ignore[import-untyped]

from media.cutout import CutoutOptions
from worker.matting import closed_form, guided
from worker.matting.photo import bounded
from worker.matting.raster import Bools, Bytes, Floats, resize, resize_vips, to_vips
from worker.matting.tiles import draw, touched

#: Default edges: the guided filter's coefficients are computed at no more than this many pixels …
GUIDE_MAX_PIXELS = 262_144
#: … in windows of this many pixels of the saliency map to either side.
GUIDE_MAP_PIXELS = 2
GUIDE_SMOOTHNESS = 3e-5
#: So far, in pixels of the saliency map, a pixel of it is felt: twice through the windows, and by interpolation.
GUIDE_REACH = 2 * GUIDE_MAP_PIXELS + 2
#: A network hesitates at both ends of its range: what is beyond these is sure.
SURE_BACKGROUND, SURE_SUBJECT = 0.25, 0.75
#: A neighbourhood that is wholly beyond these stays sure, whatever its colours.
CALM_BACKGROUND, CALM_SUBJECT = 0.1, 0.9
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


def guide_size(width: int, height: int) -> tuple[int, int]:
    return bounded(width, height, GUIDE_MAX_PIXELS)


def followed(guide: Bytes, saliency: Floats) -> guided.Coefficients:
    """What makes ``saliency`` (h×w) follow the colours of ``guide``, the photo at its guide size."""
    height, width = guide.shape[:2]
    target = resize(saliency, width, height, kernel="cubic")
    radius = max(1, round(GUIDE_MAP_PIXELS * max(height, width) / max(saliency.shape)))
    fitted = guided.fit(guide, target, radius=radius, smoothness=GUIDE_SMOOTHNESS)
    return guided.held(fitted, guide, target, radius=radius)


def default_matte(photo: Bytes, saliency: Floats, coefficients: guided.Coefficients) -> Bytes:
    """Edge-aware upsampling of ``saliency`` to the size of ``photo`` by its ``coefficients``: H×W, 0…255."""
    height, width = photo.shape[:2]
    side = 2 * GUIDE_REACH + 1
    subject = ndimage.minimum_filter(saliency, side, mode="nearest") > CALM_SUBJECT
    background = ndimage.maximum_filter(saliency, side, mode="nearest") < CALM_BACKGROUND
    matte = np.zeros((height, width), np.uint8)
    for tile in touched(subject, width, height):
        matte[tile.place] = 255
    draw(matte, _default(to_vips(photo), coefficients), ~(subject | background))
    return matte


def _default(photo: pyvips.Image, coefficients: guided.Coefficients) -> pyvips.Image:
    stretch = 255 / (SURE_SUBJECT - SURE_BACKGROUND)
    return _to_bytes((guided.spread(coefficients, photo) - SURE_BACKGROUND) * stretch)


def _to_bytes(level: pyvips.Image) -> pyvips.Image:
    return level.rint().cast("uchar")


def draw_fine(matte: Bytes, photo: Bytes, saliency: Floats, options: CutoutOptions, *, max_pixels: int) -> None:
    """Closed-form matting inside the unknown band of ``saliency`` (h×w); elsewhere ``matte`` (H×W) stays.

    Solved at no more than ``max_pixels`` pixels, then carried to the photo's size by its colours.
    """
    height, width = matte.shape
    small = matting_size(width, height, options.base_size, max_pixels)
    colour = resize(photo, *small)
    bands = trimap(saliency, *small, options, source_pixel=small[0] / width)
    level = np.clip(guided.apply(followed(resize(colour, *guide_size(*small)), saliency), colour), 0, 1)
    start = np.where(bands.unknown, level, bands.subject).astype(np.float32)
    solved = closed_form.solve(colour / np.float32(255), start, bands.unknown, _prior_weight(resize(saliency, *small)))
    fine = guided.enlarge(colour, solved, to_vips(photo), radius=ENLARGE_RADIUS, smoothness=ENLARGE_SMOOTHNESS)
    share = resize_vips(to_vips(bands.unknown.astype(np.float32)), width, height, "linear")
    # Read and written tile by tile: a pixel of the mixture needs that pixel of the matte alone.
    mixed = _to_bytes(share * _to_bytes(fine * 255) + (1 - share) * to_vips(matte))
    draw(matte, mixed, ndimage.maximum_filter(bands.unknown, 3))


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


def harden(matte: Bytes) -> None:
    """Half-transparent regions wider than an edge become all or nothing; the edge itself stays soft."""
    height, width = matte.shape
    solid = resize(matte, *guide_size(width, height)) >= 128
    reach = 2 * max(2, round(max(solid.shape) / 200)) + 1
    for value, region in ((255, _eroded(solid, reach)), (0, _eroded(~solid, reach))):
        inside = resize_vips(to_vips(region * np.uint8(255)), width, height, "linear") > 127
        draw(matte, inside.ifthenelse(value, to_vips(matte)), region)
