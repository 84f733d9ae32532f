"""find_scene(): what is in a source, or a job that will see it.

A gravity is no reason to keep a page waiting for long: whoever asks first waits ``delivery.look_wait_seconds``, then
gets what libvips' attention would show, with a short cache life. A queue that is down or full costs accuracy, not the
picture.
"""

import logging

from media import jobs
from media.asset import Asset
from media.errors import Unavailable
from media.keys import maps_key
from media.scene import Scene
from media.scene_store import is_seen, load_scene
from proxy.services import Services

log = logging.getLogger("cutout.derivation")


async def find_scene(services: Services, asset: Asset, *, patience: float) -> Scene | None:
    """The stored scene; the first to ask has a worker look. None where that outlasts the patience, or fails."""
    if not await services.io.run(is_seen, services.store, asset.digest, services.matting):
        job_id = jobs.look_id(maps_key(asset.digest, services.matting))
        patience = max(patience, services.settings.delivery.look_wait_seconds)
        try:
            await services.flights.run(f"request:{job_id}", lambda: _request(services, job_id, asset.digest))
            await services.queue.outcome(job_id, patience=patience)
        except Unavailable as error:
            log.warning("nobody can look at %s: %s", asset.digest[:12], error)
    return await services.io.run(load_scene, services.store, asset.digest, services.matting)


async def _request(services: Services, job_id: str, digest: str) -> None:
    outcome = await services.queue.outcome(job_id)
    if outcome is not None and outcome.ok:
        # Seen once, but no longer in the store.
        await services.queue.forget(job_id)
    if outcome is None or outcome.ok:
        await services.queue.enqueue_once(jobs.MATTE_QUEUE, jobs.LOOK_JOB, job_id, [digest])
