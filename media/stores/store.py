"""The port every store satisfies: bytes by key.

Keys are relative POSIX paths of printable characters (``source/ab/abcd…``) that every medium can hold, see
:func:`check_key`; each store maps them to its own medium. All calls block; the proxy runs them in its I/O
threads. Faults of the medium surface as :class:`media.errors.Unavailable`.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import IO, Protocol

#: S3 allows 1024 bytes for the whole key; what is left is for the store's own prefix.
MAX_KEY_BYTES = 900
#: Linux file systems allow 255 bytes for a name.
MAX_SEGMENT_BYTES = 240
#: Below it a store tries out what its server can; nothing there is needed again.
PROBES = "probe/"


@dataclass(frozen=True, slots=True)
class Stat:
    """What is known of a stored object without its bytes. ``etag`` changes with every change of the bytes."""

    size: int
    etag: str
    metadata: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Blob:
    body: bytes
    stat: Stat


@dataclass(frozen=True, slots=True)
class Entry:
    """An object as a listing knows it: ``size`` in bytes as the medium holds it, ``modified`` the time of its last
    write, touch or move in unix seconds by the medium's own clock (S3: whole seconds)."""

    key: str
    size: int
    modified: float


class PreconditionFailed(Exception):
    """A conditional ``put`` found another object than it expected. Nothing was written."""


class Store(Protocol):
    #: Whether ``put`` honours ``if_match`` (some S3 servers ignore it); the catalog locks if it does not.
    conditional: bool

    def get(self, key: str) -> Blob | None:
        """The object, or None if there is none. Never a half-written one."""
        ...

    def stat(self, key: str) -> Stat | None:
        """The object's :class:`Stat` without reading its bytes."""
        ...

    def put(
        self, key: str, body: bytes, *, metadata: Mapping[str, str] | None = None, if_match: str | None = None
    ) -> Stat:
        """Write atomically: a reader sees the old object or the new one.

        ``if_match`` is the etag that must be there now, ``""`` for "nothing may be there"; otherwise
        :class:`PreconditionFailed`. Metadata names are lower-case ``[a-z0-9-]``, values short ASCII;
        keep nothing there that cannot be made again (``rclone serve s3`` forgets it with a restart).
        """
        ...

    def read(self, key: str, start: int, size: int) -> bytes | None:
        """Up to ``size`` bytes from ``start`` on (0 or more) of what is too large to be held whole; ``b""`` behind the
        end, None if there is no such object."""
        ...

    def put_file(self, key: str, file: IO[bytes], *, metadata: Mapping[str, str] | None = None) -> Stat:
        """As :meth:`put`, from an open file, read from its beginning in pieces. The etag tells nothing but a change."""
        ...

    def delete(self, key: str) -> None:
        """Remove the object; deleting nothing is no error."""
        ...

    def touch(self, key: str) -> bool:
        """Make the object as young as one just written, bytes and facts unchanged; False if there is none.

        For objects whose bytes never change: S3 reads and writes them, and may undo a ``put`` of others meanwhile.
        """
        ...

    def move(self, key: str, to: str, *, written_before: float) -> bool:
        """Give an object last written before ``written_before`` (:class:`Entry`'s clock) the key ``to``, over what is
        there; it counts as written now. False if there is none or a younger one.

        Judging and moving are one act in a folder and in memory. S3 knows no such act: a ``put`` or ``touch`` within
        the milliseconds between may find its object moved, never lost.
        """
        ...

    def keys(self, prefix: str, *, after: str = "", limit: int = 1000) -> Sequence[str]:
        """Up to ``limit`` keys below ``prefix`` that sort (by code point) behind ``after``, in order."""
        ...

    def entries(self, prefix: str, *, after: str = "", limit: int = 1000) -> Sequence[Entry]:
        """As :meth:`keys`, with size and age; empty only behind the last one."""
        ...


#: Pieces in which large files are read and written.
PIECE_BYTES = 4 * 1024 * 1024


def pieces_of(file: IO[bytes]) -> Iterator[bytes]:
    """An open file from its beginning."""
    file.seek(0)
    while piece := file.read(PIECE_BYTES):
        yield piece


def copy(store: Store, key: str, file: IO[bytes]) -> bool:
    """Write an object to an open file, piece by piece; False if there is none."""
    start = 0
    while piece := store.read(key, start, PIECE_BYTES):
        file.write(piece)
        start += len(piece)
    return piece is not None


def check_key(key: str) -> str:
    """Give ``key`` back, or raise ValueError: keys are made by our code, so a bad one is a mistake in it.

    A segment never is empty nor starts with a dot (``..`` would leave the folder; stores keep their own files
    behind a dot), control characters have no place in a URL or a file name, and the lengths fit S3 and ext4.
    By agreement no key is the folder of another (``a`` beside ``a/b``): a file system cannot hold both.
    """
    segments = key.split("/")
    if any(not segment or segment.startswith(".") for segment in segments):
        raise ValueError(f"A key's segments must not be empty or start with a dot, got {key!r}.")
    if any(character < " " or character == "\x7f" for character in key) or "\\" in key:
        raise ValueError(f"A key must not hold control characters or backslashes, got {key!r}.")
    if len(key.encode()) > MAX_KEY_BYTES or max(len(segment.encode()) for segment in segments) > MAX_SEGMENT_BYTES:
        raise ValueError(
            f"A key must have at most {MAX_KEY_BYTES} bytes and {MAX_SEGMENT_BYTES} in a segment, got {key!r}."
        )
    return key


def check_prefix(prefix: str) -> str:
    """Give ``prefix`` back, or raise ValueError if the folder it lies in could be in no key."""
    folder, slash, _ = prefix.rpartition("/")
    if slash:
        check_key(folder)
    return prefix
