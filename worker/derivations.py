"""make_derived(): a derivation ahead of its first request: what takes a network, then load · derive · keep.
keep_as_source(): what was made as a source of its own.
"""

import hashlib
from typing import Any

from media.derived.derived_assets import Derived, load_derived
from media.derived.keys import digest
from media.errors import LimitExceeded, MediaError
from media.formats.source import SourceInfo, open_source
from media.records.sources import save_source
from media.render import derivation
from media.render.cutting import CutoutMissing
from media.render.derivation import Order
from media.render.plan import MAX_REMOVALS
from media.work.jobs import GUESTS, MADE
from worker.cutouts import make_cutout
from worker.renewal import locked
from worker.scenes import make_scene
from worker.services import Services
from worker.upkeep.marks import check_room, count_stored


def make_derived(services: Services, order: Order) -> Derived:
    """The derived asset, made and stored unless it is there, and listed; one worker at a time makes it.

    Raises SourceError or RequestError if the picture or the chain is at fault.
    """
    with locked(services.redis, order.key, services.settings.queue.lease_seconds):
        known = load_derived(services.store, order.key)
        if known is None:
            return _make(services, order)
    derivation.enlist(services.catalog(), order, known)
    return known


def keep_as_source(services: Services, made: Derived) -> tuple[SourceInfo, dict[str, Any]]:
    """What was made becomes a source of its own: what it is, and the fields by which an asset names it.

    Raises LimitExceeded for more bytes than a source may have.
    """
    limits = services.settings.limits
    if len(made.body) > limits.max_source_bytes:
        raise LimitExceeded(f"The result has {len(made.body)} bytes, more than the limit of {limits.max_source_bytes}.")
    source_digest = digest(made.body)
    save_source(services.store, source_digest, made.body)
    info = open_source(made.body, max_pixels=limits.max_source_pixels).info
    return info, {
        "format": info.format,
        "width": info.width,
        "height": info.height,
        "pages": 1,
        "bytes": len(made.body),
        "digest": source_digest,
        "etag": hashlib.md5(made.body, usedforsecurity=False).hexdigest(),
        "has_alpha": info.has_alpha,
    }


def _make(services: Services, order: Order) -> Derived:
    check_room(services.redis, services.settings.store, MADE)
    for source_digest, options in order.cutouts:
        make_cutout(services, source_digest, options)
    if order.needs.scene:
        make_scene(services, order.source_digest)
    made = _rendered(services, order)
    derivation.keep(services.store, services.catalog(), order, made)
    count_stored(services.redis, MADE, len(made.body))
    return made


def _rendered(services: Services, order: Order) -> Derived:
    """Rendered up to each removal in the midst of the chain, whose picture is then cut, and once to the end."""
    for _ in range(MAX_REMOVALS + 1):
        inputs = derivation.load(services.store, order)
        if inputs is None:
            raise MediaError(f"the cutout or the scene of {order.source_digest} vanished")
        try:
            return derivation.derive(order, inputs, services.settings.limits)
        except CutoutMissing as missing:
            if missing.body is not None:
                check_room(services.redis, services.settings.store, GUESTS)
                save_source(services.store, missing.source_digest, missing.body)
                count_stored(services.redis, GUESTS, len(missing.body))
            make_cutout(services, missing.source_digest, missing.options)
    raise MediaError(f"the cutouts of {order.source_digest} vanish as they are made")
