"""What is in a picture, read from the network's stored answer: no second network looks at it."""

from dataclasses import dataclass

import numpy as np

from media.scene import maps
from media.scene.classes import OBJECTS
from media.scene.maps import Bytes

#: What is less probable than this is not worth a label.
LEAST_SCORE = 0.01
#: Below this mean saliency a picture has no subject, and the whole of it is judged.
EMPTY_SALIENCY = 0.002


@dataclass(frozen=True, slots=True)
class Label:
    """An object of the subject, and how sure the network is of it.

    ``name`` is one of OBJECTS; ``score`` 0…1, the mean probability over the subject.
    """

    name: str
    score: float


def labels_of(packed: bytes) -> tuple[Label, ...]:
    """The objects of the subject, the most probable first; none if the network has no class head.

    Raises DerivationFailed for bytes that are no maps.
    """
    saliency, *rest = maps.unpack(packed)
    if not rest:
        return ()
    scores = _scores(saliency, rest[0])
    found = [Label(name, round(float(score), 4)) for name, score in zip(OBJECTS, scores, strict=True)]
    return tuple(sorted((label for label in found if label.score >= LEAST_SCORE), key=lambda label: -label.score))


def _scores(saliency: Bytes, classes: Bytes) -> "np.ndarray":
    """The mean of every class map but the background's, weighted by saliency."""
    height, width = classes.shape[:2]
    rows = np.arange(height) * saliency.shape[0] // height
    columns = np.arange(width) * saliency.shape[1] // width
    weights = saliency[np.ix_(rows, columns)].astype(np.float64) / 255
    if weights.mean() < EMPTY_SALIENCY:
        weights = np.ones_like(weights)
    return (classes[..., 1:] / 255 * weights[..., None]).sum(axis=(0, 1)) / weights.sum()
