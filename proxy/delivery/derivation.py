"""find_or_derive(): look up · coalesce · render here, once what takes a network is made by a worker.

Walk::

    find_or_derive
      ├ hot · load_derived                     there already
      └ _make
          ├ _derive                            a crowd renders once per process
          │   └ load · derive · keep           the source is read once a render slot is free; kept if there is room
          ├ _prepare                           a cutout or a scene is not made yet
          │   ├ request_cutout                                  → DerivationPending
          │   └ request_scene                  without it the result is provisional
          └ _make_cutout                       a removal in the midst of the chain: the picture up to there is kept, cut
"""

import asyncio
import logging
import time
from dataclasses import replace

from media.cutout import CutoutOptions
from media.derived.cutouts import has_cutout
from media.derived.derived_assets import Derived, load_derived
from media.derived.keys import cutout_key, maps_key
from media.errors import DerivationFailed, DerivationPending, MediaError, SourceError, Unavailable
from media.records.sources import source_path
from media.render import derivation
from media.render.cutting import CutoutMissing
from media.render.derivation import Inputs, Order
from media.render.plan import MAX_REMOVALS
from media.work import jobs
from media.work.jobs import MADE, MatteJob
from media.work.lanes import Lane
from proxy.delivery.ingest import keep_picture
from proxy.delivery.patience import Patience
from proxy.delivery.scenes import request_scene
from proxy.delivery.worker_jobs import JobRequest, await_job
from proxy.services import Services

log = logging.getLogger("cutout.derivation")

VANISHED = "The cutout vanished from the store; try again."


async def find_or_derive(services: Services, order: Order, *, patience: Patience) -> Derived:
    """The derived asset's bytes, made if need be.

    Waits for a cutout as long as ``patience`` says. Raises DerivationPending while there is none,
    DerivationFailed or SourceError if it cannot be made, RateLimited for too many new ones in a
    minute or waiting, Unavailable if a dependency is down.
    """
    known = services.hot.get(order.key)
    if known is not None:
        services.room.marks[order.key] = time.time()
        return known
    made = await services.io.run(load_derived, services.store, order.key)
    if made is not None:
        services.room.marks[order.key] = time.time()
    else:
        made = await _make(services, order, patience)
    if made.is_final:
        services.hot.put(order.key, made)
    return made


async def _make(services: Services, order: Order, patience: Patience) -> Derived:
    await services.floods.admit(order.cloud, order.key)
    until = time.monotonic() + patience.cutout
    await _await_picture(services, order, until)
    for _ in range(MAX_REMOVALS + 1):
        try:
            return await _make_of_cutouts(services, order, Patience(_left(until), patience.scene))
        except CutoutMissing as missing:
            await _make_cutout(services, order, missing, until)
    raise Unavailable(VANISHED, retry_after=1)


def _left(until: float) -> float:
    return max(0.0, until - time.monotonic())


async def _make_of_cutouts(services: Services, order: Order, patience: Patience) -> Derived:
    """Raises CutoutMissing for that of a layer, or of the picture as it is in the midst of the chain."""
    made = await _derive(services, order) if await _may_be_ready(services, order) else None
    if made is None:
        await _prepare(services, order, patience)
        made = await _derive(services, order) or await _derive(services, order, scene_required=False)
    if made is None:
        raise Unavailable(VANISHED, retry_after=1)
    return made


async def _make_cutout(services: Services, order: Order, missing: CutoutMissing, until: float) -> None:
    if missing.body is None:
        await _request_cutouts(services, order, _left(until))
        return
    name, body = missing.source_digest, missing.body
    await services.flights.run(f"keep:{name}", lambda: keep_picture(services, name, body))
    services.pictures.put(order.key, (name, missing.options))
    await request_cutout(services, Lane(order.cloud, name), missing.options, patience=_left(until))


