"""The jobs, by the names in messages: open · compute · store · announce.

A job is called with the message's ids, so what the process has opened at start (models, store) must be found here:
``use(services)`` is called once, before the first job.
"""

import json
import logging
from collections.abc import Callable, Mapping

from rq import Retry

from media.cutout import CutoutOptions
from media.derived.keys import concrete, cutout_key, maps_key
from media.errors import RequestError, SourceError
from media.operations import parse_chain
from media.render.derivation import order_for
from media.video.order import VideoOrder
from media.work.jobs import (
    BATCH,
    BATCH_JOB,
    CREATE_JOB,
    CREATION,
    DERIVE_JOB,
    MATTE_JOB,
    REPLACE_JOB,
    REPLACEMENT,
    SCENE_JOB,
    VIDEO_JOB,
    Outcome,
    scene_id,
)
from worker.batches import give_up_batch, make_batch
from worker.creations import create_asset, give_up_creation
from worker.cutouts import make_cutout
from worker.derivations import make_derived
from worker.outcomes import announce
from worker.replacements import give_up_replacement, replace_by_cutout
from worker.scenes import make_scene
from worker.services import Services
from worker.video.make_video import Cancelled, work_on_video

log = logging.getLogger("cutout.worker")

_services: list[Services] = []


def use(services: Services) -> None:
    _services[:] = [services]


def matte(source_digest: str, options: str) -> None:
    """Make a cutout; job id and outcome key are the cutout's key."""
    services = _services[0]
    wanted = CutoutOptions.from_json(options)
    key = cutout_key(source_digest, services.matting, wanted)
    try:
        make_cutout(services, source_digest, wanted)
    except (SourceError, RequestError) as error:
        # The photograph's own fault: no second try can help, and the sentence may be shown.
        log.info("no cutout of %s: %s", source_digest[:12], error)
        announce(services.redis, services.settings.queue, key, Outcome(ok=False, message=str(error)))
        return
    announce(services.redis, services.settings.queue, key, Outcome(ok=True))


def derive(source_digest: str, chain: str, layers: str) -> None:
    """Render one chain ahead of its first request; job id and outcome key are the derived key."""
    services = _services[0]
    order = order_for(source_digest, concrete(parse_chain(chain)), json.loads(layers), services.matting)
    outcome = Outcome(ok=True)
    try:
        make_derived(services, order)
    except (SourceError, RequestError) as error:
        outcome = Outcome(ok=False, message=str(error))
    announce(services.redis, services.settings.queue, order.key, outcome)


def scene(source_digest: str) -> None:
    """Make the scene of a source; job id and outcome key are :func:`media.work.jobs.scene_id` of its maps."""
    services = _services[0]
    outcome = Outcome(ok=True)
    try:
        make_scene(services, source_digest)
    except (SourceError, RequestError) as error:
        log.info("no scene of %s: %s", source_digest[:12], error)
        outcome = Outcome(ok=False, message=str(error))
    announce(services.redis, services.settings.queue, scene_id(maps_key(source_digest, services.matting)), outcome)


def batch(batch_id: str) -> None:
    """Render the chains of one batch record and send its notices."""
    make_batch(_services[0], batch_id)


def replace(replacement_id: str) -> None:
    """Replace an asset by its cutout, as one replacement record says."""
    replace_by_cutout(_services[0], replacement_id)


def create(creation_id: str) -> None:
    """Make a new asset of a source, as one creation record says."""
    create_asset(_services[0], creation_id)


def video(order: str) -> Retry | None:
    """Work on one video; job id and outcome key are the key of the order. Returned to its queue unless it is whole."""
    services, wanted = _services[0], VideoOrder.from_json(order)
    key = wanted.key(services.matting)
    try:
        if not work_on_video(services, wanted):
            # Taken up again in its turn; RQ counts these per message, which forgets the count.
            return Retry(max=1)
    except Cancelled:
        return None
    except (SourceError, RequestError) as error:
        log.info("no video of %s: %s", wanted.source[:12], error)
        announce(services.redis, services.settings.queue, key, Outcome(ok=False, message=str(error)))
        return None
    announce(services.redis, services.settings.queue, key, Outcome(ok=True))
    return None


#: All that a message in Redis can have called.
FUNCTIONS: Mapping[str, Callable[..., Retry | None]] = {
    MATTE_JOB: matte,
    DERIVE_JOB: derive,
    SCENE_JOB: scene,
    # The name that jobs have which an earlier release enqueued.
    "worker.jobs.look": scene,
    BATCH_JOB: batch,
    REPLACE_JOB: replace,
    CREATE_JOB: create,
    VIDEO_JOB: video,
}


def give_up(job_id: str) -> None:
    """The job's last try failed or its worker died too often: leave a marker with a life of its own."""
    services = _services[0]
    announce(services.redis, services.settings.queue, job_id, Outcome(ok=False))
    if job_id.startswith(REPLACEMENT):
        give_up_replacement(services, job_id.removeprefix(REPLACEMENT))
    elif job_id.startswith(BATCH):
        give_up_batch(services, job_id.removeprefix(BATCH))
    elif job_id.startswith(CREATION):
        give_up_creation(services, job_id.removeprefix(CREATION))
