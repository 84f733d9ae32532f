"""A batch of eager transformations: make every derived asset, then send the notifications."""

import logging

from media.derived.derived_assets import Derived
from media.derived.keys import concrete
from media.errors import RequestError, SourceError
from media.formats.source import describe_derived
from media.operations import parse_chain
from media.records.catalog import Catalog
from media.render.derivation import Listing, Order, order_for
from media.work.batch import Batch, Row
from media.work.jobs import BATCHES, Outcome
from worker.derivations import make_derived
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
    rows = [_make(services, batch, row) for row in batch.rows]
    send_later(services, catalog, batch.notices, {"rows": rows})


def give_up_batch(services: Services, batch_id: str) -> None:
    """The last try failed: say so, so that no client waits for ever."""
    catalog = services.catalog()
    batch = _read(catalog, batch_id)
    if batch is not None:
        rows = [{**row.shown, "status": "failed", "reason": FAILED} for row in batch.rows]
        send_later(services, catalog, batch.notices, {"rows": rows})


def _make(services: Services, batch: Batch, row: Row) -> dict[str, object]:
    try:
        made = make_derived(services, _order(services, batch, row))
    except (SourceError, RequestError) as error:
        announce(services.redis, services.settings.queue, row.key, Outcome(ok=False, message=str(error)))
        return {**row.shown, "status": "failed", "reason": str(error)}
    announce(services.redis, services.settings.queue, row.key, Outcome(ok=True))
    return {**row.shown, **_description(services, made)}


def _order(services: Services, batch: Batch, row: Row) -> Order:
    chain = concrete(parse_chain(row.chain))
    listing = Listing(batch.asset_id, row.transformation, row.extension, eager=True)
    return order_for(batch.source_digest, chain, row.layers, services.matting, listing)


def _description(services: Services, made: Derived) -> dict[str, object]:
    """What a notification says of a derived asset."""
    info = describe_derived(made.body, max_pixels=services.settings.limits.max_source_pixels)
    return {"width": info.width, "height": info.height, "bytes": len(made.body), "format": info.format}


def _read(catalog: Catalog, batch_id: str) -> Batch | None:
    document = catalog.records(BATCHES).get(batch_id)
    return Batch.from_document(document) if document else None
