"""What Redis knows of the store: how much is in it, and when what was last asked for (:mod:`proxy.runtime.room`)."""

import logging
from collections.abc import Sequence
from typing import Any

import redis

from media.config import StoreSettings
from media.errors import Unavailable
from media.retention.ages import weight
from media.retention.rules import bounds_of
from media.work.jobs import STORED, USED, used_member

log = logging.getLogger("cutout.worker")


def count_stored(connection: "redis.Redis", kind: str, size: int) -> None:
    """Add to what is known to be in the store; every sweep measures it anew."""
    connection.hincrby(STORED, kind, weight(size))


def check_room(connection: "redis.Redis", settings: StoreSettings, kind: str) -> None:
    """Raises Unavailable if there is no room for more of a kind, before any work is done for it."""
    bound = bounds_of(settings)[kind]
    stored: Any = connection.hget(STORED, kind)
    if bound and int(stored or 0) >= bound:
        raise Unavailable("There is no room in the store for what would be made; try again later.", retry_after=60)


class RedisMarks:
    """Without Redis nothing is known: the age of what is stored counts."""

    def __init__(self, connection: "redis.Redis") -> None:
        self._redis = connection

    def last_used(self, keys: Sequence[str]) -> Sequence[float | None]:
        try:
            members: Any = [used_member(key) for key in keys]
            scores: Any = self._redis.zmscore(USED, members)
            return list(scores)
        except redis.exceptions.RedisError as error:
            log.warning("what was last used is not known: %s", error)
            return [None] * len(keys)
