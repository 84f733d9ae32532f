"""The jobs RQ calls by name: open · compute · store · announce.

RQ resolves a job by its dotted path and calls it with the message's ids, so what the process has opened at
start (models, store) must be found here: ``use(services)`` is called once, before the first job.
"""

import json
import logging

from media.cutout import CutoutOptions
from media.derived.keys import cutout_key, derived_key, maps_key
from media.errors import RequestError, SourceError
from media.operations import parse_chain
from media.work.jobs import BATCH, REPLACEMENT, Outcome, look_id
from worker.batches import give_up_batch, make_batch
from worker.cutouts import make_cutout
from worker.derivations import make_derived
from worker.outcomes import announce
from worker.replacements import give_up_replacement, replace_by_cutout
from worker.scenes import see
from worker.services import Services

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
    digests: dict[str, str] = json.loads(layers)
    outcome = Outcome(ok=True)
    try:
        make_derived(services, source_digest, chain, digests)
    except (SourceError, RequestError) as error:
        outcome = Outcome(ok=False, message=str(error))
    key = derived_key(source_digest, parse_chain(chain), digests, services.matting)
    announce(services.redis, services.settings.queue, key, outcome)


def look(source_digest: str) -> None:
    """See what is in a source; job id and outcome key are :func:`media.work.jobs.look_id` of its maps."""
    services = _services[0]
    outcome = Outcome(ok=True)
    try:
        see(services, source_digest)
    except (SourceError, RequestError) as error:
        log.info("nothing seen in %s: %s", source_digest[:12], error)
        outcome = Outcome(ok=False, message=str(error))
    announce(services.redis, services.settings.queue, look_id(maps_key(source_digest, services.matting)), outcome)


def batch(batch_id: str) -> None:
    """Render the chains of one batch record and send its notices."""
    make_batch(_services[0], batch_id)


def replace(replacement_id: str) -> None:
    """Replace an asset by its cutout, as one replacement record says."""
    replace_by_cutout(_services[0], replacement_id)


def give_up(job_id: str) -> None:
    """The job's last try failed or its worker died too often: leave a marker with a life of its own."""
    services = _services[0]
    announce(services.redis, services.settings.queue, job_id, Outcome(ok=False))
    if job_id.startswith(REPLACEMENT):
        give_up_replacement(services, job_id.removeprefix(REPLACEMENT))
    elif job_id.startswith(BATCH):
        give_up_batch(services, job_id.removeprefix(BATCH))
