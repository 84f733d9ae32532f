"""Stand-ins that really work: a network that sees a disc, a worker that empties its queues and returns."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import redis
from rq import Queue
from rq.serializers import JSONSerializer
from rq.timeouts import TimerDeathPenalty

from media.config import Settings
from media.network.courier import Courier
from media.stores.store import Store
from worker import jobs
from worker.lease import LeaseWorker
from worker.matting.maps import Maps
from worker.matting.models import MODELS, Model
from worker.matting.photo import Photo
from worker.notices import send_due
from worker.services import Services, connect

MAP_SIDE = 64


@dataclass(frozen=True)
class FakeSession:
    """What videos ask of a network's session beside its answers."""

    model: Model = MODELS["cutout"]
    max_batch: int = 3


@dataclass
class DiscMatter:
    """Sees a disc in the middle of every photo; counts how often it was asked."""

    session: FakeSession = field(default_factory=FakeSession)

    def __post_init__(self) -> None:
        self.inferences = 0
        self.failure: Exception | None = None

    def infer(self, photo: Photo) -> Maps:
        self.inferences += 1
        if self.failure is not None:
            raise self.failure
        axis = np.linspace(-1, 1, MAP_SIDE)
        disc = (axis[:, None] ** 2 + axis[None, :] ** 2 < 0.4).astype(np.uint8) * 255
        return Maps(disc, None)

    def infer_all(self, photos: Sequence[Photo]) -> list[Maps]:
        return [self.infer(photo) for photo in photos]


class BurstWorker(LeaseWorker):
    """Runs in a test's thread: no signals, one round."""

    death_penalty_class = TimerDeathPenalty

    def _install_signal_handlers(self) -> None:
        pass


def services_of(settings: Settings, store: Store, matter: DiscMatter) -> Services:
    """A worker's."""
    return Services(settings, store, connect(settings.redis), matter)  # type: ignore[arg-type]


def work_off(settings: Settings, store: Store, matter: DiscMatter, *, most: int | None = None) -> None:
    """Do every job that is queued now, or the first ``most`` of them."""
    services = services_of(settings, store, matter)
    connection = services.redis
    jobs.use(services)
    worker = BurstWorker(connection, settings.queue, functions=jobs.FUNCTIONS, on_last_failure=jobs.give_up)
    worker.work(burst=True, logging_level="ERROR", max_jobs=most)
    asyncio.run(_send_notices(services))


async def _send_notices(services: Services) -> None:
    async with Courier(services.settings.webhooks) as courier:
        while await send_due(services, services.catalog(), courier):
            pass


def enqueue(settings: Settings, queue: str, function: str, *arguments: str) -> None:
    """Put a job on a queue as another process would."""
    connection = redis.Redis.from_url(settings.redis.url)
    Queue(queue, connection=connection, serializer=JSONSerializer).enqueue_call(function, args=list(arguments))
