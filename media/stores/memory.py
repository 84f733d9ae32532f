"""A store in this process's memory: for tests and for trying things out."""

import hashlib
import heapq
import threading
from collections.abc import Mapping, Sequence

from media.stores.store import Blob, PreconditionFailed, Stat, check_key, check_prefix


class MemoryStore:
    conditional = True

    def __init__(self) -> None:
        self._blobs: dict[str, Blob] = {}
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
            self._blobs[key] = blob
        return blob.stat

    def delete(self, key: str) -> None:
        with self._lock:
            self._blobs.pop(check_key(key), None)

    def keys(self, prefix: str, *, after: str = "", limit: int = 1000) -> Sequence[str]:
        check_prefix(prefix)
        with self._lock:
            candidates = [key for key in self._blobs if key > after and key.startswith(prefix)]
        return heapq.nsmallest(limit, candidates)
