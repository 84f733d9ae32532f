"""Room in the store: what was asked for again, how much was stored, whether there is room for more.

On the hot path all of it is a dictionary's entry. Every few seconds one exchange with Redis tells the marks and the
bytes of this process and learns those of all (:mod:`worker.upkeep`), so a bound may be exceeded by what is stored in
that time. Redis may lose it all: the workers measure the store anew.
"""

import asyncio
import contextlib
import logging
from collections import Counter
from collections.abc import AsyncIterator
from itertools import islice

import redis

from media.config import RedisSettings, StoreSettings
from media.errors import Unavailable
from media.retention.ages import weight
from media.retention.rules import bounds_of
from media.work.jobs import STORED, USED, used_member
from proxy.runtime.redis_client import connect_async

log = logging.getLogger("cutout.room")

TELL_SECONDS = 2.0
#: More marks in that time are not told: what is asked for so seldom is not hot.
MOST_MARKS = 10_000
#: About 25 MB in Redis; what is older is judged by its age.
KEPT_MARKS = 200_000
NO_ROOM = "There is no room for more files without a key; try again later."
NO_ROOM_RETRY_SECONDS = 60


class Room:
    def __init__(
        self,
        redis_settings: RedisSettings,
        settings: StoreSettings,
        *,
        most_marks: int = MOST_MARKS,
        kept_marks: int = KEPT_MARKS,
    ) -> None:
        self._redis = connect_async(redis_settings)
        self._bounds = bounds_of(settings)
        self._most_marks, self._kept_marks = most_marks, kept_marks
        #: Key → when it was asked for again (unix seconds). Written by the hot path, where a call would show.
        self.marks: dict[str, float] = {}
        self._untold: Counter[str] = Counter()
        self._told: Counter[str] = Counter()
        self._is_heard = True

    def take(self, kind: str, size: int) -> bool:
        """Whether there is room for ``size`` bytes more of a kind; they count as stored from now on."""
        if not self._has_room(kind, weight(size)):
            return False
        self._untold[kind] += weight(size)
        return True

    def _has_room(self, kind: str, size: int) -> bool:
        bound = self._bounds[kind]
        return not bound or self._told[kind] + self._untold[kind] + size <= bound

    def take_or_refuse(self, kind: str, size: int) -> None:
        """As :meth:`take`. Raises Unavailable if there is no room."""
        if not self.take(kind, size):
            raise Unavailable(NO_ROOM, retry_after=NO_ROOM_RETRY_SECONDS)

    def check(self, kind: str) -> None:
        """Raises Unavailable if there is not even room for the smallest file, before anything is known of it."""
        if not self._has_room(kind, weight(1)):
            raise Unavailable(NO_ROOM, retry_after=NO_ROOM_RETRY_SECONDS)

    async def tell(self) -> None:
        """Tell Redis what is new and learn the sums. What cannot be told is told the next time."""
        marks, self.marks = self.marks, {}
        untold, self._untold = self._untold, Counter()
        # Until the answer is there: nothing that was stored is forgotten meanwhile.
        self._told += untold
        try:
            self._told = Counter(await self._exchange(marks, untold))
            self._is_heard = True
        except redis.exceptions.RedisError as error:
            self._told -= untold
            self._untold += untold
            if self._is_heard:
                log.warning("what is stored and used is not told until Redis is back: %s", error)
            self._is_heard = False

    async def _exchange(self, marks: dict[str, float], untold: Counter[str]) -> dict[str, int]:
        async with self._redis.pipeline(transaction=False) as pipeline:
            for kind, size in untold.items():
                pipeline.hincrby(STORED, kind, size)
            if marks:
                newest = islice(reversed(marks.items()), self._most_marks)
                pipeline.zadd(USED, {used_member(key): moment for key, moment in newest})
                pipeline.zremrangebyrank(USED, 0, -self._kept_marks - 1)
            pipeline.hgetall(STORED)
            *_, totals = await pipeline.execute()
        return {kind.decode(): int(size) for kind, size in totals.items()}

    @contextlib.asynccontextmanager
    async def kept_current(self) -> AsyncIterator["Room"]:
        # Told to end, not cancelled: the client of Redis may take a cancellation for its time-out and go on.
        ended = asyncio.Event()
        task = asyncio.create_task(self._keep_current(ended))
        try:
            yield self
        finally:
            ended.set()
            await task
            await self.tell()
            await self._redis.aclose()

    async def _keep_current(self, ended: asyncio.Event) -> None:
        while not ended.is_set():
            await self.tell()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(ended.wait(), TELL_SECONDS)
