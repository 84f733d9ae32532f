"""Render a chain ahead of its first request and store it: open · derive · store."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass

from media.cutout import CutoutOptions, StoredCutout
from media.derived.cutouts import load_cutout
from media.derived.keys import derived_key
from media.derived.paths import derived_path, source_path
from media.errors import MediaError, NotFound
from media.formats.probe import probe_derived
from media.formats.table import sniff
from media.operations import parse_chain
from media.operations.needs import cutout_options, looks
from media.records.asset import DerivedEntry
from media.records.catalog import Catalog
from media.render import derive as rendering
from media.work.batch import Row
from worker.cutouts import make_cutout
from worker.renewal import locked
from worker.scenes import see
from worker.services import Services

log = logging.getLogger("cutout.worker")


@dataclass(frozen=True, slots=True)
class Made:
    key: str
    body: bytes
    confidence: float | None


def make_derived(services: Services, source_digest: str, chain: str, layers: Mapping[str, str]) -> Made:
    """The derived asset, made and stored unless it is there; one worker at a time makes it.

    ``chain`` is canonical text, ``layers`` source → digest. Raises SourceError or RequestError where the picture or the
    chain is at fault.
    """
    wanted = parse_chain(chain)
    key = derived_key(source_digest, wanted, layers, services.matting)
    with locked(services.redis, key, services.settings.queue.lease_seconds):
        stored = services.store.get(derived_path(key))
        if stored is not None:
            confidence = stored.stat.metadata.get("confidence")
            return Made(key, stored.body, float(confidence) if confidence else None)
        picture = _picture(services, source_digest, cutout_options(wanted))
        scene = see(services, source_digest) if looks(wanted) else None
        bodies = {source: read_source(services, digest) for source, digest in layers.items()}
        rendered = rendering.derive(wanted, picture, bodies, services.settings.limits, scene)
        services.store.put(derived_path(key), rendered.body, metadata=rendering.derived_metadata(picture))
    return Made(key, rendered.body, picture.confidence if isinstance(picture, StoredCutout) else None)


def describe(services: Services, made: Made) -> dict[str, object]:
    """What a notification says of a derived asset."""
    info = probe_derived(made.body, max_pixels=services.settings.limits.max_source_pixels)
    return {"width": info.width, "height": info.height, "bytes": len(made.body), "format": info.format}


def note(catalog: Catalog, asset_id: str, source_digest: str, row: Row, made: Made) -> None:
    """Put it on the list of what was derived from its asset."""
    format_row = sniff(made.body)
    entry = DerivedEntry(
        key=made.key,
        transformation=row.transformation,
        extension=row.extension,
        format=format_row.name if format_row else "",
        bytes=len(made.body),
    )
    catalog.note_derived(asset_id, source_digest, entry)


def read_source(services: Services, digest: str) -> bytes:
    blob = services.store.get(source_path(digest))
    if blob is None:
        raise NotFound("The source is no longer in the store.")
    return blob.body


def _picture(services: Services, source_digest: str, options: CutoutOptions | None) -> bytes | StoredCutout:
    if options is None:
        return read_source(services, source_digest)
    cutout = load_cutout(services.store, make_cutout(services, source_digest, options))
    if cutout is None:
        raise MediaError(f"the cutout of {source_digest} vanished")
    return cutout
