"""Derived assets asked for a moment ago, in memory: the store is not read again for them."""

from collections import OrderedDict
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Derived:
    """A derived asset's bytes. ``confidence`` is that of the cutout underneath, None where there is none.

    One that is not final was made before anybody looked at its source: it is answered, never kept.
    """

    body: bytes
    confidence: float | None = None
    is_final: bool = True


class HotCache:
    """Least recently used goes first once bodies add up to ``max_bytes``. Keys are content-addressed: no expiry."""

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._bytes = 0
        self._entries: OrderedDict[str, Derived] = OrderedDict()

    def get(self, key: str) -> Derived | None:
        found = self._entries.get(key)
        if found is not None:
            self._entries.move_to_end(key)
        return found

    def put(self, key: str, derived: Derived) -> None:
        if len(derived.body) > self._max_bytes or key in self._entries:
            return
        self._entries[key] = derived
        self._bytes += len(derived.body)
        while self._bytes > self._max_bytes:
            _, oldest = self._entries.popitem(last=False)
            self._bytes -= len(oldest.body)
