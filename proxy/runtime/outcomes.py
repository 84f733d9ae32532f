"""Waiting for outcomes: one reader for the whole process tells every waiting request how its job ended.

A waiting request is a future in a dictionary: no thread, no connection, and gone once its client has left.
"""

import asyncio
from collections.abc import Mapping
from typing import Any

import redis

from media.config import RedisSettings
from media.work.jobs import Outcome, outcome_stream
from proxy.runtime.redis_client import connect_async

#: One read; a job that is waited for meanwhile is part of the next one.
READ_SECONDS = 0.1

Waiting = dict[str, set["asyncio.Future[Outcome | None]"]]


class Outcomes:
    """At most ``most`` requests wait at once."""

    def __init__(self, settings: RedisSettings, most: int) -> None:
        self._redis = connect_async(settings)
        self._most = most
        self._waiting: Waiting = {}
        self._reader: asyncio.Task[None] | None = None
        self._is_ending = False
        self.count = 0

    async def wait(self, job_id: str, *, patience: float) -> Outcome | None:
        """The job's last outcome, one of the past included; None after ``patience`` seconds, or at once if too many
        wait already or the process ends. Raises redis.RedisError."""
        if self._is_ending or self.count >= self._most:
            return None
        stream, future = outcome_stream(job_id), asyncio.get_running_loop().create_future()
        self._waiting.setdefault(stream, set()).add(future)
        self.count += 1
        if self._reader is None or self._reader.done():
            self._reader = asyncio.ensure_future(self._read())
        try:
            async with asyncio.timeout(patience):
                return await future
        except TimeoutError:
            return None
        finally:
            self.count -= 1
            self._leave(stream, future)

    def _leave(self, stream: str, future: "asyncio.Future[Outcome | None]") -> None:
        crowd = self._waiting[stream]
        crowd.discard(future)
        if not crowd:
            del self._waiting[stream]

    async def _read(self) -> None:
        while self._waiting:
            try:
                # From "0": an outcome announced before its stream was read is still told. In short reads, which tell a
                # Redis that no longer answers from one that has nothing to say.
                news = await self._redis.xread(
                    dict.fromkeys(self._waiting, "0"), count=1, block=int(READ_SECONDS * 1000)
                )
            except redis.exceptions.RedisError as error:
                self._fail(error)
                return
            self._tell({stream.decode(): entries[-1][1] for stream, entries in news})
            # Those who were told leave first: their streams are not read again.
            await asyncio.sleep(0)

    def _tell(self, news: Mapping[str, Mapping[Any, Any]]) -> None:
        for stream, fields in news.items():
            outcome = Outcome.from_fields(fields)
            for future in self._waiting.get(stream, ()):
                if not future.done():
                    future.set_result(outcome)

    def stop_waiting(self) -> None:
        """This process ends: whoever waits, now or later, is told at once that there is no outcome yet."""
        self._is_ending = True
        for future in [each for crowd in self._waiting.values() for each in crowd]:
            if not future.done():
                future.set_result(None)

    def _fail(self, error: redis.exceptions.RedisError) -> None:
        for future in [each for crowd in self._waiting.values() for each in crowd]:
            if not future.done():
                future.set_exception(error)

    async def close(self) -> None:
        if self._reader is not None:
            self._reader.cancel()
            # The client of Redis may take a cancellation for its time-out: told either way.
            await asyncio.wait([self._reader], timeout=1)
        await self._redis.aclose()
