"""How far edges are from a true alpha: the figures of the model card and of the tests."""

from dataclasses import dataclass

import numpy as np
from scipy import ndimage  # type: ignore[import-untyped]

from media.config import Matting
from media.cutout import CutoutOptions
from worker.matting.maps import Maps
from worker.matting.matter import cut
from worker.matting.photo import Photo
from worker.matting.raster import Bools, Bytes, Floats, resize

#: Around half-transparent pixels, so that an edge which strayed is counted.
BAND_PIXELS = 5


@dataclass(frozen=True, slots=True)
class EdgeErrors:
    """Mean absolute error of alpha (0…1) in the unknown band: of the network's map merely enlarged, of both edges."""

    plain: float
    default: float
    fine: float


def edge_errors(photo: Photo, truth: Bytes, maps: Maps, settings: Matting) -> EdgeErrors:
    """Compare with the true alpha ``truth`` (H×W, 0…255)."""
    band, alpha = unknown_band(truth), truth / 255
    plain = resize(maps.saliency, photo.width, photo.height)
    default = cut(photo, maps, CutoutOptions(), settings).matte / 255
    fine = cut(photo, maps, CutoutOptions(fine_edges=True), settings).matte / 255
    return EdgeErrors(*(_mean_error(matte, alpha, band) for matte in (plain, default, fine)))


def unknown_band(truth: Bytes) -> Bools:
    """Half-transparent pixels and what lies within ``BAND_PIXELS`` of them."""
    fractional = (truth > 0) & (truth < 255)
    return np.asarray(ndimage.maximum_filter(fractional, 2 * BAND_PIXELS + 1))


def _mean_error(matte: Floats, alpha: Floats, band: Bools) -> float:
    return float(np.abs(matte - alpha)[band].mean())
