"""Videos: asked of a worker, followed, called off, sent from the store in pieces."""

from collections.abc import Mapping
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from media.derived.paths import video_path
from media.errors import DerivationFailed, DerivationPending, SourceError
from media.video.order import VideoOrder
from media.work import jobs
from media.work.jobs import VIDEO_QUEUE
from media.work.lanes import Lane
from proxy.delivery.patience import patience_of
from proxy.delivery.stored_file import StoredFile, send_stored
from proxy.delivery.worker_jobs import JobRequest, await_job
from proxy.http.responses import Caching
from proxy.services import Services


@dataclass(frozen=True, slots=True)
class WantedVideo:
    """An order, and the cloud that has it made."""

    order: VideoOrder
    cloud: str


async def deliver_video(
    services: Services,
    wanted: WantedVideo,
    caching: Caching,
    request: Request,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """A video of an address, as long as its client waits. Raises as :func:`request_video`, RateLimited."""
    key = wanted.order.key(services.matting)
    if not await has_video(services, key):
        await services.floods.admit(wanted.cloud, key)
    patience = patience_of(request.headers, services.settings.delivery).cutout
    await request_video(services, wanted, patience=patience)
    file = StoredFile((video_path(key),), wanted.order.row.mime, key, dict(headers or {}))
    return await send_stored(services, file, caching, request)


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
