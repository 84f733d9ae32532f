"""The structure of a PNG: a signature and a chain of chunks (PNG, third edition, section 5)."""

import itertools
import zlib
from collections.abc import Iterable, Iterator

SIGNATURE = b"\x89PNG\r\n\x1a\n"
#: More chunks than any encoder writes: a flood of empty ones is not walked.
MAX_CHUNKS = 200_000

#: Its kind and its content.
Chunk = tuple[bytes, bytes]


def chunks(body: bytes) -> Iterator[Chunk]:
    """Raises ValueError if the bytes end before a chunk does."""
    place = len(SIGNATURE)
    for _ in range(MAX_CHUNKS):
        if place >= len(body):
            return
        length, end = int.from_bytes(body[place : place + 4]), place + 8
        if end + length + 4 > len(body):
            raise ValueError("a chunk is cut off")
        yield body[place + 4 : end], body[end : end + length]
        place = end + length + 4
    raise ValueError("too many chunks")


def until_pixels(body: bytes) -> Iterator[Chunk]:
    """The chunks of the header; none if it is broken."""
    if not body.startswith(SIGNATURE):
        return
    try:
        yield from itertools.takewhile(lambda chunk: chunk[0] != b"IDAT", chunks(body))
    except ValueError:
        return


def joined(parts: Iterable[Chunk]) -> bytes:
    written = [SIGNATURE]
    for kind, content in parts:
        written += [len(content).to_bytes(4), kind, content, zlib.crc32(kind + content).to_bytes(4)]
    return b"".join(written)
