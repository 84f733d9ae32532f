"""The bin: where everything goes that a sweep takes away. In a dry run it only counts."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from media.stores.store import Entry, Store

PAGE_KEYS = 1000
TELL_EVERY = 100


@dataclass(slots=True)
class Tally:
    """What a step looked at, took away, and how many bytes that were."""

    seen: int = 0
    deleted: int = 0
    freed: int = 0


#: Told the step, its tally so far and the key it has come to (if it is at keys); may raise to end the sweep.
Progress = Callable[[str, Tally, str], None]


def tell_nobody(step: str, tally: Tally, key: str) -> None:
    pass


class Bin:
    def __init__(self, store: Store, *, dry_run: bool = False, progress: Progress = tell_nobody) -> None:
        self._store = store
        self._dry_run = dry_run
        self._progress = progress
        self.tallies: dict[str, Tally] = {}
        #: Bytes that are left of each kind whose steps are done (:data:`media.work.jobs.STORED`).
        self.measured: dict[str, int] = {}

    def begin(self, step: str) -> None:
        self._step = step
        self.tallies[step] = self.tally = Tally()
        self._progress(step, self.tally, "")

    def look(self, prefix: str) -> Iterator[Entry]:
        """Everything below ``prefix``, page by page; what is deleted meanwhile disturbs nothing."""
        after = ""
        while page := self._store.entries(prefix, after=after, limit=PAGE_KEYS):
            for entry in page:
                self.see(entry.key)
                yield entry
            after = page[-1].key

    def see(self, key: str = "") -> None:
        self.tally.seen += 1
        if self.tally.seen % TELL_EVERY == 0:
            self._progress(self._step, self.tally, key)

    def delete(self, keys: Sequence[str], size: int) -> None:
        """One thing, which may be several objects: in this order, so that what announces the others goes first."""
        if not self._dry_run:
            for key in keys:
                self._store.delete(key)
        self._count(size)

    def move(self, entry: Entry, to: str, *, written_before: float) -> None:
        if self._dry_run or self._store.move(entry.key, to, written_before=written_before):
            self._count(entry.size)

    def do(self, act: Callable[[], bool], size: int) -> bool:
        """Something that is no deletion of a key, counted if it was done (in a dry run: as if)."""
        done = self._dry_run or act()
        if done:
            self._count(size)
        return done

    def _count(self, size: int) -> None:
        self.tally.deleted += 1
        self.tally.freed += size
