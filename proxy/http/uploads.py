"""A file that comes in: on disk while it does, bytes when it is judged."""

import tempfile
from dataclasses import dataclass
from typing import IO

from media.errors import LimitExceeded, Unavailable

#: Smaller files never reach the disk.
SPOOL_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class Arrival:
    """Bytes that came in, and the file name they came with ("" if there was none)."""

    body: bytes
    filename: str = ""


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that has come in and was not read yet. It has no name on disk: whatever happens to us, it is gone."""

    file: IO[bytes]
    size: int
    filename: str = ""

    def read(self) -> Arrival:
        """The bytes, once; blocks."""
        with self.file as file:
            file.seek(0)
            return Arrival(file.read(), self.filename)


class Spool:
    """Takes a file's bytes as they come. ``folder`` "" is the system's folder for temporary files."""

    def __init__(self, folder: str, most: int) -> None:
        self._file: IO[bytes] = tempfile.SpooledTemporaryFile(SPOOL_BYTES, dir=folder or None)  # noqa: SIM115
        self._size, self._most = 0, most

    def write(self, body: bytes) -> None:
        """Raises LimitExceeded, and Unavailable if the disk is full."""
        self._size += len(body)
        if self._size > self._most:
            raise LimitExceeded(f"File size too large. Got {self._size} or more. Maximum is {self._most}.")
        try:
            self._file.write(body)
        except OSError as error:
            raise Unavailable("The server has no room for a file; try again in a moment.", retry_after=30) from error

    def upload(self, filename: str) -> Upload:
        return Upload(self._file, self._size, filename)

    def close(self) -> None:
        self._file.close()
