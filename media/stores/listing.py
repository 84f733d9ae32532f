"""Keys below a folder in order, a page at a time, however large the folder is.

A folder's entries come from the disk unsorted, so every page would read all of them. The sorted names of large
folders are therefore kept, as long as the folder's time stamp says that nothing came or went; a folder too large
to be kept is read for each page, holding no more than a page's names.
"""

import errno
import heapq
import os
import threading
import time
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

ABSENT = {errno.ENOENT, errno.ENOTDIR, errno.EISDIR}
#: Reading a smaller folder costs less than a millisecond.
KEPT_FROM_NAMES = 1000
#: About 25 MB.
KEPT_NAMES = 200_000
#: Two changes within a tick of the disk's clock look like one; older stamps are sure.
SETTLED_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Names:
    """A folder's entries in order, folders with a slash behind them, and the folder's time stamp."""

    entries: Sequence[str]
    changed_ns: int


@dataclass(frozen=True, slots=True)
class Span:
    """What a listing wants: keys that begin with ``prefix`` and sort behind ``after``."""

    prefix: str
    after: str

    def wants(self, entry: str) -> bool:
        """Whether ``entry``, a key or a folder's path with a slash behind it, is wanted or may hold what is."""
        if entry.endswith("/"):
            below = entry.startswith(self.prefix) or self.prefix.startswith(entry)
            return below and (entry > self.after or self.after.startswith(entry))
        return entry > self.after and entry.startswith(self.prefix)

    def first(self, folder: str) -> str:
        """The smallest entry of ``folder`` that can be wanted, as a name in it."""
        return max(_first_name(folder, self.prefix), _first_name(folder, self.after))


class Listing:
    """The keys below ``root``; names that begin with a dot are the store's own."""

    def __init__(self, root: Path, *, kept_names: int = KEPT_NAMES) -> None:
        self._root = root
        self._kept_names = kept_names
        self._kept: dict[str, Names] = {}
        self._lock = threading.Lock()

    def keys(self, prefix: str, after: str, limit: int) -> list[str]:
        folder, slash, _ = prefix.rpartition("/")
        return list(islice(self._walk(folder + slash, Span(prefix, after), limit), limit))

    def _walk(self, folder: str, span: Span, limit: int) -> Iterator[str]:
        for entry in self._entries(folder, span, limit):
            if entry.endswith("/"):
                yield from self._walk(entry, span, limit)
            else:
                yield entry

    def _entries(self, folder: str, span: Span, limit: int) -> Iterator[str]:
        names = self._names(folder)
        if names is None:
            yield from self._entries_of_huge(folder, span, limit)
            return
        start = bisect_left(names.entries, span.first(folder))
        for name in islice(names.entries, start, None):
            if span.wants(folder + name):
                yield folder + name
            elif not (folder + name).startswith(span.prefix) and folder + name > span.prefix:
                return

    def _names(self, folder: str) -> Names | None:
        """The folder's names, None if it has too many to hold."""
        changed_ns = _changed_ns(self._root / folder)
        kept = self._kept.get(folder)
        if kept and kept.changed_ns == changed_ns:
            return kept
        entries = list(islice(_scan(self._root / folder), self._kept_names + 1))
        if len(entries) > self._kept_names:
            return None
        names = Names(sorted(entries), changed_ns)
        if len(entries) >= KEPT_FROM_NAMES and time.time_ns() - changed_ns > SETTLED_SECONDS * 1e9:
            self._keep(folder, names)
        return names

    def _keep(self, folder: str, names: Names) -> None:
        with self._lock:
            self._kept.pop(folder, None)
            if sum(len(kept.entries) for kept in self._kept.values()) + len(names.entries) > self._kept_names:
                self._kept.clear()
            self._kept[folder] = names

    def _entries_of_huge(self, folder: str, span: Span, limit: int) -> Iterator[str]:
        behind = ""
        while True:
            wanted = (folder + name for name in _scan(self._root / folder) if name > behind)
            page = heapq.nsmallest(limit, (entry for entry in wanted if span.wants(entry)))
            yield from page
            if len(page) < limit:
                return
            behind = page[-1].removeprefix(folder)


def _first_name(folder: str, text: str) -> str:
    if not text.startswith(folder):
        return ""
    name, slash, _ = text.removeprefix(folder).partition("/")
    return name + slash


def _scan(folder: Path) -> Iterator[str]:
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if not entry.name.startswith("."):
                    yield f"{entry.name}/" if entry.is_dir(follow_symlinks=False) else entry.name
    except OSError as error:
        if error.errno not in ABSENT:
            raise


def _changed_ns(folder: Path) -> int:
    try:
        return folder.stat().st_mtime_ns
    except OSError as error:
        if error.errno not in ABSENT:
            raise
        return 0
