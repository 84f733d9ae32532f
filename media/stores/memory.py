"""A store in this process's memory: for tests and for trying things out."""

import hashlib
import heapq
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import IO

from media.stores.store import Blob, Entry, PreconditionFailed, Stat, check_key, check_prefix, pieces_of


class MemoryStore:
    conditional = True

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._blobs: dict[str, Blob] = {}
        self._modified: dict[str, float] = {}
        self._lock = threading.Lock()

    def get(self, key: str) -> Blob | None:
        return self._blobs.get(check_key(key))

    def stat(self, key: str) -> Stat | None:
        blob = self.get(key)
        return blob.stat if blob else None

    def put(
        self, key: str, body: bytes, *, metadata: Mapping[str, str] | None = None, if_match: str | None = None
    ) -> Stat:
        blob = Blob(bytes(body), Stat(len(body), hashlib.md5(body).hexdigest(), dict(metadata or {})))
        with self._lock:
            found = self.stat(key)
            if if_match is not None and if_match != (found.etag if found else ""):
                raise PreconditionFailed(key)
            self._blobs[key], self._modified[key] = blob, self._clock()
        return blob.stat

    def read(self, key: str, start: int, size: int) -> bytes | None:
        blob = self.get(key)
        return blob.body[start : start + size] if blob else None

    def put_file(self, key: str, file: IO[bytes], *, metadata: Mapping[str, str] | None = None) -> Stat:
        return self.put(key, b"".join(pieces_of(file)), metadata=metadata)

    def delete(self, key: str) -> None:
        with self._lock:
            self._blobs.pop(check_key(key), None)

    def touch(self, key: str) -> bool:
        with self._lock:
            found = check_key(key) in self._blobs
            if found:
                self._modified[key] = self._clock()
        return found

    def move(self, key: str, to: str, *, written_before: float) -> bool:
        check_key(to)
        with self._lock:
            if check_key(key) not in self._blobs or self._modified[key] >= written_before:
                return False
            self._blobs[to], self._modified[to] = self._blobs.pop(key), self._clock()
        return True

    def keys(self, prefix: str, *, after: str = "", limit: int = 1000) -> Sequence[str]:
        return [entry.key for entry in self.entries(prefix, after=after, limit=limit)]

    def entries(self, prefix: str, *, after: str = "", limit: int = 1000) -> Sequence[Entry]:
        check_prefix(prefix)
        with self._lock:
            wanted = (key for key in self._blobs if key > after and key.startswith(prefix))
            found = heapq.nsmallest(limit, wanted)
            return [Entry(key, self._blobs[key].stat.size, self._modified[key]) for key in found]
