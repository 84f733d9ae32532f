"""In-memory LRU cache of answers to yes-or-no questions about what never changes."""

from collections import OrderedDict

MAX_VERDICTS = 10_000


class Verdicts:
    def __init__(self, most: int = MAX_VERDICTS) -> None:
        self._most = most
        self._entries: OrderedDict[str, bool] = OrderedDict()

    def get(self, key: str) -> bool | None:
        if key in self._entries:
            self._entries.move_to_end(key)
        return self._entries.get(key)

    def put(self, key: str, verdict: bool) -> None:
        self._entries[key] = verdict
        if len(self._entries) > self._most:
            self._entries.popitem(last=False)
