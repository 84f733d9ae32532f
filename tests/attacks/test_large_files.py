"""A file that is larger than the proxy may grow: in parts, put together, and out again, never whole in memory."""

import hashlib
import os
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.attacks.conftest import Victim, running_proxy

PUBLIC = "demopublickey"
PART_BYTES, PARTS = 5 * 1024 * 1024, 40
BLOCK = os.urandom(PART_BYTES)
#: Parts under way, each on disk and in memory once, and what Python keeps of them.
MOST_GROWTH = PARTS * PART_BYTES // 3


@pytest.fixture
def small(tmp_path: Path, redis_url: str) -> Iterator[Victim]:
    """To it everything above a mebibyte is too large to be a picture."""
    with running_proxy(tmp_path, redis_url, limits={"max_source_bytes": 1024 * 1024}) as running:
        yield running


def part(number: int) -> bytes:
    """Each is another one, or the store would keep one for all."""
    return number.to_bytes(4, "big") + BLOCK[4:]


class Watch:
    """The most memory that the proxy takes while the block runs."""

    def __init__(self, victim: Victim) -> None:
        self._victim, self._over, self.most = victim, threading.Event(), victim.memory
        self._thread = threading.Thread(target=self._look)

    def __enter__(self) -> "Watch":
        self._thread.start()
        return self

    def __exit__(self, *failure: object) -> None:
        self._over.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._over.wait(0.05):
            self.most = max(self.most, self._victim.memory)


def test_a_large_file_comes_and_goes_part_by_part(small: Victim) -> None:
    base = f"http://127.0.0.1:{small.port}"
    with httpx.Client(base_url=base, timeout=120) as client:
        client.post("/base/", data={"UPLOADCARE_PUB_KEY": PUBLIC}, files={"file": b"warm"}).raise_for_status()
        before = small.memory
        with Watch(small) as watch:
            sent = {"UPLOADCARE_PUB_KEY": PUBLIC, "filename": "film.bin", "size": str(PARTS * PART_BYTES)}
            begun = client.post("/multipart/start/", data=sent).json()
            assert len(begun["parts"]) == PARTS
            whole = hashlib.sha256()
            for number, address in enumerate(begun["parts"]):
                client.put(address, content=part(number)).raise_for_status()
                whole.update(part(number))
            done = client.post("/multipart/complete/", data={"UPLOADCARE_PUB_KEY": PUBLIC, "uuid": begun["uuid"]})
            assert done.json()["size"] == PARTS * PART_BYTES
            read = hashlib.sha256()
            with client.stream("GET", f"/{begun['uuid']}/") as answer:
                for chunk in answer.iter_bytes():
                    read.update(chunk)
            assert read.digest() == whole.digest()
            middle = client.get(f"/{begun['uuid']}/", headers={"Range": f"bytes={PART_BYTES - 2}-{PART_BYTES + 1}"})
            assert middle.content == part(0)[-2:] + part(1)[:2]
    assert watch.most - before < MOST_GROWTH, f"{(watch.most - before) >> 20} MiB for {PARTS * PART_BYTES >> 20}"
