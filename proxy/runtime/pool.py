"""Bounded threads: one pool for pixels, one for blocking I/O; nothing queues without end."""

import asyncio
import os
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, ParamSpec, TypeVar, cast

from media.errors import Unavailable

P = ParamSpec("P")
T = TypeVar("T")

#: Store and Redis calls wait for a medium, not for a core.
IO_THREADS = 32


class Pool:
    """Runs blocking calls in ``threads`` threads, at most ``queue`` of them waiting (0: no bound)."""

    def __init__(self, threads: int, queue: int = 0) -> None:
        self._executor = ThreadPoolExecutor(threads or os.cpu_count() or 1, thread_name_prefix="pool")
        self._capacity = (threads or os.cpu_count() or 1) + queue if queue else 0
        self._running = 0

    async def run(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Raises Unavailable where the queue is full."""
        if self._capacity and self._running >= self._capacity:
            raise Unavailable("The server is busy rendering; try again in a moment.", retry_after=2)
        self._running += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._executor, lambda: function(*args, **kwargs))
        finally:
            self._running -= 1

    def close(self) -> None:
        self._executor.shutdown(wait=False, cancel_futures=True)


class Flights:
    """Coalesces: callers of the same key share one running task, whoever came first.

    The task is shielded, so a client that leaves never cancels it for the others.
    """

    def __init__(self) -> None:
        self._tasks: dict[str, asyncio.Task[Any]] = {}

    async def run(self, key: str, make: Callable[[], Coroutine[Any, Any, T]]) -> T:
        task = self._tasks.get(key)
        if task is None:
            task = asyncio.ensure_future(make())
            self._tasks[key] = task
            task.add_done_callback(lambda done: self._forget(key, done))
        return cast(T, await asyncio.shield(task))

    def _forget(self, key: str, task: "asyncio.Task[Any]") -> None:
        self._tasks.pop(key, None)
        if not task.cancelled():
            task.exception()  # read it, so that an answer nobody waited for is not reported as lost
