"""Videos: asked of a worker, followed, called off, sent from the store in pieces."""

from dataclasses import dataclass

from media.derived.paths import video_path
from media.errors import DerivationFailed, DerivationPending, SourceError
from media.video.order import VideoOrder
from media.work import jobs
from media.work.jobs import VIDEO_QUEUE
from media.work.lanes import Lane
from proxy.delivery.worker_jobs import JobRequest, await_job
from proxy.services import Services


@dataclass(frozen=True, slots=True)
class WantedVideo:
    """An order, and the cloud that has it made."""

    order: VideoOrder
    cloud: str


async def request_video(services: Services, wanted: WantedVideo, *, patience: float = 0.0) -> str:
    """Have a video made; its key once it is stored.

    Raises DerivationPending while it is made, SourceError or DerivationFailed if it cannot be, Unavailable if a
    dependency is down.
    """
    key = wanted.order.key(services.matting)
    if await has_video(services, key):
        return key
    job = JobRequest(
        jobs.VIDEO_JOB,
        key,
        [wanted.order.to_json()],
        Lane(wanted.cloud, wanted.order.source),
        lambda: has_video(services, key),
        queue=VIDEO_QUEUE,
    )
    await services.queue.call_off(key, False)
    outcome = await await_job(services, job, patience=patience)
    if outcome is None:
        progress = await services.queue.progress(key)
        done = f" ({progress.percent} %)" if progress else ""
        retry_after = services.settings.delivery.retry_after_seconds
        raise DerivationPending(f"The video is being made{done}; try again.", retry_after=retry_after)
    if not outcome.ok:
        raise SourceError(outcome.message) if outcome.message else DerivationFailed("the video job failed")
    return key


async def has_video(services: Services, key: str) -> bool:
    return await services.io.run(services.store.stat, video_path(key)) is not None
