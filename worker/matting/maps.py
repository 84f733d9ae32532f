"""The network's answer on one photo, small enough to be stored beside it.

Other hints or other edges on the same photo start from here and run no inference, so a fresh answer is brought to
the stored precision at once: cutouts from fresh and from stored maps are equal.
"""

from dataclasses import dataclass

import numpy as np

from media.scene import maps
from worker.matting.raster import Bytes, Floats
from worker.matting.session import Answer


@dataclass(frozen=True, slots=True)
class Maps:
    """Quantised to 0…255: ``saliency`` h×w, ``classes`` h×w×21 probabilities (VOC order) or None."""

    saliency_bytes: Bytes
    class_bytes: Bytes | None

    @property
    def saliency(self) -> Floats:
        """0…1, h×w."""
        return self.saliency_bytes.astype(np.float32) / 255

    @property
    def classes(self) -> Floats | None:
        """Probabilities 0…1 of the 21 PASCAL VOC classes, h×w×21; None if the network has no such head."""
        return None if self.class_bytes is None else self.class_bytes.astype(np.float32) / 255

    def pack(self) -> bytes:
        arrays = [self.saliency_bytes] if self.class_bytes is None else [self.saliency_bytes, self.class_bytes]
        return maps.pack(arrays)

    @classmethod
    def unpack(cls, packed: bytes) -> "Maps":
        """Raises DerivationFailed for bytes that :meth:`pack` did not write."""
        saliency, *rest = maps.unpack(packed)
        return cls(saliency, rest[0] if rest else None)


def maps_of(answer: Answer, *, stretches: bool) -> Maps:
    """Bring an answer to the stored precision.

    ``stretches`` scales saliency to its own range, unless the scene is empty.
    """
    saliency = answer.saliency
    if stretches and saliency.max() > maps.EMPTY_SCENE_MAXIMUM:
        saliency = (saliency - saliency.min()) / (saliency.max() - saliency.min())
    classes = None if answer.classes is None else _quantised(_softmax(answer.classes.transpose(1, 2, 0)))
    return Maps(_quantised(saliency), classes)


def _quantised(values: Floats) -> Bytes:
    return np.rint(np.clip(values, 0, 1) * 255).astype(np.uint8)


def _softmax(logits: Floats) -> Floats:
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=-1, keepdims=True), np.float32)
