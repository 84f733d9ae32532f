"""How the filesystem store keeps an object's facts in the object's own file, behind the body.

::

    body │ size (4, big-endian) "free" │ JSON {"etag", "metadata"} │ length of the JSON (4) "cutout/1"
         └──────────────────────── one ISO-BMFF ``free`` box ────────────────────────────────────────┘

Body and facts become visible with one rename and survive ``cp``, ``rsync`` and ``tar``; a sidecar can be seen
beside the wrong body. JPEG, PNG, GIF and WebP readers ignore what follows the picture, AVIF and MP4 readers
skip a ``free`` box (ISO/IEC 14496-12, 8.1.2): the file opens in any viewer.
"""

import json
import struct
from dataclasses import dataclass

from media.stores.store import Stat

MAGIC = b"cutout/1"
HEADER = struct.Struct(">I4s")
FOOTER = struct.Struct(">I8s")
#: Reading this much from the end nearly always holds the whole trailer.
TAIL_BYTES = 1024


@dataclass(frozen=True, slots=True)
class Tail:
    """The end of a file: ``text`` are its last bytes, ``file_size`` counts the whole file."""

    text: bytes
    file_size: int


def trailer(stat: Stat) -> bytes:
    facts = json.dumps({"etag": stat.etag, "metadata": dict(stat.metadata)}, sort_keys=True).encode()
    size = HEADER.size + len(facts) + FOOTER.size
    return HEADER.pack(size, b"free") + facts + FOOTER.pack(len(facts), MAGIC)


def trailer_size(tail: Tail) -> int:
    """Bytes of the trailer that ends the file, 0 if none does."""
    if len(tail.text) < FOOTER.size:
        return 0
    length, magic = FOOTER.unpack(tail.text[-FOOTER.size :])
    size = HEADER.size + int(length) + FOOTER.size
    return size if magic == MAGIC and size <= tail.file_size else 0


def read_trailer(tail: Tail) -> Stat | None:
    """The :class:`Stat` that ``tail`` describes, None if the file was not written by this store.

    ``tail.text`` must hold at least :func:`trailer_size` bytes.
    """
    size = trailer_size(tail)
    if not size:
        return None
    try:
        facts = json.loads(tail.text[-size + HEADER.size : -FOOTER.size])
        return Stat(tail.file_size - size, str(facts["etag"]), dict(facts["metadata"]))
    except (ValueError, KeyError, TypeError):
        return None
