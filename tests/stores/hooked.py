"""A store before one of whose calls something else happens: another process's act, or the end of this one."""

from collections.abc import Callable, Mapping, Sequence
from typing import IO

from media.stores.store import Blob, Entry, Stat, Store


class HookedStore:
    """Calls a hook before its so-many-th call from now, once. ``moves_at_once=False`` moves as S3 does."""

    def __init__(self, inner: Store, *, moves_at_once: bool = True) -> None:
        self._inner = inner
        self._moves_at_once = moves_at_once
        self._hook: Callable[[], object] | None = None
        self._left = 0

    @property
    def conditional(self) -> bool:
        return self._inner.conditional

    def call_at(self, number: int, hook: Callable[[], object]) -> None:
        self._left, self._hook = number, hook

    def _called(self) -> Store:
        self._left -= 1
        if self._hook is not None and self._left == 0:
            hook, self._hook = self._hook, None
            hook()
        return self._inner

    def get(self, key: str) -> Blob | None:
        return self._called().get(key)

    def stat(self, key: str) -> Stat | None:
        return self._called().stat(key)

    def put(
        self, key: str, body: bytes, *, metadata: Mapping[str, str] | None = None, if_match: str | None = None
    ) -> Stat:
        return self._called().put(key, body, metadata=metadata, if_match=if_match)

    def read(self, key: str, start: int, size: int) -> bytes | None:
        return self._called().read(key, start, size)

    def put_file(self, key: str, file: IO[bytes], *, metadata: Mapping[str, str] | None = None) -> Stat:
        return self._called().put_file(key, file, metadata=metadata)

    def delete(self, key: str) -> None:
        self._called().delete(key)

    def touch(self, key: str) -> bool:
        return self._called().touch(key)

    def move(self, key: str, to: str, *, written_before: float) -> bool:
        if self._moves_at_once:
            return self._called().move(key, to, written_before=written_before)
        found = [entry for entry in self.entries(key, limit=1) if entry.key == key]
        blob = self.get(key) if found and found[0].modified < written_before else None
        if blob is None:
            return False
        self.put(to, blob.body, metadata=blob.stat.metadata)
        self.delete(key)
        return True

    def keys(self, prefix: str, *, after: str = "", limit: int = 1000) -> Sequence[str]:
        return self._called().keys(prefix, after=after, limit=limit)

    def entries(self, prefix: str, *, after: str = "", limit: int = 1000) -> Sequence[Entry]:
        return self._called().entries(prefix, after=after, limit=limit)
