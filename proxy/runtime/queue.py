"""The job queue as the proxy sees it: enqueue once per key, in the lane of its source; await the outcome.

Redis faults become :class:`media.errors.Unavailable`; nothing here is durable.
"""

import contextlib
import time
from collections.abc import Iterator, Sequence
from typing import Any

import redis
from rq import Queue as RqQueue
from rq import Retry
from rq.serializers import JSONSerializer
from rq.utils import now

from media.config import Queue, RedisSettings
from media.errors import MediaError, RateLimited, Unavailable
from media.work import jobs, lanes
from media.work.jobs import Outcome, Progress
from media.work.lanes import Lane
from proxy.runtime.outcomes import Outcomes
from proxy.runtime.pool import Pool
from proxy.runtime.redis_client import connect, connect_async

#: A job that no worker picked up within this time is forgotten; the next request enqueues it anew.
QUEUED_TTL_SECONDS = 3600
#: RQ keeps failed jobs for a year by default; the outcome stream is our marker, not the job.
FAILED_JOB_TTL_SECONDS = 1
FULL_RETRY_AFTER_SECONDS = 10
#: A job that waits for so long is forgotten anyway.
CANCELLED_SECONDS = QUEUED_TTL_SECONDS


class JobQueue:
    """At most ``max_waiting`` requests wait for outcomes at once."""

    def __init__(self, redis_settings: RedisSettings, settings: Queue, pool: Pool, *, max_waiting: int = 2000) -> None:
        self._settings = settings
        self._pool = pool
        self._redis, self._async = connect(redis_settings), connect_async(redis_settings)
        # One of its own: it answers while all others are taken.
        self._health = connect_async(redis_settings)
        self.outcomes = Outcomes(redis_settings, max_waiting)

    async def enqueue_once(
        self, queue: str, function: str, job_id: str, arguments: Sequence[str], *, lane: Lane
    ) -> bool:
        """Have a job done in its turn unless one with this id waits or has just ended; True if this call did it.

        Raises RateLimited if too many wait for the lane's source or cloud, Unavailable if Redis is down or the queue
        is full.
        """
        return await self._pool.run(self._enqueue_once, queue, function, job_id, arguments, lane)

    def _enqueue_once(self, name: str, function: str, job_id: str, arguments: Sequence[str], lane: Lane) -> bool:
        settings = self._settings
        bounds = (settings.max_waiting_per_source, settings.max_waiting_per_cloud, settings.max_length)
        keys = (jobs.outcome_stream(job_id), jobs.COUNTERS, RqQueue.redis_queues_keys)
        with _translated():
            message = self._message(name, function, job_id, arguments)
            told: Any = self._redis.eval(
                lanes.ENQUEUE, len(keys), *keys, name, job_id, lane.cloud, lane.name, QUEUED_TTL_SECONDS,
                *bounds, jobs.JOBS_ENQUEUED, *message,
            )  # fmt: skip
        if told in (lanes.NEW, lanes.KNOWN):
            return bool(told == lanes.NEW)
        raise _refusal(told, settings)

    def _message(self, name: str, function: str, job_id: str, arguments: Sequence[str]) -> list[Any]:
        """The names and values of a job's fields, as RQ writes them."""
        attempts = self._settings.max_attempts
        job = RqQueue(name, connection=self._redis, serializer=JSONSerializer).create_job(
            function,
            args=list(arguments),
            job_id=job_id,
            timeout=self._settings.job_timeout_seconds,
            ttl=QUEUED_TTL_SECONDS,
            result_ttl=0,
            failure_ttl=FAILED_JOB_TTL_SECONDS,
            retry=Retry(max=attempts - 1) if attempts > 1 else None,
        )
        job.enqueued_at = now()
        fields = {field: value for field, value in job.to_dict().items() if value is not None}
        return [part for field in fields.items() for part in field]

    async def outcome(self, job_id: str, *, patience: float = 0.0) -> Outcome | None:
        """The job's last outcome; waits up to ``patience`` seconds for one. None while there is none, or if too many
        requests wait already."""
        with _translated():
            if patience > 0:
                return await self.outcomes.wait(job_id, patience=patience)
            past = await self._async.xrevrange(jobs.outcome_stream(job_id), count=1)
        return Outcome.from_fields(past[-1][1]) if past else None

    async def send_soon(self, notice_id: str) -> None:
        """Have a notice sent by the next worker that looks. If Redis is down its record waits for one to start."""
        with contextlib.suppress(redis.exceptions.RedisError):
            await self._async.zadd(jobs.NOTICES_DUE, {notice_id: time.time()})

    async def count(self, name: str, seconds: int) -> int:
        """Count one more under ``name``, which is forgotten after ``seconds``."""
        with _translated():
            async with self._async.pipeline() as pipeline:
                pipeline.incr(name)
                pipeline.expire(name, seconds)
                counted, _ = await pipeline.execute()
        return int(counted)

    async def forget(self, job_id: str) -> None:
        """Let the job be enqueued again although an outcome of it is remembered."""
        with _translated():
            await self._async.delete(jobs.outcome_stream(job_id))

    async def progress(self, job_id: str) -> Progress | None:
        """How far a job is that tells; None if it tells nothing, or nothing any more."""
        with _translated():
            told = await self._async.xrevrange(jobs.progress_stream(job_id), count=1)
        return Progress.from_fields(told[-1][1]) if told else None

    async def call_off(self, job_id: str, is_unwanted: bool = True) -> None:
        """Tell the worker that nobody wants what the job makes, or that somebody does again."""
        with _translated():
            if is_unwanted:
                await self._async.set(jobs.cancelled_key(job_id), 1, ex=CANCELLED_SECONDS)
            else:
                await self._async.delete(jobs.cancelled_key(job_id))

    async def counters(self) -> dict[str, int]:
        with _translated():
            stored = await self._async.hgetall(jobs.COUNTERS)
        return {name.decode(): int(value) for name, value in stored.items()}

    async def lengths(self) -> dict[str, int]:
        with _translated():
            return {name: await self._length(name) for name in jobs.QUEUES}

    async def _length(self, name: str) -> int:
        """What is offered to RQ, and what waits in lanes."""
        waiting = await self._async.hvals(lanes.waiting_key(name))
        return int(await self._async.llen(f"rq:queue:{name}")) + sum(int(each) for each in waiting)

    async def ping(self) -> None:
        with _translated():
            await self._health.ping()

    @contextlib.contextmanager
    def lock(self, name: str) -> Iterator[None]:
        """A lock between processes, for stores that ignore conditional writes. Raises Unavailable."""
        with _translated(), self._redis.lock(f"cutout:lock:{name}", timeout=10, blocking_timeout=10):
            yield

    async def close(self) -> None:
        await self.outcomes.close()
        await self._health.aclose()
        await self._async.aclose()
        self._redis.close()


def _refusal(told: object, settings: Queue) -> MediaError:
    if told == lanes.FULL_QUEUE:
        return Unavailable("The queue is full; try again later.", retry_after=FULL_RETRY_AFTER_SECONDS)
    who, most = (
        ("picture", settings.max_waiting_per_source)
        if told == lanes.FULL_SOURCE
        else ("cloud", settings.max_waiting_per_cloud)
    )
    return RateLimited(f"A {who} may have {most} jobs waiting; try again later.", retry_after=FULL_RETRY_AFTER_SECONDS)


@contextlib.contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except redis.exceptions.RedisError as error:
        raise Unavailable("The job queue cannot be reached; try again later.", retry_after=5) from error
