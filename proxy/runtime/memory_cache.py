"""In-memory LRU cache of derived assets."""

from collections import OrderedDict

from media.derived.derived_assets import Derived


class HotCache:
    """LRU cache: the least recently used goes first once bodies add up to ``max_bytes``.

    Keys are content-addressed: nothing expires.
    """

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
