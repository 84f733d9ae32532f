"""Connections to Redis, made from the settings at one place."""

from typing import Any

import redis
import redis.asyncio

from media.config import RedisSettings
from media.work.redis_options import redis_options

#: Connections of one asynchronous client; who finds none free waits for as many time-outs, never fails at once.
CONNECTIONS, PATIENCE_TIMEOUTS = 32, 5


def connect(settings: RedisSettings) -> "redis.Redis":
    return redis.Redis.from_url(settings.url, **redis_options(settings), **_timeouts(settings))


def connect_async(settings: RedisSettings) -> Any:
    """Any: the library's stubs give every reply as a union of both protocols' forms."""
    pool = redis.asyncio.BlockingConnectionPool.from_url(
        settings.url,
        max_connections=CONNECTIONS,
        timeout=PATIENCE_TIMEOUTS * settings.timeout_seconds,
        **redis_options(settings),
        **_timeouts(settings),
    )
    return redis.asyncio.Redis.from_pool(pool)


def _timeouts(settings: RedisSettings) -> dict[str, Any]:
    return {"socket_timeout": settings.timeout_seconds, "socket_connect_timeout": settings.timeout_seconds}
