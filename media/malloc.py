"""glibc's malloc in two arenas: with one for each thread, what a thread freed is of no use to the others."""

import ctypes
import os

#: Renders are as fast with two as with many (docs/architecture.md).
ARENAS = 2
#: Read before Python runs: how the programs learn of it that this one starts.
VARIABLE = "MALLOC_ARENA_MAX"
#: mallopt(3) gives the number a name in malloc.h alone.
M_ARENA_MAX = -8


def bound_arenas() -> None:
    """To be called before threads start. What the environment says wins; another malloc than glibc's has no arenas."""
    if VARIABLE in os.environ:
        return
    os.environ[VARIABLE] = str(ARENAS)
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(M_ARENA_MAX, ARENAS)
