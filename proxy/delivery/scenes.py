"""find_scene(): what is in a source, or a job that will see it.

A gravity is no reason to keep a page waiting for long: whoever asks first waits ``delivery.look_wait_seconds``, then
gets what libvips' attention would show, with a short cache life. A queue that is down or full costs accuracy, not the
picture.
"""

import logging

from media.derived.keys import maps_key
from media.derived.scenes import is_seen, load_scene
from media.errors import Unavailable
from media.records.asset import Asset
from media.scene.scene import Scene
from media.work import jobs
from proxy.delivery.worker_jobs import Question, ask_worker
from proxy.services import Services

log = logging.getLogger("cutout.derivation")


async def find_scene(services: Services, asset: Asset, *, patience: float) -> Scene | None:
    """The stored scene; the first to ask has a worker look. None where that outlasts the patience, or fails."""
    scene = await _stored_scene(services, asset)
    if scene is not None:
        return scene
    job_id = jobs.look_id(maps_key(asset.digest, services.matting))
    question = Question(jobs.LOOK_JOB, job_id, [asset.digest], lambda: _is_seen(services, asset))
    patience = max(patience, services.settings.delivery.look_wait_seconds)
    try:
        await ask_worker(services, question, patience=patience)
    except Unavailable as error:
        log.warning("nobody can look at %s: %s", asset.digest[:12], error)
    return await _stored_scene(services, asset)


async def _stored_scene(services: Services, asset: Asset) -> Scene | None:
    return await services.io.run(load_scene, services.store, asset.digest, services.matting)


async def _is_seen(services: Services, asset: Asset) -> bool:
    return await services.io.run(is_seen, services.store, asset.digest, services.matting)
