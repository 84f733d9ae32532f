"""Fixtures: an embedded Redis per session, an application per test, a whole `cutout dev` per session."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import httpx
import hypothesis
import pytest
import redis

from media.config import Cloud, Delivery, RedisSettings, Settings
from proxy.commands.embedded_redis import embedded_redis
from tests.stage import Stage, open_stage

SERVER_START_SECONDS = 60

# Machines of tests are shared: what takes seconds in a pause of theirs is no fault.
hypothesis.settings.register_profile(
    "shared machine", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("shared machine")


@pytest.fixture(scope="session")
def redis_server() -> Iterator[str]:
    with embedded_redis() as url:
        yield url


@pytest.fixture
def redis_url(redis_server: str) -> str:
    """A Redis with nothing in it."""
    with redis.Redis.from_url(redis_server) as client:
        client.flushall()
    return redis_server


@pytest.fixture
def settings(redis_url: str) -> Settings:
    cloud = Cloud(
        keys={"demo-key": "demo-secret"},
        presets={"playground": {"unsigned": True, "folder": "playground"}, "signed-only": {}},
    )
    return Settings(
        redis=RedisSettings(url=redis_url),
        delivery=Delivery(max_wait_seconds=5, look_wait_seconds=0),
        clouds={"demo": cloud},
    )


MakeStage = Callable[..., contextlib.AbstractContextManager[Stage]]


@pytest.fixture
def make_stage(settings: Settings) -> MakeStage:
    @contextlib.contextmanager
    def make(*vendors: object, **sections: object) -> Iterator[Stage]:
        """``vendors`` are sections that dialects declare, ``sections`` the others by name."""
        own = {"vendors": {type(section): section for section in vendors}, **sections}
        with open_stage(replace(settings, **own)) as made:  # type: ignore[arg-type]
            yield made

    return make


@pytest.fixture
def stage(make_stage: MakeStage) -> Iterator[Stage]:
    with make_stage() as made:
        yield made


@dataclass
class Server:
    """A running `cutout dev`."""

    address: str
    data: Path
    process: "subprocess.Popen[bytes]"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def running_server(data: Path, **environment: str) -> Iterator[Server]:
    """`cutout dev` on a free port; stopped by SIGTERM to its pid."""
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "proxy.commands.cli", "dev"],
        env={**os.environ, "PORT": str(port), "DATA_DIR": str(data), **environment},
    )
    server = Server(f"http://127.0.0.1:{port}", data, process)
    try:
        _await_ready(server)
        yield server
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def _await_ready(server: Server) -> None:
    deadline = time.monotonic() + SERVER_START_SECONDS
    while time.monotonic() < deadline and server.process.poll() is None:
        with contextlib.suppress(httpx.TransportError):
            if httpx.get(f"{server.address}/health/ready").status_code == 200:
                return
        time.sleep(0.1)
    raise AssertionError("cutout dev did not become ready")


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running_server(tmp_path_factory.mktemp("data")) as running:
        yield running
