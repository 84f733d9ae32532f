"""An origin on this machine, and an application that may fetch from it."""

import http.server
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from media.config import Origin
from tests.conftest import MakeStage
from tests.stage import Stage


@dataclass
class Site:
    """A plain HTTP origin: ``pages`` maps paths (with query) to bodies, ``seen`` is what was asked for.

    While it is ``broken`` it answers 500.
    """

    pages: dict[str, bytes] = field(default_factory=dict)
    seen: list[str] = field(default_factory=list)
    host: str = ""
    broken: bool = False

    def answer(self, path: str) -> tuple[int, bytes]:
        self.seen.append(path)
        if self.broken:
            return 500, b""
        return (200, self.pages[path]) if path in self.pages else (404, b"")


@pytest.fixture
def site() -> Iterator[Site]:
    site = Site()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, body = site.answer(self.path)
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002
            return

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        site.host = f"127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield site
        server.shutdown()


@pytest.fixture
def front(make_stage: MakeStage) -> Iterator[Stage]:
    with make_stage(origin=Origin(allow_private=True)) as made:
        yield made
