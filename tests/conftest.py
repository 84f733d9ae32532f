"""Fixtures: an embedded Redis per session, an application per test, a whole `cutout dev` per session."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import httpx
import pytest
import redis
from starlette.applications import Starlette
from starlette.testclient import TestClient

from media.config import Cloud, Delivery, RedisSettings, Settings
from media.stores.memory import MemoryStore
from media.stores.store import Store
from proxy.app import create_app
from proxy.embedded import embedded_redis
from proxy.services import open_services
from tests.fakes import DiscMatter, work_off

SERVER_START_SECONDS = 60


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
    return Settings(redis=RedisSettings(url=redis_url), delivery=Delivery(max_wait_seconds=5), clouds={"demo": cloud})


@dataclass
class Stage:
    """An application over a memory store, with a worker that works when told to."""

    settings: Settings
    store: Store
    matter: DiscMatter
    client: TestClient

    def work(self) -> None:
        work_off(self.settings, self.store, self.matter)

    def upload(self, body: bytes, public_id: str, **fields: str) -> dict[str, object]:
        """An upload as the SDK signs it; the answer's JSON."""
        from tests.signing import signed

        answer = self.client.post(
            "/v1_1/demo/image/upload", data=signed({"public_id": public_id, **fields}), files={"file": body}
        )
        assert answer.status_code == 200, answer.text
        result: dict[str, object] = answer.json()
        return result


MakeStage = Callable[..., contextlib.AbstractContextManager[Stage]]


@pytest.fixture
def make_stage(settings: Settings) -> MakeStage:
    @contextlib.contextmanager
    def make(**sections: object) -> Iterator[Stage]:
        chosen = replace(settings, **sections)  # type: ignore[arg-type]
        store = MemoryStore()

        @contextlib.asynccontextmanager
        async def lifespan(app: Starlette) -> AsyncIterator[None]:
            async with open_services(chosen, store) as services:
                app.state.services = services
                yield

        with TestClient(create_app(chosen, lifespan), raise_server_exceptions=False) as client:
            yield Stage(chosen, store, DiscMatter(), client)

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
        [sys.executable, "-m", "proxy.cli", "dev"],
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
