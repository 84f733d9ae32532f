"""What the worker works with, made once at start and handed to the jobs."""

from dataclasses import dataclass

import redis

from media.config import Settings
from media.derived.keys import matting_identity
from media.records.catalog import Catalog
from media.stores.store import Store
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


def catalog_of(store: Store, connection: "redis.Redis") -> Catalog:
    """A view of the records; if the store ignores conditions, a lock in Redis serves."""
    lock = None if store.conditional else lambda name: connection.lock(f"cutout:lock:{name}", timeout=10)
    return Catalog(store, lock=lock)
