"""What Redis knows of the store: how much is in it, and when what was last asked for (:mod:`proxy.runtime.room`)."""

import logging
from collections.abc import Sequence
from typing import Any

import redis

from media.retention.ages import weight
from media.work.jobs import STORED, USED, used_member

log = logging.getLogger("cutout.worker")


def count_stored(connection: "redis.Redis", kind: str, size: int) -> None:
    """Add to what is known to be in the store; every sweep measures it anew."""
    connection.hincrby(STORED, kind, weight(size))


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
