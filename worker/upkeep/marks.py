"""When what is stored was last asked for, as proxies mark it in Redis (:mod:`proxy.runtime.marks`)."""

import logging
from collections.abc import Sequence
from typing import Any

import redis

from media.work.jobs import USED, used_member

log = logging.getLogger("cutout.worker")


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
