"""await_job(): a crowd enqueues one job and waits for its outcome."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from media.work import jobs
from media.work.jobs import Outcome
from proxy.services import Services


@dataclass(frozen=True, slots=True)
class JobRequest:
    """A job of the queue ``matte``; its id is the key of its outcome. ``is_stored`` tells whether what it makes is."""

    function: str
    job_id: str
    arguments: Sequence[str]
    is_stored: Callable[[], Awaitable[bool]]


async def await_job(services: Services, job: JobRequest, *, patience: float) -> Outcome | None:
    """The job's outcome, a remembered failure included; None if there is none within ``patience`` seconds.

    Raises Unavailable if Redis is down or the queue is full.
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
    if await services.queue.enqueue_once(jobs.MATTE_QUEUE, job.function, job.job_id, job.arguments):
        return None
    return await services.queue.outcome(job.job_id)
