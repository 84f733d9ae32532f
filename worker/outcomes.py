"""Announce how a job ended: the other half of ``proxy.runtime.queue.JobQueue.outcome``.

A failure is announced for longer each time it happens again, doubling from ``queue.failure_ttl_seconds`` up to
a day, so that a photograph that can never be cut is not tried for ever.
"""

import redis

from media.config import Queue
from media.work.jobs import Outcome, Progress, failure_counter, outcome_stream, progress_stream

DAY_SECONDS = 86_400


def announce(connection: "redis.Redis", settings: Queue, job_id: str, outcome: Outcome) -> None:
    seconds = settings.outcome_ttl_seconds
    if outcome.ok:
        connection.delete(failure_counter(job_id))
    else:
        seconds = _failure_seconds(connection, settings, job_id)
    with connection.pipeline() as pipeline:
        pipeline.xadd(outcome_stream(job_id), outcome.to_fields(), maxlen=1, approximate=False)
        pipeline.expire(outcome_stream(job_id), seconds)
        pipeline.execute()


def _failure_seconds(connection: "redis.Redis", settings: Queue, job_id: str) -> int:
    times = int(connection.incr(failure_counter(job_id)))
    connection.expire(failure_counter(job_id), 2 * DAY_SECONDS)
    return min(DAY_SECONDS, settings.failure_ttl_seconds * 2 ** min(times - 1, 20))


def tell_progress(connection: "redis.Redis", settings: Queue, job_id: str, progress: Progress) -> None:
    """For who follows a job that takes minutes; forgotten if the job no longer tells anything."""
    with connection.pipeline() as pipeline:
        pipeline.xadd(progress_stream(job_id), progress.to_fields(), maxlen=1, approximate=False)
        pipeline.expire(progress_stream(job_id), settings.job_timeout_seconds)
        pipeline.execute()