async def _await_picture(services: Services, order: Order, until: float) -> None:
    """Who asks again while the picture in the midst of the chain is being cut has nothing rendered up to there."""
    known = services.pictures.get(order.key)
    if known is None:
        return
    key = cutout_key(known[0], services.matting, known[1])
    is_made = await services.io.run(has_cutout, services.store, key)
    kept = await services.io.run(services.store.stat, source_path(known[0]))
    if kept and not is_made:
        await request_cutout(services, Lane(order.cloud, known[0]), known[1], patience=_left(until))


async def _may_be_ready(services: Services, order: Order) -> bool:
    """Asked for only while every slot is taken: no request waits for one to learn that the cutout is not made."""
    if not order.needs_network or not services.slots.are_taken:
        return True
    return await services.io.run(derivation.is_ready, services.store, order)


async def _prepare(services: Services, order: Order, patience: Patience) -> None:
    await _request_cutouts(services, order, patience.cutout)
    if order.needs.scene:
        await request_scene(services, Lane(order.cloud, order.source_digest), patience=patience.scene)


async def _request_cutouts(services: Services, order: Order, patience: float) -> None:
    """All at once: workers make them side by side."""
    wanted = [
        request_cutout(services, Lane(order.cloud, source), options, patience=patience)
        for source, options in order.cutouts
    ]
    await (asyncio.gather(*wanted) if len(wanted) != 1 else wanted[0])


async def request_cutout(services: Services, lane: Lane, options: CutoutOptions, *, patience: float) -> None:
    """Have a cutout made; return once it is stored. See :func:`find_or_derive` for what is raised."""
    key = cutout_key(lane.source, services.matting, options)
    arguments = MatteJob(lane.source, options.to_json()).to_arguments()
    lane = replace(lane, has_hints=options != CutoutOptions())
    job = JobRequest(jobs.MATTE_JOB, key, arguments, lane, lambda: services.io.run(has_cutout, services.store, key))
    outcome = await await_job(services, job, patience=patience)
    if outcome is None:
        retry_after = services.settings.delivery.retry_after_seconds
        raise DerivationPending("The background removal is in progress; try again.", retry_after=retry_after)
    if not outcome.ok:
        raise SourceError(outcome.message) if outcome.message else DerivationFailed("the matte job failed")


async def _derive(services: Services, order: Order, *, scene_required: bool = True) -> Derived | None:
    """None while something that is required has not been made."""
    flight = order.key if scene_required else f"provisional:{order.key}"
    return await services.flights.run(flight, lambda: _derive_alone(services, order, scene_required))


async def _derive_alone(services: Services, order: Order, scene_required: bool) -> Derived | None:
    made = await _render(services, order, scene_required, services.deadline())
    if made is not None:
        _mark_inputs(services, order)
        if made.is_final and services.room.take(MADE, len(made.body)):
            await _keep(services, order, made)
    return made


def _mark_inputs(services: Services, order: Order) -> None:
    for source_digest, options in order.cutouts:
        services.room.marks[cutout_key(source_digest, order.matting, options)] = time.time()
    if order.needs.scene:
        services.room.marks[maps_key(order.source_digest, order.matting)] = time.time()


async def _keep(services: Services, order: Order, made: Derived) -> None:
    try:
        await services.io.run(derivation.keep, services.store, services.catalog, order, made)
    except MediaError as error:
        # A failed store never fails an answer that is already rendered.
        log.warning("the derived asset %s could not be stored: %s", order.key, error)


async def _render(services: Services, order: Order, scene_required: bool, until: float) -> Derived | None:
    """Ends at ``until``, however long it waited for its slot: nobody waits for it then."""
    async with services.slots.one():
        inputs = await services.io.run(derivation.load, services.store, order, scene_required=scene_required)
        return await services.pixels.run(_timed, services, order, inputs, until) if inputs else None


def _timed(services: Services, order: Order, inputs: Inputs, until: float) -> Derived:
    started = time.perf_counter()
    made = derivation.derive(order, inputs, services.settings.limits, until=until)
    services.metrics.render_seconds.observe(time.perf_counter() - started)
    return made


async def read_source(services: Services, digest: str) -> bytes:
    """The bytes of a source. Raises NotFound if they are gone."""
    return await services.io.run(derivation.read_source, services.store, digest)
