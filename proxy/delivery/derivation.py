"""find_or_derive(): look up · coalesce · render here or have the worker do it there.

Walk::

    find_or_derive
      ├ hot · _stored                          there already
      └ _make
          ├ request_cutout                     only where the chain begins with one
          │   └ stat · ask_worker                               → DerivationPending
          ├ find_scene                      only where the chain looks for something; None while nobody has
          └ flights.run(derived key)           a crowd renders once per process
              └ _open_picture · read_source of layers · derive · _keep
"""

import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace

from media.cutout import CutoutOptions, StoredCutout
from media.derived.cutouts import load_cutout
from media.derived.keys import cutout_key
from media.derived.paths import cutout_matte_path, derived_path, source_path
from media.errors import DerivationFailed, DerivationPending, MediaError, NotFound, SourceError, Unavailable
from media.formats.table import sniff
from media.language.chain import Chain
from media.operations.needs import cutout_options, looks
from media.records.asset import Asset, DerivedEntry
from media.render.derive import derive, derived_metadata
from media.scene.scene import Scene
from media.work import jobs
from media.work.jobs import MatteJob
from proxy.delivery.scenes import find_scene
from proxy.delivery.worker_jobs import Question, ask_worker
from proxy.runtime.memory_cache import Derived
from proxy.services import Services

log = logging.getLogger("cutout.derivation")


@dataclass(frozen=True, slots=True)
class Order:
    """What is wanted: a concrete chain on an asset. ``layers`` maps the chain's layer sources to digests.

    ``transformation`` and ``extension`` are what was written; where they are given, the derived asset is put on its
    source's list.
    """

    asset: Asset
    chain: Chain
    layers: Mapping[str, str]
    key: str
    transformation: str = ""
    extension: str = ""


async def find_or_derive(services: Services, order: Order, *, patience: float) -> Derived:
    """The derived asset's bytes, made if need be.

    Waits up to ``patience`` seconds for a cutout. Raises DerivationPending while there is none,
    DerivationFailed or SourceError where it cannot be made, Unavailable where a dependency is down.
    """
    known = services.hot.get(order.key) or await _stored(services, order.key)
    if known is None:
        known = await _make(services, order, patience)
    if known.is_final:
        services.hot.put(order.key, known)
    return known


async def _stored(services: Services, key: str) -> Derived | None:
    blob = await services.io.run(services.store.get, derived_path(key))
    return _derived(blob.body, blob.stat.metadata) if blob else None


async def _make(services: Services, order: Order, patience: float) -> Derived:
    options = cutout_options(order.chain)
    if options is not None:
        await request_cutout(services, order.asset, options, patience=patience)
    if not looks(order.chain):
        return await services.flights.run(order.key, lambda: _derive(services, order, options))
    scene = await find_scene(services, order.asset, patience=patience)
    is_final = scene is not None
    flight = order.key if is_final else f"provisional:{order.key}"
    return await services.flights.run(flight, lambda: _derive(services, order, options, scene, is_final=is_final))


async def request_cutout(services: Services, asset: Asset, options: CutoutOptions, *, patience: float) -> None:
    """Return once the cutout is stored; see :func:`find_or_derive` for what is raised."""
    key = cutout_key(asset.digest, services.matting, options)
    if await _is_stored(services, key):
        return
    message = MatteJob(asset.digest, options.to_json())
    question = Question(jobs.MATTE_JOB, key, message.to_arguments(), lambda: _is_stored(services, key))
    outcome = await ask_worker(services, question, patience=patience)
    if outcome is None:
        retry_after = services.settings.delivery.retry_after_seconds
        raise DerivationPending("The background removal is in progress; try again.", retry_after=retry_after)
    if not outcome.ok:
        raise SourceError(outcome.message) if outcome.message else DerivationFailed("the matte job failed")


def _derived(body: bytes, metadata: Mapping[str, str]) -> Derived:
    confidence = metadata.get("confidence")
    return Derived(body, float(confidence) if confidence else None)


async def _is_stored(services: Services, key: str) -> bool:
    return await services.io.run(services.store.stat, cutout_matte_path(key)) is not None


async def _derive(
    services: Services,
    order: Order,
    options: CutoutOptions | None,
    scene: Scene | None = None,
    *,
    is_final: bool = True,
) -> Derived:
    picture = await _open_picture(services, order.asset, options)
    layers = {source: await read_source(services, digest) for source, digest in order.layers.items()}
    started = time.perf_counter()
    rendered = await services.pixels.run(derive, order.chain, picture, layers, services.settings.limits, scene)
    services.metrics.render_seconds.observe(time.perf_counter() - started)
    metadata = derived_metadata(picture)
    if is_final:
        await _keep(services, order, rendered.body, metadata)
    return replace(_derived(rendered.body, metadata), is_final=is_final)


async def _open_picture(services: Services, asset: Asset, options: CutoutOptions | None) -> bytes | StoredCutout:
    if options is None:
        return await read_source(services, asset.digest)
    cutout = await services.io.run(load_cutout, services.store, cutout_key(asset.digest, services.matting, options))
    if cutout is None:
        raise Unavailable("The cutout vanished from the store; try again.", retry_after=1)
    return cutout


async def read_source(services: Services, digest: str) -> bytes:
    blob = await services.io.run(services.store.get, source_path(digest))
    if blob is None:
        raise NotFound("Resource not found: its source is missing from the store")
    return blob.body


async def _keep(services: Services, order: Order, body: bytes, metadata: Mapping[str, str]) -> None:
    """Store what was rendered. A failed store never fails a response that is already rendered."""
    try:
        await services.io.run(services.store.put, derived_path(order.key), body, metadata=metadata)
        if order.transformation or order.extension:
            asset = order.asset
            await services.io.run(services.catalog.note_derived, asset.asset_id, asset.digest, _entry(order, body))
    except MediaError as error:
        log.warning("the derived asset %s could not be stored: %s", order.key, error)


def _entry(order: Order, body: bytes) -> DerivedEntry:
    row = sniff(body)
    return DerivedEntry(
        key=order.key,
        transformation=order.transformation,
        extension=order.extension,
        format=row.name if row else "",
        bytes=len(body),
    )
