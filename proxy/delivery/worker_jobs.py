"""await_job(): a crowd enqueues one job and waits for its outcome."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from media.derived.keys import maps_key
from media.derived.paths import maps_path
from media.work import jobs
from media.work.jobs import Outcome
from media.work.lanes import Lane
from proxy.services import Services


@dataclass(frozen=True, slots=True)
class JobRequest:
    """What the network makes of a source; the id is the key of its outcome. ``is_stored``: is what it makes? Without a
    ``queue`` it waits where others do that need the network's answer."""

    function: str
    job_id: str
    arguments: Sequence[str]
    lane: Lane
    is_stored: Callable[[], Awaitable[bool]]
    queue: str = ""


async def await_job(services: Services, job: JobRequest, *, patience: float) -> Outcome | None:
    """The job's outcome, a remembered failure included; None if there is none within ``patience`` seconds.

    Raises RateLimited if too many jobs wait already, Unavailable if Redis is down or the queue is full.
    """
    outcome = await services.flights.run(f"request:{job.job_id}", lambda: _request(services, job))
    if outcome is None and patience > 0:
        outcome = await services.queue.outcome(job.job_id, patience=patience)
    return outcome


async def _request(services: Services, job: JobRequest) -> Outcome | None:
    outcome = await services.queue.outcome(job.job_id)
    if outcome is not None and (not outcome.ok or await job.is_stored()):
        return outcome
    if outcome is not None:
        # Made once, but no longer in the store.
        await services.queue.forget(job.job_id)
    queue = job.queue or await queue_for(services, job.lane.source)
    if await services.queue.enqueue_once(queue, job.function, job.job_id, job.arguments, lane=job.lane):
        return None
    return await services.queue.outcome(job.job_id)


async def queue_for(services: Services, source_digest: str) -> str:
    """Where a job waits that needs the network's answer on this source: what is stored already is not waited for."""
    path = maps_path(maps_key(source_digest, services.matting))
    return jobs.CUT_QUEUE if await services.io.run(services.store.stat, path) else jobs.MATTE_QUEUE
