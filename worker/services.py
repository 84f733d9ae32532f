"""What the worker works with, made once at start and handed to the jobs."""

from dataclasses import dataclass

import redis

from media.config import Settings
from media.keys import matting_identity
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
