"""The network's answer on one photo, small enough to be stored beside it.

Other hints or other edges on the same photo start from here and run no inference, so a fresh answer is brought to
the stored precision at once: cutouts from fresh and from stored maps are equal.
"""

import json
import struct
import zlib
from dataclasses import dataclass

import numpy as np

from media.errors import DerivationFailed
from worker.matting.raster import Bytes, Floats
from worker.matting.session import Answer

MAGIC = b"MAPS1"
#: Below this maximum a scene counts as empty: scaling its answer up would only amplify noise.
EMPTY_SCENE_MAXIMUM = 0.3


@dataclass(frozen=True, slots=True)
class Maps:
    """Bytes to 0…255: ``saliency`` h×w, ``classes`` h×w×21 probabilities (VOC order) or None."""

    saliency_bytes: Bytes
    class_bytes: Bytes | None

    @property
    def saliency(self) -> Floats:
        """0…1, h×w."""
        return self.saliency_bytes.astype(np.float32) / 255

    @property
    def classes(self) -> Floats | None:
        """Probabilities 0…1 of the 21 PASCAL VOC classes, h×w×21; None where the network has no such head."""
        return None if self.class_bytes is None else self.class_bytes.astype(np.float32) / 255

    def pack(self) -> bytes:
        """A magic word, the shapes as JSON, and the maps deflated."""
        arrays = [self.saliency_bytes] if self.class_bytes is None else [self.saliency_bytes, self.class_bytes]
        shapes = json.dumps([array.shape for array in arrays]).encode()
        body = zlib.compress(b"".join(array.tobytes() for array in arrays), 6)
        return MAGIC + struct.pack("<H", len(shapes)) + shapes + body

    @classmethod
    def unpack(cls, packed: bytes) -> "Maps":
        """Raises DerivationFailed for bytes that :meth:`pack` did not write."""
        if not packed.startswith(MAGIC):
            raise DerivationFailed("Stored maps are damaged: they do not begin as maps do.")
        head = len(MAGIC) + 2
        try:
            (length,) = struct.unpack("<H", packed[len(MAGIC) : head])
            shapes = json.loads(packed[head : head + length])
            values = np.frombuffer(zlib.decompress(packed[head + length :]), np.uint8)
            saliency, *rest = np.split(values, np.cumsum([int(np.prod(shape)) for shape in shapes])[:-1])
            classes = rest[0].reshape(shapes[1]) if rest else None
            return cls(saliency.reshape(shapes[0]), classes)
        except (ValueError, struct.error, zlib.error) as error:
            raise DerivationFailed(f"Stored maps are damaged: {error}") from error


def maps_of(answer: Answer, *, stretches: bool) -> Maps:
    """Bring an answer to the stored precision.

    ``stretches`` scales saliency to its own range, unless the scene is empty.
    """
    saliency = answer.saliency
    if stretches and saliency.max() > EMPTY_SCENE_MAXIMUM:
        saliency = (saliency - saliency.min()) / (saliency.max() - saliency.min())
    classes = None if answer.classes is None else _quantised(_softmax(answer.classes.transpose(1, 2, 0)))
    return Maps(_quantised(saliency), classes)


def _quantised(values: Floats) -> Bytes:
    return np.rint(np.clip(values, 0, 1) * 255).astype(np.uint8)


def _softmax(logits: Floats) -> Floats:
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=-1, keepdims=True), np.float32)
