"""Bounded threads: one pool for pixels, one for blocking I/O; nothing queues without end."""

import asyncio
import contextlib
import math
import os
import time
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from media.deadline import stop_at
from media.errors import Unavailable
from media.isolation.children import IDLE

P = ParamSpec("P")
T = TypeVar("T")

#: Store and Redis calls wait for a medium, not for a core.
IO_THREADS = 32
#: A frame of a long film may take a child of media/isolation for as long as a request lasts: one half of them is left
#: to photographs.
STILL_THREADS = max(1, IDLE // 2)
#: A check of pixels, and one of the store.
CHECK_THREADS = 2
BUSY = "The server is busy rendering; try again in a moment."


class Pool:
    """Runs blocking calls in ``threads`` threads, at most ``queue`` of them waiting (0: no bound).

    What looks at :mod:`media.deadline` stops ``seconds`` after it was asked for: nobody waits for it any more.
    """

    def __init__(self, threads: int, queue: int = 0, seconds: float = math.inf) -> None:
        self.threads = threads or os.cpu_count() or 1
        self._executor = ThreadPoolExecutor(self.threads, thread_name_prefix="pool")
        self._capacity = self.threads + queue if queue else 0
        #: Calls asked for and not done, those that wait among them.
        self.running = 0
        self._seconds = seconds

    async def run(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Raises Unavailable if the queue is full."""
        if self._capacity and self.running >= self._capacity:
            raise Unavailable(BUSY, retry_after=2)
        self.running += 1
        until = time.monotonic() + self._seconds

        def work() -> T:
            with stop_at(until):
                return function(*args, **kwargs)

        try:
            return await asyncio.get_running_loop().run_in_executor(self._executor, work)
        finally:
            self.running -= 1

    def close(self) -> None:
        self._executor.shutdown(wait=False, cancel_futures=True)


class Slots:
    """At most ``count`` holders at a time, at most ``queue`` (0: no bound) waiting for one of them to leave.

    What a holder reads, it reads once it has its slot: those that wait hold no bytes.
    """

    def __init__(self, count: int, queue: int) -> None:
        self._free = asyncio.Semaphore(count)
        self._queue = queue
        self.waiting = 0

    @property
    def are_taken(self) -> bool:
        return self._free.locked()

    @contextlib.asynccontextmanager
    async def one(self) -> AsyncIterator[None]:
        """Raises Unavailable if the queue is full."""
        if self.are_taken and self._queue and self.waiting >= self._queue:
            raise Unavailable(BUSY, retry_after=2)
        self.waiting += 1
        try:
            await self._free.acquire()
        finally:
            self.waiting -= 1
        try:
            yield
        finally:
            self._free.release()
