"""A store in a folder: a key is a path, an object is one file whose facts sit behind its body.

Writes go to ``.incoming/`` (same file system), are synced and renamed, so that a reader sees the old file or the
new one. Changes of a key hold a lock file, so that processes on one machine do not lose each other's
conditional writes.
"""

import errno
import fcntl
import hashlib
import logging
import os
import secrets
import time
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import IO

from media.errors import Unavailable
from media.stores.listing import ABSENT, Listing
from media.stores.store import Blob, Entry, PreconditionFailed, Stat, check_key, check_prefix, pieces_of
from media.stores.trailer import TAIL_BYTES, Tail, read_trailer, trailer, trailer_size

log = logging.getLogger(__name__)

INCOMING = ".incoming"
LOCKS = ".locks"
LOCK_FILES = 256
#: A writer that is still at work after this time is dead.
LEFTOVER_SECONDS = 3600
#: A delete may remove the empty folder between a writer's mkdir and its rename.
RENAME_ATTEMPTS = 20
#: Pictures may be private: nothing for other users of the machine. A stricter umask is obeyed.
FILE_MODE = 0o640
FOLDER_MODE = 0o750

SENTENCES = {
    errno.ENOSPC: "The store's disk is full",
    errno.EDQUOT: "The store's disk quota is used up",
    errno.EACCES: "The store's folder does not permit this",
    errno.EPERM: "The store's folder does not permit this",
    errno.EROFS: "The store's folder is read-only",
    errno.EMFILE: "Too many files are open",
    errno.ENFILE: "Too many files are open",
}


