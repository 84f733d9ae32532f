"""The job queue as the proxy sees it: enqueue once per key, await the outcome.

Redis faults become :class:`media.errors.Unavailable`; nothing here is durable.
"""

import contextlib
import time
from collections.abc import Iterator, Sequence

import redis
from rq import Queue as RqQueue
from rq import Retry
from rq.exceptions import DuplicateJobError
from rq.job import JobStatus
from rq.serializers import JSONSerializer
from rq.utils import now

from media.config import Queue, RedisSettings
from media.errors import Unavailable
from media.work import jobs
from media.work.jobs import Outcome
from proxy.runtime.outcomes import Outcomes
from proxy.runtime.pool import Pool
from proxy.runtime.redis_client import connect, connect_async

#: A job that no worker picked up within this time is forgotten; the next request enqueues it anew.
QUEUED_TTL_SECONDS = 3600
#: RQ keeps failed jobs for a year by default; the outcome stream is our marker, not the job.
FAILED_JOB_TTL_SECONDS = 1
#: Between taking a job and starting it a worker needs milliseconds.
LOST_AFTER_SECONDS = 10


class JobQueue:
    """At most ``max_waiting`` requests wait for outcomes at once."""

    def __init__(self, redis_settings: RedisSettings, settings: Queue, pool: Pool, *, max_waiting: int = 2000) -> None:
        self._settings = settings
        self._pool = pool
        self._redis, self._async = connect(redis_settings), connect_async(redis_settings)
        # One of its own: it answers while all others are taken.
        self._health = connect_async(redis_settings)
        self.outcomes = Outcomes(redis_settings, max_waiting)

    async def enqueue_once(self, queue: str, function: str, job_id: str, arguments: Sequence[str]) -> bool:
        """Put a job on ``queue`` unless one with this id is there or has just ended; True if this call did it.

        Raises Unavailable if Redis is down or the queue is full.
        """
        return await self._pool.run(self._enqueue_once, queue, function, job_id, arguments)

    def _enqueue_once(self, name: str, function: str, job_id: str, arguments: Sequence[str]) -> bool:
        with _translated():
            queue = RqQueue(name, connection=self._redis, serializer=JSONSerializer)
            if queue.count >= self._settings.max_length:
                raise Unavailable(f"The queue {name} is full; try again later.", retry_after=10)
            try:
                job = queue.enqueue_call(
                    function,
                    args=list(arguments),
                    job_id=job_id,
                    unique=True,
                    timeout=self._settings.job_timeout_seconds,
                    ttl=QUEUED_TTL_SECONDS,
                    result_ttl=0,
                    failure_ttl=FAILED_JOB_TTL_SECONDS,
                    retry=Retry(max=self._settings.max_attempts - 1) if self._settings.max_attempts > 1 else None,
                )
            except DuplicateJobError:
                put_back_if_lost(queue, job_id)
                return False
            # The job of that name may have ended between the caller's look and this call: its outcome was
            # announced before its name became free, so it is seen here.
            if self._redis.exists(jobs.outcome_stream(job_id)):
                job.delete()
                return False
            self._redis.hincrby(jobs.COUNTERS, jobs.JOBS_ENQUEUED, 1)
            return True

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

    async def counters(self) -> dict[str, int]:
        with _translated():
            stored = await self._async.hgetall(jobs.COUNTERS)
        return {name.decode(): int(value) for name, value in stored.items()}

    async def lengths(self) -> dict[str, int]:
        with _translated():
            return {name: int(await self._async.llen(f"rq:queue:{name}")) for name in jobs.QUEUES}

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


def put_back_if_lost(queue: RqQueue, job_id: str) -> None:
    """A worker that dies between taking a job and starting it leaves it in no list, but its name taken."""
    job = queue.fetch_job(job_id)
    # As fetched: asking again would raise if a worker finished the job and dropped it meanwhile.
    if job is None or job.get_status(refresh=False) != JobStatus.QUEUED or job.enqueued_at is None:
        return
    age = (now() - job.enqueued_at).total_seconds()
    if age > LOST_AFTER_SECONDS and queue.get_job_position(job_id) is None:
        queue.push_job_id(job_id)


@contextlib.contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except redis.exceptions.RedisError as error:
        raise Unavailable("The job queue cannot be reached; try again later.", retry_after=5) from error
