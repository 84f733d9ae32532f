"""The walk from a photo to its cutout."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from media.config import Matting
from media.cutout import CutoutOptions
from worker.matting import hints, refine
from worker.matting.confidence import confidence
from worker.matting.foreground import clean_foreground
from worker.matting.maps import Maps, maps_of
from worker.matting.models import Model
from worker.matting.photo import Photo
from worker.matting.raster import Bools, Bytes, Floats, Pixels, resize
from worker.matting.session import Session
from worker.matting.subject import cleaned, with_solid_areas


@dataclass(frozen=True, slots=True)
class Cutout:
    """A cutout in memory.

    ``colour`` H×W×3 is the cleaned foreground, continued under the ``matte`` H×W; ``confidence`` 0…1.
    """

    colour: Bytes
    matte: Bytes
    confidence: float


@dataclass(frozen=True, slots=True)
class Matter:
    """A network ready to look at photos."""

    session: Session

    def infer(self, photo: Photo) -> Maps:
        return self.infer_all([photo])[0]

    def infer_all(self, photos: Sequence[Photo]) -> list[Maps]:
        """Maps of several photos, in batches of the session's size."""
        model = self.session.model
        answers = self.session.run([_tensor(photo, model) for photo in photos])
        return [maps_of(answer, stretches=model.stretches) for answer in answers]


def cut(photo: Photo, maps: Maps, options: CutoutOptions, settings: Matting) -> Cutout:
    """Maps → hints → whole bodies → cleaned subject → trimap → matte → clean foreground."""
    kept = hints.select(maps, options.hints)
    saliency = cleaned(hints.with_whole_bodies(maps, kept.saliency))
    matte = refine.default_matte(photo.rgb, with_solid_areas(saliency))
    region = fine_region(maps, saliency, options)
    if region.any():
        bound = settings.fine_edges_max_pixels
        matte = refine.fine_matte(photo.rgb, saliency, matte, region, options, max_pixels=bound)
    if not options.semitransparency:
        matte = refine.hardened(matte)
    opacity = np.rint(matte * 255).astype(np.uint8)
    if photo.alpha is not None:
        opacity = np.minimum(opacity, photo.alpha)
    trust = confidence(kept.saliency, found=kept.found and bool(saliency.any()))
    return Cutout(clean_foreground(photo.rgb, opacity), opacity, trust)


def fine_region(maps: Maps, saliency: Floats, options: CutoutOptions) -> Bools:
    """Where edges are solved finely: everywhere when asked for, else around heads and hair of persons."""
    if options.fine_edges:
        return np.ones(saliency.shape, np.bool_)
    return hints.heads(maps, saliency)


def _tensor(photo: Photo, model: Model) -> Pixels:
    """The photo squeezed into the network's square, 3×S×S."""
    squeezed = resize(photo.rgb, model.input_size, model.input_size).transpose(2, 0, 1)
    if model.mean is None or model.std is None:
        return np.ascontiguousarray(squeezed)
    mean, std = (np.array(triple, np.float32).reshape(3, 1, 1) for triple in (model.mean, model.std))
    return (squeezed.astype(np.float32) / 255 - mean) / std
