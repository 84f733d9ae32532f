"""What an API key has used: credits, shared by all APIs, and its rate in the current minute.

Counters in Redis, which may be lost: if it is down nothing is counted and no caller is refused.
"""

import hashlib
import logging
import time
from dataclasses import dataclass

import redis

from media.config import RedisSettings
from proxy.runtime.accounts import Account
from proxy.runtime.redis_client import connect_async

log = logging.getLogger("cutout.usage")

WINDOW_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Rate:
    """``remaining`` of ``limit`` until ``reset`` (unix seconds); ``exceeded`` when this request was too much."""

    limit: int
    remaining: int
    reset: int
    exceeded: bool


class Usage:
    def __init__(self, settings: RedisSettings) -> None:
        self._redis = connect_async(settings)

    async def charge(self, account: Account, credits: float) -> float:  # noqa: A002  the vendors' word
        """Count ``credits`` and give back all that this key has used."""
        try:
            return float(await self._redis.incrbyfloat(_name("usage", account), credits))
        except redis.exceptions.RedisError as error:
            log.warning("usage is not counted: %s", error)
            return credits

    async def used(self, account: Account) -> float:
        try:
            return float(await self._redis.get(_name("usage", account)) or 0)
        except redis.exceptions.RedisError as error:
            log.warning("usage is not known: %s", error)
            return 0.0

    async def take(self, account: Account, api: str, *, cost: int, limit: int) -> Rate:
        """Count ``cost`` against ``limit`` per minute of one API; what is refused costs nothing."""
        minute = int(time.time()) // WINDOW_SECONDS
        name, reset = f"{_name('rate', account)}:{api}:{minute}", (minute + 1) * WINDOW_SECONDS
        try:
            taken = int(await self._redis.incrby(name, cost))
            await self._redis.expire(name, 2 * WINDOW_SECONDS)
            # One that costs more than the whole limit passes in an empty minute, or it never could.
            exceeded = taken > limit and taken > cost
            if exceeded:
                taken = int(await self._redis.decrby(name, cost))
        except redis.exceptions.RedisError as error:
            log.warning("the rate is not limited: %s", error)
            return Rate(limit, limit, reset, exceeded=False)
        return Rate(limit, max(0, limit - taken), reset, exceeded)

    async def close(self) -> None:
        await self._redis.aclose()


def _name(kind: str, account: Account) -> str:
    """Redis holds no keys: its readers must not be able to use them."""
    return f"cutout:{kind}:{account.cloud}:{hashlib.sha256(account.name.encode()).hexdigest()[:16]}"
