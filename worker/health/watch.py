"""The job at work: how long it has been, and the end of a process whose job never ends.

RQ stops a job at its time-out by a signal, which Python sees between two of its own steps; native code that hangs never
comes back to one. So a thread watches: a job that outlives its time-out by a margin ends the process. Its lease is
renewed no more, and another worker takes the job.
"""

import contextlib
import logging
import os
import threading
import time
from collections.abc import Callable, Iterator

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest

log = logging.getLogger("cutout.worker")

#: EX_SOFTWARE of sysexits.h: a fault, so a supervisor starts the worker again.
STUCK = 70
POLL_SECONDS = 1.0
#: Seconds of a job, from a scene of a small picture to a photograph of 36 megapixels.
BUCKETS = (0.05, 0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 30, 60, 120)


class Watch:
    """One job at a time; counts what was done for ``/metrics``."""

    def __init__(self, margin_seconds: float, *, leave: Callable[[int], object] = os._exit) -> None:
        """``leave`` ends the process at once."""
        self._margin = margin_seconds
        self._leave = leave
        self._name, self._latest_end = "", 0.0
        self._stopping = threading.Event()
        self._registry = CollectorRegistry()
        labels = ("job", "outcome")
        self._seconds = Histogram(
            "cutout_job_seconds",
            "Time from taking a job to its end.",
            ("job",),
            registry=self._registry,
            buckets=BUCKETS,
        )
        self._jobs = Counter("cutout_jobs", "Jobs that ended, by how.", labels, registry=self._registry)

    @contextlib.contextmanager
    def over(self, name: str, timeout_seconds: float) -> Iterator[Callable[[bool], None]]:
        """Watch the block; call what it yields with whether the job worked."""
        started = time.monotonic()
        self._latest_end = started + timeout_seconds + self._margin
        self._name = name
        try:
            yield lambda worked: self._jobs.labels(name, "done" if worked else "failed").inc()
        finally:
            self._name = ""
            self._seconds.labels(name).observe(time.monotonic() - started)

    def restart(self, timeout_seconds: float) -> None:
        """The job makes progress: its time-out begins anew."""
        self._latest_end = time.monotonic() + timeout_seconds + self._margin

    @property
    def stuck(self) -> str:
        """The name of a job that should have ended, "" if none."""
        name = self._name
        return name if name and time.monotonic() > self._latest_end else ""

    def exposition(self) -> bytes:
        return generate_latest(self._registry)

    def start(self) -> None:
        threading.Thread(target=self._run, name="watch", daemon=True).start()

    def stop(self) -> None:
        self._stopping.set()

    def _run(self) -> None:
        while not self.look() and not self._stopping.wait(POLL_SECONDS):
            pass

    def look(self) -> bool:
        """End the process if its job is stuck; whether it was."""
        if name := self.stuck:
            log.critical(
                "the job %s hangs: it outlived its time-out by %g s; this worker ends itself", name, self._margin
            )
            self._leave(STUCK)
            return True
        return False
