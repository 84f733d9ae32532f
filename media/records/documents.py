"""Small JSON documents in a store, changed without losing a change.

A change reads, edits and writes on the condition that no other writer wrote in between, else starts again. A store that
cannot promise that (``conditional`` is False) needs a lock between processes; one that can needs none, the lock
within the process only spares vain attempts.
"""

import json
import random
import secrets
import threading
import time
import zlib
from base64 import b64decode, urlsafe_b64encode
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass

from media.errors import MediaError, RequestError, Unavailable
from media.records.asset import Document
from media.records.paths import END, quote_id, record_path, record_prefix, unquote_id
from media.stores.store import PreconditionFailed, Store

#: Given a name, a context that one holder at a time is in.
Lock = Callable[[str], AbstractContextManager[object]]

CHANGE_ATTEMPTS = 100
MAX_PAUSE_SECONDS = 0.1
PAGE_NAMES = 1000
STRIPES = 64
#: Enough to hide a remote store's latency behind one page.
READ_THREADS = 8
#: Marks a write as ours, should the store have taken it and its answer got lost.
WRITER = "writer"


@dataclass(frozen=True, slots=True)
class Found:
    path: str
    document: Document


class Documents:
    """JSON objects by path in ``store``."""

    def __init__(self, store: Store, lock: Lock | None = None, *, attempts: int = CHANGE_ATTEMPTS) -> None:
        self._store = store
        self._lock = lock or process_lock()
        self._attempts = attempts
        self._readers = ThreadPoolExecutor(READ_THREADS, "documents")

    def read(self, path: str) -> Document | None:
        blob = self._store.get(path)
        return _parse(path, blob.body) if blob else None

    def read_all(self, paths: Sequence[str]) -> list[Document | None]:
        return list(self._readers.map(self.read, paths))

    def write(self, path: str, document: Mapping[str, object]) -> None:
        """Replace whatever is there."""
        self._store.put(path, _text(document))

    def create(self, path: str, document: Mapping[str, object]) -> bool:
        """Write it if nothing is there; False if something is, or if the store cannot tell."""
        if not self._store.conditional:
            return False
        try:
            self._store.put(path, _text(document), if_match="")
        except PreconditionFailed:
            return False
        return True

    def delete(self, path: str) -> None:
        with self._lock(path):
            self._store.delete(path)

    def change(self, path: str, edit: Callable[[Document | None], Document]) -> Document:
        """Put ``edit`` of what is there in its place and give it back.

        ``edit`` gets None if nothing is there, may be called several times and may raise to leave all as it
        is. Raises Unavailable if others write without end.
        """
        token = secrets.token_hex(8)
        with self._lock(path):
            for attempt in range(self._attempts):
                blob = self._store.get(path)
                found = _parse(path, blob.body) if blob else None
                if found is not None and blob and blob.stat.metadata.get(WRITER) == token:
                    return found
                wanted = edit(found)
                text = _text(wanted)
                if blob and blob.body == text:
                    return wanted
                try:
                    self._store.put(path, text, metadata={WRITER: token}, if_match=blob.stat.etag if blob else "")
                except PreconditionFailed:
                    time.sleep(random.uniform(0, min(MAX_PAUSE_SECONDS, 0.002 * (attempt + 1))))
                else:
                    return wanted
        raise Unavailable(f"Too many writers change {path} at once; try again.")

    def keys(self, prefix: str, after: str, limit: int) -> Sequence[str]:
        return self._store.keys(prefix, after=after, limit=limit)

    def paths(self, prefix: str, cursor: str, limit: int) -> tuple[Sequence[str], str]:
        """A page of paths, and the cursor of the next page ("" if there is none).

        Raises RequestError for a cursor that this function did not give.
        """
        found = self._store.keys(prefix, after=_behind(cursor), limit=limit + 1)
        return found[:limit], _cursor(found[limit - 1]) if len(found) > limit else ""


class Records:
    """The documents of one kind (``presets/demo``), by name."""

    def __init__(self, documents: Documents, kind: str) -> None:
        self._documents = documents
        self._kind = kind

    def get(self, name: str) -> Document | None:
        return self._documents.read(record_path(self._kind, name))

    def put(self, name: str, document: Mapping[str, object]) -> None:
        self._documents.write(record_path(self._kind, name), document)

    def change(self, name: str, edit: Callable[[Document | None], Document]) -> Document:
        return self._documents.change(record_path(self._kind, name), edit)

    def delete(self, name: str) -> None:
        self._documents.delete(record_path(self._kind, name))

    def names(self, *, after: str = "", limit: int = PAGE_NAMES) -> list[str]:
        """Names in order, behind ``after``, which need not be one; names too long for their key are left out."""
        folder = record_prefix(self._kind)
        paths = self._documents.keys(folder, record_path(self._kind, after) if after else "", limit)
        found = (unquote_id(path.removeprefix(folder).removesuffix(END)) for path in paths)
        return [name for name in found if name is not None]

    def count(self, within: str = "") -> int:
        """How many there are, of those named ``within/…`` if it is given; the documents are not read."""
        folder = record_prefix(self._kind) + (f"{quote_id(within)}/" if within else "")
        behind, number = "", 0
        while paths := self._documents.keys(folder, behind, PAGE_NAMES):
            number, behind = number + len(paths), paths[-1]
        return number

    def page(self, *, cursor: str = "", limit: int = 100) -> tuple[list[Document], str]:
        """Documents in the order of their names, and the cursor of the next page."""
        paths, cursor = self._documents.paths(record_prefix(self._kind), cursor, limit)
        return [document for document in self._documents.read_all(paths) if document is not None], cursor


def process_lock() -> Lock:
    """A lock between the threads of this process."""
    stripes = [threading.Lock() for _ in range(STRIPES)]
    return lambda name: stripes[zlib.crc32(name.encode()) % STRIPES]


def _text(document: Mapping[str, object]) -> bytes:
    return json.dumps(document, ensure_ascii=False, sort_keys=True, indent=1).encode("utf-8", "surrogatepass")


def _parse(path: str, text: bytes) -> Document:
    try:
        document = json.loads(text.decode("utf-8", "surrogatepass"))
    except ValueError as error:
        raise MediaError(f"the record {path} is damaged") from error
    if not isinstance(document, dict):
        raise MediaError(f"the record {path} is damaged")
    return document


def cursor_at(path: str) -> str:
    """The cursor of a page that begins with ``path``, or behind it if that is gone: nothing else sorts between."""
    return _cursor(path[:-1])


def _cursor(path: str) -> str:
    return urlsafe_b64encode(path.encode()).decode().rstrip("=")


def _behind(cursor: str) -> str:
    try:
        return b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True).decode()
    except ValueError as error:
        raise RequestError(f"next_cursor must be one that an earlier answer gave, got {cursor!r}.") from error
