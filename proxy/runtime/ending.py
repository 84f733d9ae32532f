"""The end of this process, as its requests see it.

::

    begin      no longer ready: whoever spreads requests sends them elsewhere; what comes is answered
    leave      the listener is closed: nobody waits any more for what workers make
    time_out   the last moment: who is still at work is told to ask again, in the words of the API
"""

import asyncio
from collections.abc import Callable


class Ending:
    def __init__(self, stop_waiting: Callable[[], None]) -> None:
        self.has_begun = False
        #: Of requests whose answers are made now; each adds its own and takes it out.
        self.deadlines: set[asyncio.Timeout] = set()
        self._stop_waiting = stop_waiting

    def begin(self) -> None:
        self.has_begun = True

    def leave(self) -> None:
        self.begin()
        self._stop_waiting()

    def time_out(self) -> None:
        now = asyncio.get_running_loop().time()
        for each in self.deadlines:
            if not each.expired():
                each.reschedule(now)
