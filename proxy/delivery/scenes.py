"""find_scene(): what is in a source, or a job that will see it.

A gravity is no reason to keep a page waiting for long: the first request waits ``delivery.look_wait_seconds``, then
gets what libvips' attention would show, with a short cache life. A queue that is down or full costs accuracy, not the
picture.
"""

import logging

from media.derived.keys import maps_key
from media.derived.scenes import has_scene, load_scene
from media.errors import RateLimited, Unavailable
from media.scene.scene import Scene
from media.work import jobs
from media.work.lanes import Lane
from proxy.delivery.worker_jobs import JobRequest, await_job
from proxy.services import Services

log = logging.getLogger("cutout.derivation")


async def find_scene(services: Services, lane: Lane, *, patience: float) -> Scene | None:
    """The stored scene, made by a worker if need be; None if that outlasts the patience, or fails."""
    scene = await _load(services, lane.source)
    if scene is None:
        await request_scene(services, lane, patience=patience)
        scene = await _load(services, lane.source)
    return scene


async def request_scene(services: Services, lane: Lane, *, patience: float) -> None:
    """Have a worker make the scene; return when it is stored, cannot be made, or the patience is over."""
    job = JobRequest(
        jobs.SCENE_JOB,
        jobs.scene_id(maps_key(lane.source, services.matting)),
        [lane.source],
        lane,
        lambda: services.io.run(has_scene, services.store, lane.source, services.matting),
    )
    try:
        await await_job(services, job, patience=max(patience, services.settings.delivery.look_wait_seconds))
    except (RateLimited, Unavailable) as error:
        log.warning("the scene of %s cannot be made: %s", lane.source[:12], error)


async def _load(services: Services, source_digest: str) -> Scene | None:
    return await services.io.run(load_scene, services.store, source_digest, services.matting)
