"""The port of a worker: alive while its job moves, ready while Redis and the store answer."""

import contextlib
from collections.abc import Iterator
from dataclasses import replace

import httpx
import pytest

from media.config import ConfigError, RedisSettings, Settings, Worker
from media.stores.memory import MemoryStore
from tests.conftest import free_port
from tests.fakes import DiscMatter, services_of
from worker.health.server import HealthServer
from worker.health.watch import Watch


@contextlib.contextmanager
def served(redis_url: str, watch: Watch) -> Iterator[str]:
    port = free_port()
    settings = replace(Settings(), redis=RedisSettings(redis_url), worker=Worker(health_port=port))
    server = HealthServer(services_of(settings, MemoryStore(), DiscMatter()), watch)
    server.start()
    try:
        with pytest.raises(ConfigError, match="health_port"):
            HealthServer(services_of(settings, MemoryStore(), DiscMatter()), watch)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.stop()


def test_a_worker_is_alive_ready_and_scraped(redis_url: str) -> None:
    with served(redis_url, Watch(0)) as address:
        for path, status in {"/health/live": 200, "/health/ready": 200, "/metrics?a": 200, "/": 404}.items():
            assert httpx.get(address + path).status_code == status, path
        assert httpx.get(f"{address}/metrics").headers["content-type"].startswith("text/plain; version=0.0.4")


def test_a_hanging_job_is_no_life() -> None:
    watch = Watch(0)
    with served("redis://127.0.0.1:1", watch) as address, watch.over("matte", -1):
        answer = httpx.get(f"{address}/health/live")
        assert (answer.status_code, answer.text) == (503, "the job matte hangs\n")


def test_without_redis_a_worker_lives_and_is_not_ready() -> None:
    with served("redis://127.0.0.1:1", Watch(0)) as address:
        assert httpx.get(f"{address}/health/live").status_code == 200
        assert httpx.get(f"{address}/health/ready").status_code == 503
