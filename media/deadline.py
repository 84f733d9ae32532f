"""Until when somebody waits for what this thread does, and how its work stops then.

::

    with stop_at(moment):          one render
        with stopping(*frames):    libvips computes: its pipelines end within a tick of the deadline
            …
        checkpoint()               between the rounds of a loop of our own

Python threads cannot be stopped from outside; libvips looks at a flag of each picture that it computes.
"""

import contextlib
import math
import threading
import time
from collections.abc import Iterator
from contextvars import ContextVar

import pyvips

from media.errors import Unavailable

#: How often pictures whose time is over are looked for.
TICK_SECONDS = 0.1
LATE = "The picture takes longer to render than requests may; ask for a smaller one or for fewer steps."

_UNTIL: ContextVar[float] = ContextVar("until", default=math.inf)


@contextlib.contextmanager
def stop_at(moment: float) -> Iterator[None]:
    """What runs inside stops at ``moment``, in seconds of :func:`time.monotonic`, or sooner if that was said before."""
    before = _UNTIL.set(min(moment, _UNTIL.get()))
    try:
        yield
    finally:
        _UNTIL.reset(before)


def put_off(moment: float) -> None:
    """What runs here now may go on until ``moment``: it has shown progress."""
    _UNTIL.set(moment)


def checkpoint() -> None:
    """Raises Unavailable once the deadline is over."""
    if time.monotonic() > _UNTIL.get():
        raise Unavailable(LATE, retry_after=5)


def remaining() -> float:
    """Seconds that are left; infinite if nobody waits."""
    return _UNTIL.get() - time.monotonic()


@contextlib.contextmanager
def stopping(*images: pyvips.Image) -> Iterator[None]:
    """Stop whatever libvips computes from ``images``, or into them, at the deadline. Raises Unavailable then."""
    checkpoint()
    if math.isinf(_UNTIL.get()):
        yield
        return
    try:
        with _GUARD.guarding(images, _UNTIL.get()):
            yield
    except pyvips.Error:
        checkpoint()
        raise


def computed(image: pyvips.Image) -> pyvips.Image:
    """The picture in memory."""
    with stopping(image):
        return image.copy_memory()


class _Guard:
    """One thread for all renders: it sleeps while there is none, and kills pictures whose time is over."""

    def __init__(self) -> None:
        self._guarded: dict[int, tuple[float, tuple[pyvips.Image, ...]]] = {}
        self._some = threading.Event()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._count = 0

    @contextlib.contextmanager
    def guarding(self, images: tuple[pyvips.Image, ...], until: float) -> Iterator[None]:
        number = self._add(images, until)
        try:
            yield
        finally:
            del self._guarded[number]

    def _add(self, images: tuple[pyvips.Image, ...], until: float) -> int:
        with self._lock:
            self._count += 1
            self._guarded[self._count] = until, images
            if self._thread is None:
                self._thread = threading.Thread(target=self._watch, name="deadline", daemon=True)
                self._thread.start()
        self._some.set()
        return self._count

    def _watch(self) -> None:
        while True:
            self._some.wait()
            time.sleep(TICK_SECONDS)
            with self._lock:
                guarded = list(self._guarded.values())
                if not guarded:
                    self._some.clear()
            for until, images in guarded:
                if time.monotonic() > until:
                    _kill(images)


def _kill(images: tuple[pyvips.Image, ...]) -> None:
    for image in images:
        image.set_kill(True)


_GUARD = _Guard()
