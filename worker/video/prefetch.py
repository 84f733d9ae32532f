"""Run an iterator in a thread, a few items ahead: decoding, the network and encoding overlap, in bounded memory."""

from collections import deque
from collections.abc import Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar, cast

T = TypeVar("T")

AHEAD = 4
_END: Any = object()


def prefetched(items: Iterator[T], ahead: int = AHEAD) -> Generator[T, None, None]:
    """The same items; an error of the iterator is raised at its place."""
    with ThreadPoolExecutor(1, "prefetch") as thread:
        waiting = deque(thread.submit(next, items, _END) for _ in range(ahead))
        try:
            while (item := waiting.popleft().result()) is not _END:
                waiting.append(thread.submit(next, items, _END))
                yield cast(T, item)
        finally:
            for future in waiting:
                future.cancel()
