"""``/health/live``, ``/health/ready`` and ``/metrics`` of a worker, at ``worker.health_port``.

live: the job at work still moves. ready: Redis and the store answer, so work can be taken and its results kept.
"""

import threading
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import redis

from media.config import ConfigError
from media.errors import MediaError
from worker.health.watch import Watch
from worker.services import Services

#: Status, content type, body.
Answer = tuple[int, str, bytes]
TEXT, METRICS = "text/plain; charset=utf-8", "text/plain; version=0.0.4; charset=utf-8"
#: A scraper that sends nothing holds a thread no longer than this.
CLIENT_TIMEOUT_SECONDS = 10


class HealthServer:
    """Answers from threads of its own, whatever the job does. ``port`` 0 of the settings: it is not started."""

    def __init__(self, services: Services, watch: Watch) -> None:
        """Raises ConfigError if the port is taken."""
        self._services, self._watch = services, watch
        settings = services.settings.worker
        paths = {"/health/live": self._live, "/health/ready": self._ready, "/metrics": self._metrics}
        try:
            self._server = ThreadingHTTPServer((settings.health_host, settings.health_port), _handler(paths))
        except OSError as error:
            where = f"{settings.health_host}:{settings.health_port}"
            raise ConfigError(f"worker.health_port {where} cannot be opened ({error}).") from error
        self._server.daemon_threads = True

    @property
    def port(self) -> int:
        return self._server.server_address[1]

    def start(self) -> None:
        threading.Thread(target=self._server.serve_forever, name="health", daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _live(self) -> Answer:
        stuck = self._watch.stuck
        return (503, TEXT, f"the job {stuck} hangs\n".encode()) if stuck else (200, TEXT, b"ok\n")

    def _ready(self) -> Answer:
        try:
            self._services.redis.ping()
            self._services.store.stat("health/ready")
        except (MediaError, redis.exceptions.RedisError) as error:
            return 503, TEXT, f"{error}\n".encode()
        return 200, TEXT, b"ok\n"

    def _metrics(self) -> Answer:
        return 200, METRICS, self._watch.exposition()


def _handler(paths: Mapping[str, Callable[[], Answer]]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        timeout = CLIENT_TIMEOUT_SECONDS

        def do_GET(self) -> None:
            answer = paths.get(self.path.partition("?")[0])
            status, kind, body = answer() if answer else (404, TEXT, b"nothing here\n")
            self.send_response(status)
            headers = {"Content-Type": kind, "Content-Length": str(len(body)), "Cache-Control": "no-store"}
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """A probe each few seconds is no news."""

    return Handler
