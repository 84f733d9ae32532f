"""What the proxy works with, made once and handed down: the composition root's result."""

import contextlib
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass

from media.config import Settings
from media.cutout import CutoutOptions
from media.derived.keys import matting_identity
from media.network.origin import OriginFetcher
from media.records.catalog import Catalog
from media.stores import open_store
from media.stores.store import Store
from media.typography.fonts import register
from proxy.runtime.byte_budget import ByteBudget
from proxy.runtime.ending import Ending
from proxy.runtime.floods import Floods
from proxy.runtime.memory_cache import HotCache
from proxy.runtime.metrics import Metrics
from proxy.runtime.pool import CHECK_THREADS, IO_THREADS, STILL_THREADS, Pool, Slots
from proxy.runtime.queue import JobQueue
from proxy.runtime.room import Room
from proxy.runtime.single_flight import SingleFlight
from proxy.runtime.usage import Usage
from proxy.runtime.verdicts import Remembered, Verdicts


@dataclass(frozen=True, slots=True)
class Services:
    settings: Settings
    store: Store
    catalog: Catalog
    queue: JobQueue
    usage: Usage
    floods: Floods
    origin: OriginFetcher
    metrics: Metrics
    #: Blocking I/O (stores, the sync side of Redis).
    io: Pool
    #: Pixels.
    pixels: Pool
    #: Frames of videos: who waits for a decoder of those keeps nobody else.
    stills: Pool
    #: Health checks: they answer while all other threads are taken.
    checks: Pool
    #: Bodies of requests that are under way.
    bodies: ByteBudget
    #: Taken before a source is read to work on its pixels.
    slots: Slots
    hot: HotCache
    #: Whether derived assets differ from their sources, by derived key.
    verdicts: Verdicts
    #: The picture in the midst of a chain, a source by its content, whose cutout was last waited for.
    pictures: Remembered[tuple[str, CutoutOptions]]
    #: In the store: marks of what is used, bytes of what is kept.
    room: Room
    #: What is under way in this process: derivations by derived key, fetches, job requests.
    flights: SingleFlight
    #: Of this process.
    ending: Ending

    def deadline(self) -> float:
        """When nobody waits any more for what is begun now, in seconds of :func:`time.monotonic`."""
        return time.monotonic() + self.settings.server.request_deadline_seconds

    @property
    def matting(self) -> str:
        return matting_identity(self.settings.matting.model)


@contextlib.asynccontextmanager
async def open_services(settings: Settings, store: Store | None = None) -> AsyncIterator[Services]:
    """Everything ``settings`` asks for, closed again at the end. ``store`` replaces the configured one (tests)."""
    io = Pool(IO_THREADS)
    waiting, seconds = settings.rendering.queue, settings.server.request_deadline_seconds
    pixels = Pool(settings.rendering.threads, waiting, seconds=seconds)
    stills = Pool(STILL_THREADS, waiting, seconds=seconds)
    checks = Pool(CHECK_THREADS)
    # Twice the threads: while one renders, another's source is read.
    slots = Slots(2 * pixels.threads, waiting)
    queue = JobQueue(settings.redis, settings.queue, io, max_waiting=settings.delivery.max_waiting_requests)
    usage = Usage(settings.redis)
    floods = Floods(settings.limits, settings.redis)
    register(settings.rendering.font_folder)
    opened = await io.run(open_store, settings.store) if store is None else store
    catalog = Catalog(opened) if opened.conditional else Catalog(opened, lock=queue.lock)
    bodies = ByteBudget(max(settings.server.max_bytes_in_flight, settings.server.max_body_bytes))
    hot = HotCache(settings.rendering.hot_cache_bytes)
    try:
        room = Room(settings.redis, settings.store)
        async with OriginFetcher(settings.origin) as origin, room.kept_current():
            metrics, verdicts, flights = Metrics(), Verdicts(), SingleFlight()
            pictures: Remembered[tuple[str, CutoutOptions]] = Remembered()
            metrics.waiting.set_function(lambda: queue.outcomes.count)
            yield Services(
                settings, opened, catalog, queue, usage, floods, origin, metrics, io, pixels, stills, checks, bodies,
                slots, hot, verdicts, pictures, room, flights, Ending(queue.outcomes.stop_waiting),
            )  # fmt: skip
    finally:
        await queue.close()
        await usage.close()
        await floods.close()
        pixels.close()
        stills.close()
        checks.close()
        io.close()
