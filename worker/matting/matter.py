"""The walk from a photo to its cutout."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from media.config import Matting
from media.cutout import CutoutOptions
from worker.matting import hints, refine
from worker.matting.confidence import NOTHING_FOUND, agreement, confidence
from worker.matting.foreground import clean_foreground
from worker.matting.maps import Maps, maps_of
from worker.matting.models import Model
from worker.matting.photo import Photo
from worker.matting.raster import Bytes, Pixels, resize
from worker.matting.session import Answer, Session
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
        """Maps of several photos, batched: means of a photo's answer and its mirror image's."""
        return [maps_of(answer, stretches=self.session.model.stretches) for answer in self.answers(photos)]

    def answers(self, photos: Sequence[Photo]) -> list[Answer]:
        """What the network says, unchanged but for the mean."""
        tensors = [_tensor(photo, self.session.model) for photo in photos]
        answers = self.session.run([*tensors, *(np.ascontiguousarray(tensor[..., ::-1]) for tensor in tensors)])
        pairs = zip(answers[: len(photos)], answers[len(photos) :], strict=True)
        return [answer.mean_with(mirrored) for answer, mirrored in pairs]


def cut(photo: Photo, maps: Maps, options: CutoutOptions, settings: Matting) -> Cutout:
    """Maps → hints → whole bodies → cleaned subject → trimap → matte → clean foreground."""
    kept = hints.select(maps, options.hints)
    saliency = cleaned(hints.with_whole_bodies(maps, kept.saliency))
    solid = with_solid_areas(saliency)
    guide = resize(photo.rgb, *refine.guide_size(photo.width, photo.height))
    coefficients = refine.followed(guide, solid)
    matte = refine.default_matte(photo.rgb, solid, coefficients)
    if options.fine_edges:
        bound = settings.fine_edges_max_pixels
        refine.draw_fine(matte, photo.rgb, saliency, options, max_pixels=bound)
    if not options.semitransparency:
        refine.harden(matte)
    if photo.alpha is not None:
        np.minimum(matte, photo.alpha, out=matte)
    trust = confidence(kept) * agreement(matte, solid) if saliency.any() else NOTHING_FOUND
    return Cutout(clean_foreground(photo.rgb, matte, guide), matte, round(trust, 3))


def _tensor(photo: Photo, model: Model) -> Pixels:
    """The photo squeezed into the network's square, 3×S×S."""
    squeezed = resize(photo.rgb, model.input_size, model.input_size).transpose(2, 0, 1)
    if model.mean is None or model.std is None:
        return np.ascontiguousarray(squeezed)
    mean, std = (np.array(triple, np.float32).reshape(3, 1, 1) for triple in (model.mean, model.std))
    return (squeezed.astype(np.float32) / 255 - mean) / std
