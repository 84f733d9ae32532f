"""A batch of eager transformations: make every derived asset, then tell whoever wants to know."""

import logging

from media.errors import RequestError, SourceError
from media.records.catalog import Catalog
from media.work.batch import Batch, Row
from media.work.jobs import BATCHES, Outcome
from worker.derivations import describe, make_derived, note
from worker.notices import send_later
from worker.outcomes import announce
from worker.services import Services

log = logging.getLogger("cutout.worker")

FAILED = "The derivation failed."


def make_batch(services: Services, batch_id: str) -> None:
    """Each row is stored as it is made, so a second try goes on where the first ended."""
    catalog = services.catalog()
    batch = _read(catalog, batch_id)
    if batch is None:
        log.warning("there is no batch %s", batch_id)
        return
    rows = [_make(services, catalog, batch, row) for row in batch.rows]
    send_later(services, catalog, batch.notices, {"rows": rows})


def give_up_batch(services: Services, batch_id: str) -> None:
    """The last try failed: say so, in order that nobody waits for ever."""
    catalog = services.catalog()
    batch = _read(catalog, batch_id)
    if batch is not None:
        rows = [{**row.shown, "status": "failed", "reason": FAILED} for row in batch.rows]
        send_later(services, catalog, batch.notices, {"rows": rows})


def _make(services: Services, catalog: Catalog, batch: Batch, row: Row) -> dict[str, object]:
    try:
        made = make_derived(services, batch.source_digest, row.chain, row.layers)
    except (SourceError, RequestError) as error:
        announce(services.redis, services.settings.queue, row.key, Outcome(ok=False, message=str(error)))
        return {**row.shown, "status": "failed", "reason": str(error)}
    note(catalog, batch.asset_id, batch.source_digest, row, made)
    announce(services.redis, services.settings.queue, row.key, Outcome(ok=True))
    return {**row.shown, **describe(services, made)}


def _read(catalog: Catalog, batch_id: str) -> Batch | None:
    document = catalog.records(BATCHES).get(batch_id)
    return Batch.from_document(document) if document else None
