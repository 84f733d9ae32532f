"""A new asset made of a source: what an add-on is asked for, and answers later.

::

    create_asset
      ├ make_derived            each try's matte, until one shows something
      ├ make_derived            its result
      ├ keep_as_source          the result is a source of its own
      ├ catalog.save            the new asset behind its index, unless an earlier try got this far
      ├ catalog.update          what the source's own record is to say of it
      └ send_later              the notices

Whatever fails, the source stays as it is; the creation's record says why.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from media.analysis import measure_matte
from media.derived.derived_assets import Derived
from media.derived.keys import concrete, maps_key
from media.derived.paths import maps_path
from media.errors import AlreadyExists, NotFound, RequestError, SourceError
from media.formats.source import SourceInfo, open_source
from media.operations import parse_chain
from media.records.asset import Asset, SourceRef
from media.records.catalog import Catalog
from media.removal.foreground import foreground_type
from media.render.derivation import order_for
from media.scene.labels import Label, labels_of
from media.work.creation import DONE, FAILED, Creation, Try
from media.work.jobs import CREATIONS
from media.work.webhook import fill
from worker.derivations import keep_as_source, make_derived
from worker.notices import send_later
from worker.services import Services

log = logging.getLogger("cutout.worker")

NOTHING = "There is no foreground to be seen in this image."


def create_asset(services: Services, creation_id: str) -> None:
    catalog = services.catalog()
    wanted = _read(catalog, creation_id)
    if wanted is None or wanted.state:
        log.info("the creation %s is done already", creation_id)
        return
    try:
        facts = _create(services, catalog, wanted)
    except (SourceError, RequestError) as error:
        _end(catalog, wanted, FAILED, str(error))
        return
    send_later(services, catalog, wanted.notices, facts)
    _end(catalog, wanted, DONE)


def give_up_creation(services: Services, creation_id: str) -> None:
    catalog = services.catalog()
    wanted = _read(catalog, creation_id)
    if wanted is not None and not wanted.state:
        _end(catalog, wanted, FAILED, "The result could not be made.")


def _create(services: Services, catalog: Catalog, wanted: Creation) -> Mapping[str, Any]:
    made = _made(services, wanted)
    info, described = keep_as_source(services, made)
    facts = _facts(services, wanted, info, described)
    asset = Asset.from_document({**fill(wanted.asset, facts), **described})
    for each in fill(list(wanted.indexed), {**facts, "asset": asset.to_document()}):
        catalog.records(each["kind"]).put(each["name"], each["document"])
    try:
        catalog.save(asset, overwrite=False)
    except AlreadyExists:
        log.info("an earlier try of %s got this far", wanted.id)
    _mark(catalog, wanted, facts)
    return facts


def _made(services: Services, wanted: Creation) -> Derived:
    """Of the first try in which anything is to be seen."""
    for each in wanted.tries:
        if _shows_something(services, wanted, each):
            return _derived(services, wanted, each.chain)
    raise SourceError(NOTHING)


def _shows_something(services: Services, wanted: Creation, tried: Try) -> bool:
    body = _derived(services, wanted, tried.matte).body
    source = open_source(body, max_pixels=services.settings.limits.max_source_pixels)
    return measure_matte(source).subject is not None


def _derived(services: Services, wanted: Creation, chain: str) -> Derived:
    return make_derived(services, order_for(wanted.source_digest, concrete(parse_chain(chain)), {}, services.matting))


def _facts(services: Services, wanted: Creation, info: SourceInfo, described: Mapping[str, Any]) -> dict[str, Any]:
    moment = datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
    modes = {"color_mode": "RGBA" if info.has_alpha else "RGB"}
    kind = foreground_type(_labels(services, wanted), wanted.type_level)
    return {**described, **modes, "moment": moment, "foreground_type": kind}


def _labels(services: Services, wanted: Creation) -> Sequence[Label]:
    blob = services.store.get(maps_path(maps_key(wanted.source_digest, services.matting)))
    return labels_of(blob.body) if blob else ()


def _mark(catalog: Catalog, wanted: Creation, facts: Mapping[str, Any]) -> None:
    group, name = wanted.mark
    said = fill(wanted.marked, facts)

    def marked(found: Asset) -> Asset:
        return replace(found, info={**found.info, group: {**found.info.get(group, {}), name: said}})

    try:
        catalog.update(SourceRef(**wanted.source), marked)
    except NotFound:
        log.info("the source of the creation %s is gone", wanted.id)


def _end(catalog: Catalog, wanted: Creation, state: str, reason: str = "") -> None:
    if reason:
        log.info("the creation %s failed: %s", wanted.id, reason)
    catalog.records(CREATIONS).put(wanted.id, replace(wanted, state=state, reason=reason).to_document())


def _read(catalog: Catalog, creation_id: str) -> Creation | None:
    document = catalog.records(CREATIONS).get(creation_id)
    return Creation.from_document(document) if document else None
