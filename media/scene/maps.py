"""The network's stored answer as bytes: arrays of 8 bits, the saliency map first, then perhaps the class map."""

import json
import struct
import zlib
from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from media.errors import DerivationFailed

Bytes: TypeAlias = npt.NDArray[np.uint8]

MAGIC = b"MAPS1"
#: If no saliency (0…1) reaches this nothing stands out, and what there is is noise.
EMPTY_SCENE_MAXIMUM = 0.3


def pack(arrays: Sequence[Bytes]) -> bytes:
    """A magic word, the shapes as JSON, and the arrays deflated."""
    shapes = json.dumps([array.shape for array in arrays]).encode()
    body = zlib.compress(b"".join(array.tobytes() for array in arrays), 6)
    return MAGIC + struct.pack("<H", len(shapes)) + shapes + body


def unpack(packed: bytes) -> list[Bytes]:
    """The inverse of :func:`pack`. Raises DerivationFailed for other bytes."""
    if not packed.startswith(MAGIC):
        raise DerivationFailed("Stored maps are damaged: they do not begin as maps do.")
    head = len(MAGIC) + 2
    try:
        (length,) = struct.unpack("<H", packed[len(MAGIC) : head])
        shapes = json.loads(packed[head : head + length])
        values = np.frombuffer(zlib.decompress(packed[head + length :]), np.uint8)
        parts = np.split(values, np.cumsum([int(np.prod(shape)) for shape in shapes])[:-1])
        return [part.reshape(shape) for part, shape in zip(parts, shapes, strict=True)]
    except (ValueError, struct.error, zlib.error) as error:
        raise DerivationFailed(f"Stored maps are damaged: {error}") from error
