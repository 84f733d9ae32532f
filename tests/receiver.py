"""A receiver of notifications: keeps what it is sent, answers what it is told to."""

import contextlib
import http.server
import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Notification:
    headers: dict[str, str]
    body: bytes

    @property
    def document(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.body)
        return found


@dataclass
class Receiver:
    url: str
    statuses: list[int] = field(default_factory=list)
    received: list[Notification] = field(default_factory=list)

    def wait(self, kind: str, seconds: float = 20.0) -> Notification:
        """The first notification of a kind."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            for each in list(self.received):
                if each.document["notification_type"] == kind:
                    return each
            time.sleep(0.05)
        raise AssertionError(f"no {kind} among {[each.document for each in self.received]}")


@contextlib.contextmanager
def listening() -> Iterator[Receiver]:
    """``statuses`` are answered in turn; 200 when there are no more."""

    class Hook(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            receiver.received.append(Notification({name.lower(): value for name, value in self.headers.items()}, body))
            self.send_response(receiver.statuses.pop(0) if receiver.statuses else 200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *values: object) -> None:  # noqa: A002 (the base class names it)
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Hook)
    receiver = Receiver(f"http://127.0.0.1:{server.server_port}/hook")
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
