"""Count the functions of ours that one request calls, and how often it is handed to another thread."""

import asyncio
import contextlib
import sys
import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

from tests.stage import Stage

ROOT = Path(__file__).parent.parent
OURS = tuple(f"{ROOT / top}/" for top in ("media", "proxy", "worker"))
BROWSER = {"accept": "image/avif,image/webp,*/*", "host": "localhost"}


@dataclass
class Tally:
    """Calls by code object (a coroutine that goes on counts again), and tasks given to thread pools."""

    calls: Counter[CodeType] = field(default_factory=Counter)
    hops: int = 0
    is_on: bool = False

    def hook(self, frame: FrameType, event: str, _: Any) -> None:
        if not self.is_on or event != "call":
            return
        code = frame.f_code
        self.hops += code is ThreadPoolExecutor.submit.__code__
        if code.co_filename.startswith(OURS):
            self.calls[code] += 1

    @property
    def functions(self) -> int:
        """Comprehensions and lambdas count with the function around them."""
        return sum(not code.co_name.startswith("<") for code in self.calls)

    @property
    def files(self) -> int:
        return len({code.co_filename for code in self.calls})

    def __str__(self) -> str:
        return f"{self.functions} functions in {self.files} files, {self.calls.total()} calls, {self.hops} hops"


@contextlib.contextmanager
def watching() -> Iterator[Tally]:
    """A tally that sees the threads started from now on: open the application inside."""
    tally = Tally()
    threading.setprofile(tally.hook)
    try:
        yield tally
    finally:
        tally.is_on = False
        threading.setprofile(None)  # type: ignore[arg-type]


def get(stage: Stage, tally: Tally, url: str, headers: Mapping[str, str] = BROWSER) -> int:
    """The status of a GET that is answered in the application's own loop, without a client around it."""
    path, _, query = url.partition("?")
    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        "client": ("127.0.0.1", 1),
    }
    messages: list[Any] = []

    received = iter([{"type": "http.request"}])

    async def receive() -> dict[str, Any]:
        """The one message there is; then nothing more, as of a client that stays."""
        return next(received, None) or await asyncio.Future[dict[str, Any]]()

    async def send(message: Any) -> None:
        messages.append(message)

    async def answer() -> None:
        tally.calls, tally.hops, tally.is_on = Counter(), 0, True
        sys.setprofile(tally.hook)
        try:
            await stage.client.app(scope, receive, send)  # type: ignore[arg-type]
        finally:
            sys.setprofile(None)
            tally.is_on = False

    assert stage.client.portal is not None
    stage.client.portal.call(answer)
    return int(messages[0]["status"])
