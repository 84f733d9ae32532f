"""Two proxies over one store: writers at once lose nothing, and a kill -9 in the middle of uploads breaks nothing."""

import contextlib
import hashlib
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from media.records.asset import Asset
from media.records.catalog import Catalog
from media.records.sources import source_path
from media.stores.filesystem import FilesystemStore
from tests.conftest import free_port
from tests.pictures import photo
from tests.signing import signed

WRITERS = 50
UPLOADERS = 8
NAMES = 5
START_SECONDS = 60
UPLOADING_SECONDS = 1.5


@dataclass
class Proxy:
    address: str
    process: "subprocess.Popen[bytes]"

    def call(self, action: str, fields: dict[str, str], lists: dict[str, list[str]], body: bytes | None = None) -> int:
        flat = {**fields, **{name: ",".join(values) for name, values in lists.items()}}
        sent: dict[str, object] = dict(signed(flat))
        for name, values in lists.items():
            del sent[name]
            sent[f"{name}[]"] = values
        files = {"file": body} if body else None
        answer = httpx.post(f"{self.address}/v1_1/demo/image/{action}", data=sent, files=files, timeout=30)
        return answer.status_code


@contextlib.contextmanager
def running_proxy(store: Path, redis_url: str) -> Iterator[Proxy]:
    port = free_port()
    environment = {
        **os.environ,
        "CUTOUT_SERVER__PORT": str(port),
        "CUTOUT_STORE__PATH": str(store),
        "CUTOUT_REDIS__URL": redis_url,
        "CUTOUT_CLOUDS__DEMO": json.dumps({"keys": {"demo-key": "demo-secret"}}),
    }
    process = subprocess.Popen([sys.executable, "-m", "proxy"], env=environment)
    proxy = Proxy(f"http://127.0.0.1:{port}", process)
    try:
        yield proxy
    finally:
        process.terminate()
        process.wait(20)


@pytest.fixture
def store(tmp_path: Path) -> FilesystemStore:
    return FilesystemStore(tmp_path / "store")


@pytest.fixture
def proxies(tmp_path: Path, redis_url: str) -> Iterator[list[Proxy]]:
    with running_proxy(tmp_path / "store", redis_url) as one, running_proxy(tmp_path / "store", redis_url) as two:
        for proxy in (one, two):
            await_ready(proxy)
        yield [one, two]


def await_ready(proxy: Proxy) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and proxy.process.poll() is None:
        with contextlib.suppress(httpx.TransportError):
            if httpx.get(f"{proxy.address}/health/live").status_code == 200:
                return
        time.sleep(0.05)
    raise AssertionError("the proxy did not start")


def every_asset(store: FilesystemStore) -> list[Asset]:
    return list(Catalog(store).list_assets("demo", "image", "upload").assets)


def test_fifty_writers_at_two_proxies_and_one_that_is_killed(proxies: list[Proxy], store: FilesystemStore) -> None:
    assert proxies[0].call("upload", {"public_id": "shared"}, {}, photo()) == 200
    tags = [f"tag{number:02}" for number in range(WRITERS)]

    def tag(number: int) -> int:
        fields = {"command": "add", "tag": tags[number]}
        return proxies[number % 2].call("tags", fields, {"public_ids": ["shared"]})

    with ThreadPoolExecutor(WRITERS) as pool:
        assert set(pool.map(tag, range(WRITERS))) == {200}
    (shared,) = every_asset(store)
    assert sorted(shared.tags) == tags
    assert all(Catalog(store).list_tagged("demo", "image", tag).assets == [shared] for tag in tags)

    answered = upload_until_killed(proxies)
    assert answered, "nothing was uploaded before the kill"
    assets = {asset.public_id: asset for asset in every_asset(store)}
    assert set(assets) >= {name for name, _ in answered}
    for asset in assets.values():
        blob = store.get(source_path(asset.digest))
        assert blob is not None, f"{asset.public_id} has a record without bytes"
        assert hashlib.sha256(blob.body).hexdigest() == asset.digest
        assert (len(blob.body), hashlib.md5(blob.body).hexdigest()) == (asset.bytes, asset.etag)
    # The one that lives serves all of them, and takes every name again.
    for name in assets:
        assert httpx.get(f"{proxies[1].address}/demo/image/upload/{name}", timeout=30).status_code == 200
        assert proxies[1].call("upload", {"public_id": name}, {}, photo(shade=99)) == 200


def upload_until_killed(proxies: list[Proxy]) -> list[tuple[str, int]]:
    """Names and shades of the uploads that both proxies answered with 200; the first dies in the middle."""
    answered: list[tuple[str, int]] = []
    stop = threading.Event()

    def uploader(number: int) -> None:
        shade = number
        while not stop.is_set():
            shade = (shade + UPLOADERS) % 200
            name = f"name{shade % NAMES}"
            with contextlib.suppress(httpx.TransportError):
                if proxies[number % 2].call("upload", {"public_id": name}, {}, photo(200, 200, shade=shade)) == 200:
                    answered.append((name, shade))

    with ThreadPoolExecutor(UPLOADERS) as pool:
        for number in range(UPLOADERS):
            pool.submit(uploader, number)
        time.sleep(UPLOADING_SECONDS)
        proxies[0].process.kill()
        time.sleep(0.2)
        stop.set()
    return answered
