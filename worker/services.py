"""What the worker works with, made once at start and handed to the jobs."""

from dataclasses import dataclass

import redis

from media.config import RedisSettings, Settings
from media.derived.keys import matting_identity
from media.records.catalog import Catalog
from media.stores.store import Store
from media.work.redis_options import redis_options
from worker.matting.matter import Matter


@dataclass(frozen=True, slots=True)
class Services:
    settings: Settings
    store: Store
    redis: "redis.Redis"
    matter: Matter

    @property
    def matting(self) -> str:
        return matting_identity(self.settings.matting.model)

    def catalog(self) -> Catalog:
        return catalog_of(self.store, self.redis)


def connect(settings: RedisSettings) -> "redis.Redis":
    """A connection that waits: RQ has time-outs of its own."""
    return redis.Redis.from_url(settings.url, **redis_options(settings))


def catalog_of(store: Store, connection: "redis.Redis") -> Catalog:
    """A view of the records; if the store ignores conditions, a lock in Redis serves."""
    lock = None if store.conditional else lambda name: connection.lock(f"cutout:lock:{name}", timeout=10)
    return Catalog(store, lock=lock)
