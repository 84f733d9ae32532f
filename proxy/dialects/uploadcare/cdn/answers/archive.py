"""Archives as they are sent, nowhere a whole one: zip, without compression as pictures have it, and tar."""

import io
import tarfile
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

#: One time for all, so that an archive is the same each time it is made.
LONG_AGO = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Entry:
    name: str
    size: int


Entries = Iterable[tuple[Entry, Iterator[bytes]]]


class _Drain(io.RawIOBase):
    """What was written since it was last drained; it cannot seek, so that zipfile writes sizes behind each file."""

    def __init__(self) -> None:
        self._written: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, piece: "bytes | bytearray | memoryview") -> int:  # type: ignore[override]
        self._written.append(bytes(piece))
        return len(piece)

    def drained(self) -> bytes:
        body, self._written = b"".join(self._written), []
        return body


def zipped(entries: Entries) -> Iterator[bytes]:
    drain = _Drain()
    with zipfile.ZipFile(drain, "w", zipfile.ZIP_STORED) as archive:
        for entry, pieces in entries:
            with archive.open(zipfile.ZipInfo(entry.name, LONG_AGO), "w", force_zip64=True) as file:
                for piece in pieces:
                    file.write(piece)
                    yield drain.drained()
            yield drain.drained()
    yield drain.drained()


def tarred(entries: Entries) -> Iterator[bytes]:
    for entry, pieces in entries:
        header = tarfile.TarInfo(entry.name)
        header.size = entry.size
        yield header.tobuf(tarfile.PAX_FORMAT)
        yield from pieces
        yield b"\0" * (-entry.size % tarfile.BLOCKSIZE)
    yield b"\0" * (2 * tarfile.BLOCKSIZE)


PACKERS: dict[str, Callable[[Entries], Iterator[bytes]]] = {"zip": zipped, "tar": tarred}