class FilesystemStore:
    conditional = True

    def __init__(self, folder: str | Path) -> None:
        """Open the store in ``folder``, made if it is missing, and sweep what killed writers left."""
        self._root = Path(folder).absolute()
        self._listing = Listing(self._root)
        with _translated("opened", str(self._root)):
            for name in (INCOMING, LOCKS):
                _make_folder(self._root / name)
            self._sweep()
            self._check_writable()

    def get(self, key: str) -> Blob | None:
        with _translated("read", key), self._opened(key) as file:
            if file is None:
                return None
            stat = _read_stat(file, key)
            return Blob(_read(file, 0, stat.size), stat) if stat else None

    def stat(self, key: str) -> Stat | None:
        with _translated("read", key), self._opened(key) as file:
            return None if file is None else _read_stat(file, key)

    def put(
        self, key: str, body: bytes, *, metadata: Mapping[str, str] | None = None, if_match: str | None = None
    ) -> Stat:
        path = self._path(key)
        stat = Stat(len(body), hashlib.md5(body).hexdigest(), dict(metadata or {}))
        with _translated("written", key):
            incoming = self._write_incoming([body, trailer(stat)])
            try:
                with self._locked(key):
                    self._expect(key, if_match)
                    _rename(incoming, path)
            finally:
                incoming.unlink(missing_ok=True)
            _sync_folder(path.parent)
        return stat

    def read(self, key: str, start: int, size: int) -> bytes | None:
        with _translated("read", key), self._opened(key) as file:
            stat = None if file is None else _read_stat(file, key)
            return _read(file, start, max(0, min(size, stat.size - start))) if file and stat else None

    def put_file(self, key: str, file: IO[bytes], *, metadata: Mapping[str, str] | None = None) -> Stat:
        path, facts = self._path(key), dict(metadata or {})
        with _translated("written", key):
            stats: list[Stat] = []
            incoming = self._write_incoming(_with_trailer(pieces_of(file), facts, stats))
            try:
                with self._locked(key):
                    _rename(incoming, path)
            finally:
                incoming.unlink(missing_ok=True)
            _sync_folder(path.parent)
        return stats[0]

    def delete(self, key: str) -> None:
        path = self._path(key)
        with _translated("deleted", key), self._locked(key):
            with _absent_passed_over():
                path.unlink()
            self._prune(path.parent)

    def touch(self, key: str) -> bool:
        path = self._path(key)
        with _translated("touched", key), self._locked(key), _absent_passed_over():
            os.utime(path, follow_symlinks=False)
            return True
        return False

    def move(self, key: str, to: str, *, written_before: float) -> bool:
        path, target = self._path(key), self._path(to)
        with _translated("moved", key), self._locked(key, to), _absent_passed_over():
            if path.lstat().st_mtime >= written_before:
                return False
            # Before the rename: a process killed in between leaves an object that is young, never one that is too old.
            os.utime(path, follow_symlinks=False)
            _rename(path, target)
            _sync_folder(target.parent)
            _sync_folder(path.parent)
            self._prune(path.parent)
            return True
        return False

    def keys(self, prefix: str, *, after: str = "", limit: int = 1000) -> Sequence[str]:
        check_prefix(prefix)
        with _translated("listed", prefix):
            return self._listing.keys(prefix, after, limit)

    def entries(self, prefix: str, *, after: str = "", limit: int = 1000) -> Sequence[Entry]:
        while names := self.keys(prefix, after=after, limit=limit):
            with _translated("listed", prefix):
                if found := [entry for name in names if (entry := self._entry(name))]:
                    return found
            after = names[-1]
        return []

    def _entry(self, key: str) -> Entry | None:
        with _absent_passed_over():
            stat = self._path(key).lstat()
            return Entry(key, stat.st_size, stat.st_mtime)
        return None

    def _path(self, key: str) -> Path:
        return self._root / check_key(key)

    @contextmanager
    def _opened(self, key: str) -> Iterator[int | None]:
        try:
            # O_NOFOLLOW: a link that was put into the folder must not show a file outside of it.
            file = os.open(self._path(key), os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        except OSError as error:
            if error.errno not in ABSENT:
                raise
            yield None
            return
        try:
            yield file
        finally:
            os.close(file)

    def _write_incoming(self, parts: Iterable[bytes]) -> Path:
        if time.monotonic() - self._swept > LEFTOVER_SECONDS:
            self._sweep()
        path = self._root / INCOMING / f"{os.getpid()}-{secrets.token_hex(8)}"
        try:
            with open(path, "xb", opener=_private) as file:
                file.writelines(parts)
                file.flush()
                os.fsync(file.fileno())
        except OSError:
            path.unlink(missing_ok=True)
            raise
        return path

    def _expect(self, key: str, if_match: str | None) -> None:
        if if_match is None:
            return
        found = self.stat(key)
        if if_match != (found.etag if found else ""):
            raise PreconditionFailed(key)

    @contextmanager
    def _locked(self, *keys: str) -> Iterator[None]:
        # In order, so that two holders of the same locks never wait for each other.
        names = sorted({f"{zlib.crc32(key.encode()) % LOCK_FILES:02x}" for key in keys})
        with ExitStack() as held:
            for name in names:
                file = os.open(self._root / LOCKS / name, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, FILE_MODE)
                held.callback(os.close, file)
                fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def _prune(self, folder: Path) -> None:
        with suppress(OSError):  # rmdir refuses a folder that is not empty: the end of the climb
            while folder != self._root:
                folder.rmdir()
                folder = folder.parent

    def _check_writable(self) -> None:
        self._write_incoming([]).unlink()

    def _sweep(self) -> None:
        """Delete what processes were writing when they were killed."""
        self._swept = time.monotonic()
        oldest = time.time() - LEFTOVER_SECONDS
        for path in (self._root / INCOMING).iterdir():
            with suppress(FileNotFoundError):
                if path.stat().st_mtime < oldest:
                    path.unlink()


def _with_trailer(parts: Iterable[bytes], metadata: Mapping[str, str], stats: list[Stat]) -> Iterator[bytes]:
    """The parts of a body, then its trailer, which is known only behind them; its facts are added to ``stats``."""
    size, etag = 0, hashlib.md5()
    for part in parts:
        size += len(part)
        etag.update(part)
        yield part
    stats.append(Stat(size, etag.hexdigest(), metadata))
    yield trailer(stats[0])


def _read_stat(file: int, key: str) -> Stat | None:
    size = os.fstat(file).st_size
    tail = Tail(_read(file, max(0, size - TAIL_BYTES), TAIL_BYTES), size)
    needed = trailer_size(tail)
    if needed > len(tail.text):
        tail = Tail(_read(file, size - needed, needed), size)
    stat = read_trailer(tail)
    if stat is None:
        log.warning("The file %r was not written by this store or is damaged; it counts as absent.", key)
    return stat


def _read(file: int, offset: int, size: int) -> bytes:
    text = os.pread(file, size, offset)
    while len(text) < size and (more := os.pread(file, size - len(text), offset + len(text))):
        text += more
    return text


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, FILE_MODE)


def _make_folder(folder: Path) -> None:
    """The folder and those it lies in; ``Path.mkdir`` gives its mode to the last one only."""
    if not folder.is_dir():
        _make_folder(folder.parent)
        folder.mkdir(FOLDER_MODE, exist_ok=True)


def _rename(incoming: Path, path: Path) -> None:
    for _ in range(RENAME_ATTEMPTS):
        # A delete beside us may take the emptied folder away: before the rename, or in the middle of mkdir, which
        # then finds something there and, a moment later, nothing.
        with suppress(FileNotFoundError, FileExistsError):
            _make_folder(path.parent)
            incoming.rename(path)
            return
    _make_folder(path.parent)
    incoming.rename(path)


def _sync_folder(folder: Path) -> None:
    with suppress(FileNotFoundError):  # a delete came between: there is nothing left to make durable
        file = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(file)
        finally:
            os.close(file)


@contextmanager
def _absent_passed_over() -> Iterator[None]:
    """Leave the block, to what stands behind it, if there is no such file."""
    try:
        yield
    except OSError as error:
        if error.errno not in ABSENT:
            raise


@contextmanager
def _translated(verb: str, what: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        sentence = SENTENCES.get(error.errno or 0, "The store's folder failed")
        log.warning("%s: %r could not be %s: %s", sentence, what, verb, error)
        raise Unavailable(f"{sentence}: {what} could not be {verb}.", retry_after=5) from error
