"""The janitor: a thread beside the jobs that sweeps the store, one of all workers at a time.

It sweeps once in ``store.sweep_seconds``, and at once if what is stored nears a bound or Redis was emptied. Several at
once would be safe, only wasteful: a lock with a lease chooses one.
"""

import logging
import threading
import time
from collections.abc import Mapping
from typing import Any

import redis

from media.errors import MediaError
from media.retention.bin import Bin, Tally
from media.retention.rules import FULL, bounds_of
from media.retention.sweep import sweep
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
#: How long to leave Redis or the store alone when it is down, or a record is damaged.
FAULT_PAUSE_SECONDS = 60.0


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
        self._bounds = bounds_of(services.settings.store)
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
                log.warning("the store is not swept to the end: %s", error)
                self._rested = time.monotonic() + FAULT_PAUSE_SECONDS

    def sweep_if_due(self) -> Mapping[str, int] | None:
        """Bytes that a sweep has left by kind, None if there was none: not due, or another worker is at it."""
        if not self._is_due():
            return None
        with leased(self._services.redis, "janitor", self._lease_seconds) as is_chosen:
            return self._sweep() if is_chosen else None

    def _is_due(self) -> bool:
        if time.monotonic() < self._rested:
            return False
        if not self._services.redis.exists(SWEPT):
            return True
        # A sweep takes nothing of what was uploaded.
        return any(self._bounds[kind] and self._stored(kind) > FULL * self._bounds[kind] for kind in (MADE, GUESTS))

    def _stored(self, kind: str) -> int:
        size: Any = self._services.redis.hget(STORED, kind)
        return int(size or 0)

    def _sweep(self) -> Mapping[str, int]:
        services, started = self._services, time.monotonic()
        before = {kind: self._stored(kind) for kind in self._bounds}
        bin_ = Bin(services.store, progress=self._look_up)
        try:
            marks = RedisMarks(services.redis)
            sweep(services.store, services.catalog(), services.settings.store, marks, bin_)
            services.redis.set(SWEPT, 1, ex=services.settings.store.sweep_seconds)
        finally:
            for kind, size in bin_.measured.items():
                # A difference: what others have stored meanwhile stays counted.
                services.redis.hincrby(STORED, kind, size - before[kind])
            took = time.monotonic() - started
            self._rested = time.monotonic() + max(PAUSE_SECONDS, PAUSE_FACTOR * took)
            log.info("swept: %s", {step: tally.deleted for step, tally in bin_.tallies.items()})
        return bin_.measured

    def _look_up(self, step: str, tally: Tally, key: str) -> None:
        if self._stopping.is_set():
            raise Stopped
