"""How many derived assets a client, and a cloud, may have made anew in a minute; what is stored is never counted.

Counters in Redis; while it is down each process counts for itself.
"""

import hashlib
import ipaddress
import logging
import time
from collections import Counter
from contextvars import ContextVar

import redis

from media.config import Limits, RedisSettings
from media.errors import RateLimited
from proxy.runtime.redis_client import connect_async

log = logging.getLogger("cutout.floods")

WINDOW_SECONDS = 60
#: After a failure Redis is left alone for so long.
PAUSE_SECONDS = 10
#: A household has this much of an IPv6 address to itself.
IPV6_PREFIX = 64

#: Whose request this task answers: an address as it is, empty outside of requests.
CLIENT: ContextVar[str] = ContextVar("client", default="")


def client_of(address: str) -> str:
    """What counts as one client."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    return str(ipaddress.ip_network((parsed, IPV6_PREFIX), strict=False)) if parsed.version == 6 else address


class Floods:
    def __init__(self, limits: Limits, settings: RedisSettings) -> None:
        self._most = {
            "client": limits.derivations_per_minute_client,
            "cloud": limits.derivations_per_minute_cloud,
        }
        self._redis = connect_async(settings)
        self._minute = 0
        self._seen: set[tuple[str, str]] = set()
        self._own: Counter[str] = Counter()
        self._down_until = 0.0

    async def admit(self, cloud: str, key: str) -> None:
        """Count a derived asset that is about to be made, once a minute for a client that asks again and again.

        Raises RateLimited.
        """
        client, now = client_of(CLIENT.get()), time.time()
        self._begin(int(now) // WINDOW_SECONDS)
        if not client or (client, key) in self._seen:
            return
        for who, name in (("client", client), ("cloud", cloud)):
            most = self._most[who]
            if most and await self._count(f"{who}:{name}") > most:
                raise RateLimited(
                    f"A {who} may have {most} new images made in a minute; try again later.",
                    retry_after=WINDOW_SECONDS - int(now) % WINDOW_SECONDS,
                )
        self._seen.add((client, key))

    def _begin(self, minute: int) -> None:
        if minute != self._minute:
            self._minute = minute
            self._seen.clear()
            self._own.clear()

    async def _count(self, name: str) -> int:
        self._own[name] += 1
        if time.monotonic() < self._down_until:
            return self._own[name]
        key = f"cutout:floods:{hashlib.sha256(name.encode()).hexdigest()[:16]}:{self._minute}"
        try:
            taken = int(await self._redis.incr(key))
            await self._redis.expire(key, 2 * WINDOW_SECONDS)
        except redis.exceptions.RedisError as error:
            log.warning("new images are counted here alone: %s", error)
            self._down_until = time.monotonic() + PAUSE_SECONDS
            return self._own[name]
        return taken

    async def close(self) -> None:
        await self._redis.aclose()
