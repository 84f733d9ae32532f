"""The jobs RQ calls by name: open · compute · store · announce.

RQ resolves a job by its dotted path and calls it with the message's ids, so what the process has opened at
start (models, store) must be found here: ``use(services)`` is called once, before the first job.
"""

import json
import logging

from media import derive as rendering
from media.cutout import CutoutOptions, StoredCutout, load_cutout
from media.errors import MediaError, NotFound, RequestError, SourceError
from media.jobs import Outcome
from media.keys import cutout_key, derived_key
from media.operations import parse_chain
from media.paths import derived_path, source_path
from media.plan import cutout_options
from worker.cutouts import make_cutout
from worker.outcomes import announce
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
    wanted = parse_chain(chain)
    key = derived_key(source_digest, wanted, digests, services.matting)
    outcome = Outcome(ok=True)
    try:
        if services.store.stat(derived_path(key)) is None:
            picture = _picture(services, source_digest, cutout_options(wanted))
            bodies = {source: _source(services, digest) for source, digest in digests.items()}
            rendered = rendering.derive(wanted, picture, bodies, services.settings.limits)
            services.store.put(derived_path(key), rendered.body, metadata=rendering.derived_metadata(picture))
    except (SourceError, RequestError) as error:
        outcome = Outcome(ok=False, message=str(error))
    announce(services.redis, services.settings.queue, key, outcome)


def give_up(job_id: str) -> None:
    """The job's last try failed or its worker died too often: leave a marker with a life of its own."""
    services = _services[0]
    announce(services.redis, services.settings.queue, job_id, Outcome(ok=False))


def _picture(services: Services, source_digest: str, options: CutoutOptions | None) -> bytes | StoredCutout:
    if options is None:
        return _source(services, source_digest)
    cutout = load_cutout(services.store, make_cutout(services, source_digest, options))
    if cutout is None:
        raise MediaError(f"the cutout of {source_digest} vanished")
    return cutout


def _source(services: Services, source_digest: str) -> bytes:
    blob = services.store.get(source_path(source_digest))
    if blob is None:
        raise NotFound("The source is no longer in the store.")
    return blob.body
