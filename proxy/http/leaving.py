"""Notice that a client has left while its answer is made."""

import asyncio
from dataclasses import dataclass
from types import TracebackType

from starlette.requests import ClientDisconnect, Request

from media.errors import MediaError

#: Most answers are there before anybody could leave; only then somebody looks.
PATIENCE_SECONDS = 0.1
READS = ("GET", "HEAD")


@dataclass(slots=True)
class WhileClientWaits:
    """Raises ClientDisconnect if the client leaves while what is inside goes on.

    What only reads is cancelled, as by ``asyncio.timeout()``; what changes something is done, and then told that nobody
    heard of it.
    """

    request: Request
    task: "asyncio.Task[object] | None" = None
    start: asyncio.TimerHandle | None = None
    watcher: "asyncio.Task[None] | None" = None
    has_left: bool = False

    async def __aenter__(self) -> None:
        if self.request.method in READS:
            self.task = asyncio.current_task()
            self.start = asyncio.get_running_loop().call_later(PATIENCE_SECONDS, self._watch)

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.start is not None:
            self.start.cancel()
        elif kind is None and await self._is_unheard():
            raise ClientDisconnect
        if self.watcher is not None:
            self.watcher.cancel()
        # Cancelled by nobody else, too: by a deadline or the server's end.
        if self.has_left and self.task and self.task.uncancel() == 0 and kind is asyncio.CancelledError:
            raise ClientDisconnect from error

    def _watch(self) -> None:
        self.watcher = asyncio.ensure_future(self._await_leaving())

    async def _await_leaving(self) -> None:
        try:
            while (await self.request.receive())["type"] != "http.disconnect":
                continue
        except MediaError:
            # A body where none belongs, and too large.
            return
        self.has_left = True
        if self.task:
            self.task.cancel()

    async def _is_unheard(self) -> bool:
        try:
            return await self.request.is_disconnected()
        except MediaError:
            return False
