"""Bytes that may be held at once, in all requests of this process together."""

import contextlib
from collections.abc import Callable, Iterator

from media.errors import Unavailable

RETRY_AFTER_SECONDS = 5


class ByteBudget:
    def __init__(self, most: int) -> None:
        self._most = most
        self._held = 0

    def take(self, size: int) -> None:
        """Raises Unavailable if there is no room for ``size`` more."""
        if self._held + size > self._most:
            raise Unavailable("The server has its hands full of files; try again.", retry_after=RETRY_AFTER_SECONDS)
        self._held += size

    def give(self, size: int) -> None:
        """What was taken."""
        self._held -= size

    @contextlib.contextmanager
    def lent(self) -> Iterator[Callable[[int], None]]:
        """:meth:`take`, whose bytes are given back at the end."""
        held = 0

        def take(size: int) -> None:
            nonlocal held
            self.take(size)
            held += size

        try:
            yield take
        finally:
            self.give(held)
