"""settings → services → app → uvicorn."""

import argparse
import asyncio
import contextlib
import logging
import math
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import AsyncIterator, Callable
from types import FrameType

import uvicorn
from starlette.applications import Starlette

from media.config import ConfigError, Server, Settings, load
from media.errors import MediaError
from media.isolation.children import warm
from media.logs import configure_logging
from proxy.app import create_app
from proxy.commands.check import check
from proxy.dialects import SETTINGS
from proxy.http.connections import Watch, bounds_of
from proxy.runtime.ending import Ending
from proxy.services import Services, open_services

#: uvicorn's.
TICKS_PER_SECOND = 10
#: What is left of the time for running requests when they are told that it is over.
ANSWER_SECONDS = 1.0

log = logging.getLogger("cutout")


def bind(host: str, port: int) -> socket.socket:
    """Take the port before anything else is started. Raises ConfigError if it is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except (OSError, OverflowError) as error:
        listener.close()
        raise ConfigError(f"Port {port} of {host} cannot be opened ({error}); choose another with PORT.") from error
    return listener


def application(settings: Settings) -> Starlette:
    """The app with services that open with it and close with it."""

    @contextlib.asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        async with open_services(settings) as services:
            app.state.services = services
            # The first GIF or AVIF need not wait for a process to start.
            threading.Thread(target=warm, name="warm", daemon=True).start()
            yield

    return create_app(settings, lifespan)


def run_server(
    app: Starlette, settings: Settings, listener: socket.socket, should_stop: Callable[[], bool] = lambda: False
) -> None:
    """Answer on ``listener`` until SIGINT or SIGTERM, or until ``should_stop`` (asked once a second).

    Raises ConfigError if the port of metrics is taken.
    """
    port = settings.server.metrics_port
    listeners = [listener, *([bind(settings.server.host, port)] if port else [])]
    watch = Watch(bounds_of(settings.server))
    server = _Server(
        uvicorn.Config(
            app,
            http=watch.connect,  # type: ignore[arg-type]  # called like the class that it makes
            ws="none",
            log_level="warning",
            access_log=False,
            server_header=False,
            forwarded_allow_ips=",".join(settings.server.trusted_proxies),
            timeout_graceful_shutdown=int(settings.server.shutdown_seconds),
            timeout_keep_alive=settings.server.idle_timeout_seconds,
        )
    )
    server.should_stop, server.watch, server.settings = should_stop, watch, settings.server
    # uvicorn raises the signal again once it has drained; that must end the caller in order, not kill it.
    signal.signal(signal.SIGTERM, _interrupt)
    with contextlib.suppress(KeyboardInterrupt):
        server.run(sockets=listeners)


def _interrupt(number: int, frame: object) -> None:
    raise KeyboardInterrupt


class _Server(uvicorn.Server):
    """uvicorn's server, which takes its leave: not ready, then not listening, and nobody is left without an answer."""

    should_stop: Callable[[], bool]
    watch: Watch
    settings: Server
    _leaves_at = math.inf

    @property
    def _ending(self) -> Ending:
        services: Services = self.config.app.state.services  # type: ignore[union-attr]  # a Starlette
        return services.ending

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """A first SIGTERM is obeyed after ``drain_seconds``; everything else at once."""
        if sig != signal.SIGTERM or not self.started or self._leaves_at < math.inf:
            super().handle_exit(sig, frame)
            return
        self._leaves_at = time.monotonic() + self.settings.drain_seconds
        self._ending.begin()
        self.watch.end(self.server_state.connections)

    async def on_tick(self, counter: int) -> bool:
        if time.monotonic() >= self._leaves_at:
            super().handle_exit(signal.SIGTERM, None)
        is_over = await super().on_tick(counter)
        if counter % TICKS_PER_SECOND == 0:
            self.watch.sweep(self.server_state.connections)
            is_over = is_over or self.should_stop()
        return is_over

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._ending.leave()
        left = max(0.0, self.settings.shutdown_seconds - ANSWER_SECONDS)
        asyncio.get_running_loop().call_later(left, self._ending.time_out)
        await super().shutdown(sockets)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m proxy", description="The Cutout proxy.")
    parser.add_argument("--config", default=os.environ.get("CUTOUT_CONFIG"), help="path of config.yaml")
    chosen = parser.parse_args(arguments)
    configure_logging()
    try:
        settings = load(chosen.config, vendors=SETTINGS)
        check(settings)
        listener = bind(settings.server.host, settings.server.port)
        run_server(application(settings), settings, listener)
    except (ConfigError, MediaError) as error:
        print(f"cutout proxy: {error}", file=sys.stderr)
        return 1
    return 0
