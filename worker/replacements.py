"""Background removal on upload: replace an asset by its own cutout, as a PNG and a new version.

::

    replace_by_cutout
      ├ make_derived            the cutout as PNG
      ├ keep_as_source          its bytes are a source of their own
      ├ catalog.update          unless another version was uploaded meanwhile; both versions kept
      └ send_later              the info notification

Whatever fails, the original stays; the state in ``info`` says "failed".
"""

import logging
import secrets
import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from media.cutout import CutoutOptions
from media.derived.derived_assets import Derived
from media.derived.keys import concrete
from media.errors import NotFound, RequestError, SourceError
from media.language.chain import Chain, Output
from media.operations import step
from media.records.asset import Asset, Backup, SourceRef
from media.records.catalog import Catalog
from media.render.derivation import order_for
from media.work.batch import Replacement
from media.work.jobs import REPLACEMENTS
from worker.derivations import keep_as_source, make_derived
from worker.notices import send_later
from worker.services import Services

log = logging.getLogger("cutout.worker")

COMPLETE = "complete"
FAILED = "failed"
INFO = "background_removal"


def replace_by_cutout(services: Services, replacement_id: str) -> None:
    catalog = services.catalog()
    wanted = _read(catalog, replacement_id)
    if wanted is None:
        log.info("the replacement %s is done already", replacement_id)
        return
    try:
        asset = _replace(services, catalog, wanted)
    except (SourceError, RequestError) as error:
        _fail(services, catalog, wanted, str(error))
        return
    _finish(services, catalog, wanted, {"status": COMPLETE, **_facts(asset, wanted.service)})


def give_up_replacement(services: Services, replacement_id: str) -> None:
    catalog = services.catalog()
    wanted = _read(catalog, replacement_id)
    if wanted is not None:
        _fail(services, catalog, wanted, "The background removal failed.")


def _replace(services: Services, catalog: Catalog, wanted: Replacement) -> Asset:
    order = order_for(wanted.source_digest, concrete(_chain(wanted.options)), {}, services.matting)
    made = make_derived(services, order)
    _, described = keep_as_source(services, made)
    result = _result(made, wanted, described)
    return catalog.update(_ref(wanted), lambda found: _replaced(found, wanted, result))


def _chain(options: str) -> Chain:
    chosen = CutoutOptions.from_json(options)
    removal = step("background_removal", hints=chosen.hints, fine_edges=chosen.fine_edges)
    return Chain((removal,), Output(candidates=("png",)))


def _result(made: Derived, wanted: Replacement, described: Mapping[str, Any]) -> Mapping[str, Any]:
    """The fields of the asset that the cutout changes."""
    state = {"status": COMPLETE, "data": {"confidence_score": round(made.confidence or 0.0, 3)}}
    return {
        **described,
        "version_id": secrets.token_hex(16),
        "uploaded_at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "info": {INFO: {wanted.service: state}},
    }


def _replaced(found: Asset, wanted: Replacement, result: Mapping[str, Any]) -> Asset:
    if found.digest == result["digest"]:
        # An earlier try got this far.
        return found
    if found.version_id != wanted.version_id:
        raise NotFound(f"The version of {wanted.public_id} whose background was to be removed is gone.")
    version = max(int(time.time()), found.version + 1)
    changed = replace(found, **{**result, "version": version, "info": {**found.info, **result["info"]}})
    return replace(changed, backups=_kept(found.backups, found.backup(), changed.backup()))


def _kept(backups: tuple[Backup, ...], *versions: Backup) -> tuple[Backup, ...]:
    known = {each.version_id for each in backups}
    return (*backups, *(each for each in versions if each.version_id not in known))


def _facts(asset: Asset, service: str) -> dict[str, Any]:
    return {
        "version": asset.version,
        "uploaded_at": asset.uploaded_at,
        "etag": asset.etag,
        "bytes": asset.bytes,
        "format": asset.format,
        "width": asset.width,
        "height": asset.height,
        "confidence": asset.info[INFO][service]["data"]["confidence_score"],
    }


def _fail(services: Services, catalog: Catalog, wanted: Replacement, reason: str) -> None:
    log.info("the background of %s stays: %s", wanted.public_id, reason)
    state = {"status": FAILED, "reason": reason}

    def mark(found: Asset) -> Asset:
        if found.version_id != wanted.version_id:
            return found
        return replace(found, info={**found.info, INFO: {wanted.service: state}})

    facts: dict[str, Any] = {"status": FAILED, "reason": reason}
    try:
        asset = catalog.update(_ref(wanted), mark)
        facts |= {name: getattr(asset, name) for name in ("version", "uploaded_at", "etag", "bytes", "format")}
    except NotFound:
        log.info("%s is gone altogether", wanted.public_id)
    _finish(services, catalog, wanted, facts)


def _finish(services: Services, catalog: Catalog, wanted: Replacement, facts: Mapping[str, Any]) -> None:
    send_later(services, catalog, wanted.notices, facts)
    catalog.records(REPLACEMENTS).delete(wanted.id)


def _read(catalog: Catalog, replacement_id: str) -> Replacement | None:
    document = catalog.records(REPLACEMENTS).get(replacement_id)
    return Replacement.from_document(document) if document else None


def _ref(wanted: Replacement) -> SourceRef:
    return SourceRef(wanted.cloud, wanted.resource_type, wanted.type, wanted.public_id)
