"""Renew a lease on a job, or a lock on what it makes, while work is done.

Both are short, so that a killed worker's are gone within seconds, and renewed by a thread as long as it lives.
"""

import contextlib
import threading
from collections.abc import Callable, Iterator

import redis

#: What begins the time-outs of the job under way anew; filled by whoever runs it.
_TIME_OUTS: list[Callable[[], object]] = []


@contextlib.contextmanager
def restartable(restart: Callable[[], object]) -> Iterator[None]:
    """``restart`` begins the time-outs anew of the job that runs in the block."""
    _TIME_OUTS.append(restart)
    try:
        yield
    finally:
        _TIME_OUTS.remove(restart)


def restart_time_out() -> None:
    """For jobs of any length: a job that makes progress is not late."""
    for restart in _TIME_OUTS:
        restart()


@contextlib.contextmanager
def renewed(life_seconds: float, renew: Callable[[], object]) -> Iterator[None]:
    """Call ``renew`` three times per life until the block ends."""
    done = threading.Event()

    def keep() -> None:
        while not done.wait(life_seconds / 3):
            # What cannot be renewed may be done twice: wasteful, never wrong.
            with contextlib.suppress(redis.exceptions.RedisError):
                renew()

    thread = threading.Thread(target=keep, name="renewal", daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


@contextlib.contextmanager
def leased(connection: "redis.Redis", name: str, life_seconds: int) -> Iterator[bool]:
    """Whether this is the only holder among all workers; the others need not wait."""
    lock = connection.lock(f"cutout:lock:{name}", timeout=life_seconds, thread_local=False)
    if not lock.acquire(blocking=False):
        yield False
        return
    try:
        with renewed(life_seconds, lock.reacquire):
            yield True
    finally:
        with contextlib.suppress(redis.exceptions.LockError):
            lock.release()


@contextlib.contextmanager
def locked(connection: "redis.Redis", name: str, life_seconds: int) -> Iterator[None]:
    """One holder among all workers; waits for it. A killed holder's lock is gone after ``life_seconds``."""
    # Not bound to a thread: the renewing one must know the token, too.
    lock = connection.lock(
        f"cutout:lock:{name}", timeout=life_seconds, thread_local=False, raise_on_release_error=False
    )
    with lock, renewed(life_seconds, lock.reacquire):
        yield
