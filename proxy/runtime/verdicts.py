"""In-memory LRU caches of small answers about derived assets, by derived key."""

from collections import OrderedDict
from typing import Generic, TypeVar

MAX_VERDICTS = 10_000

T = TypeVar("T")


class Remembered(Generic[T]):
    def __init__(self, most: int = MAX_VERDICTS) -> None:
        self._most = most
        self._entries: OrderedDict[str, T] = OrderedDict()

    def get(self, key: str) -> T | None:
        if key in self._entries:
            self._entries.move_to_end(key)
        return self._entries.get(key)

    def put(self, key: str, answer: T) -> None:
        self._entries[key] = answer
        if len(self._entries) > self._most:
            self._entries.popitem(last=False)


class Verdicts(Remembered[bool]):
    """Answers to yes-or-no questions about what never changes."""
