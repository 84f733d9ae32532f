"""How work grows with its input, in CPU time: the machines of tests are shared, so no absolute time is asserted."""

import time
from collections.abc import Callable

FACTOR = 8
#: Linear work on FACTOR times the input takes about FACTOR times as long, quadratic work its square.
MOST_GROWTH = FACTOR * 3
#: Less than this is the clock's noise.
FLOOR_SECONDS = 0.001
TRIES = 3


def grows_linearly(work: Callable[[int], object], size: int) -> bool:
    """Whether ``work(size)`` takes about as long as its size says, compared with a FACTOR-th of it."""
    small = max(FLOOR_SECONDS, min(_seconds(work, size // FACTOR) for _ in range(TRIES)))
    return any(_seconds(work, size) <= MOST_GROWTH * small for _ in range(TRIES))


def _seconds(work: Callable[[int], object], size: int) -> float:
    started = time.process_time()
    work(size)
    return time.process_time() - started
