"""The janitor: a thread beside the jobs that sweeps the store, one of all workers at a time.

It sweeps once in ``store.sweep_seconds``, and at once if what is stored nears a bound or Redis was emptied. Several at
once would be safe, only wasteful: a lock with a lease chooses one.
"""

import logging
import threading
import time
from typing import Any

import redis

from media.errors import MediaError
from media.retention.bin import Bin, Tally
from media.retention.rules import FULL
from media.retention.sweep import Measured, sweep
from media.work.jobs import GUESTS, MADE, STORED, SWEPT
from worker.renewal import leased
from worker.services import Services
from worker.upkeep.marks import RedisMarks

log = logging.getLogger("cutout.worker")

POLL_SECONDS = 2.0
LEASE_SECONDS = 30
#: A sweep that is told to end does so at the next page of a listing.
STOP_SECONDS = 2.0
#: A store that stays full although it was swept is swept again after this, or this many times what a sweep takes.
PAUSE_SECONDS = 20.0
PAUSE_FACTOR = 5


class Stopped(Exception):
    """The worker ends, so the sweep does."""


class Janitor:
    """A thread that keeps the store in bounds until :meth:`stop`."""

    def __init__(
        self, services: Services, *, poll_seconds: float = POLL_SECONDS, lease_seconds: int = LEASE_SECONDS
    ) -> None:
        self._services = services
        self._poll_seconds = poll_seconds
        self._lease_seconds = lease_seconds
        self._bounds = {
            MADE: services.settings.store.derived_max_bytes,
            GUESTS: services.settings.store.guest_max_bytes,
        }
        self._rested = 0.0
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="janitor", daemon=True)

    def start(self) -> None:
        if self._services.settings.store.sweep_seconds:
            self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(STOP_SECONDS)

    def _run(self) -> None:
        while not self._stopping.wait(self._poll_seconds):
            try:
                self.sweep_if_due()
            except Stopped:
                return
            except (redis.exceptions.RedisError, MediaError) as error:
                log.warning("the store is not swept: %s", error)
                self._rest(0)

    def sweep_if_due(self) -> Measured | None:
        """What a sweep has left, None if there was none: not due, or another worker is at it."""
        if not self._is_due():
            return None
        with leased(self._services.redis, "janitor", self._lease_seconds) as is_chosen:
            return self._sweep() if is_chosen else None

    def _is_due(self) -> bool:
        if time.monotonic() < self._rested:
            return False
        is_known = self._services.redis.exists(SWEPT)
        return not is_known or any(bound and self._stored(kind) > FULL * bound for kind, bound in self._bounds.items())

    def _stored(self, kind: str) -> int:
        size: Any = self._services.redis.hget(STORED, kind)
        return int(size or 0)

    def _sweep(self) -> Measured:
        services, started = self._services, time.monotonic()
        connection = services.redis
        before = {kind: self._stored(kind) for kind in self._bounds}
        bin_ = Bin(services.store, progress=self._look_up)
        measured = sweep(services.store, services.catalog(), services.settings.store, RedisMarks(connection), bin_)
        for kind, size in ((MADE, measured.made), (GUESTS, measured.guests)):
            # A difference: what others have stored meanwhile stays counted.
            connection.hincrby(STORED, kind, size - before[kind])
        connection.set(SWEPT, 1, ex=services.settings.store.sweep_seconds)
        self._rest(time.monotonic() - started)
        log.info("swept: %s", {step: tally.deleted for step, tally in bin_.tallies.items()})
        return measured

    def _rest(self, took: float) -> None:
        self._rested = time.monotonic() + max(PAUSE_SECONDS, PAUSE_FACTOR * took)

    def _look_up(self, step: str, tally: Tally, key: str) -> None:
        if self._stopping.is_set():
            raise Stopped
