"""A hundred first renders of one large source at once, on a running proxy with one thread for pixels: those that wait
hold no bytes."""

import os
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import pyvips

from tests.attacks.conftest import Victim, running_proxy, upload

SIDE = 2900
CROWD, FEW = 100, 4
#: Of what a hundred sources take: more than malloc keeps of the bytes of those that went before.
SHARE = 8


def large_source() -> bytes:
    """25 MB that cost nothing to decode: noise in a PNG that is not compressed."""
    pixels = pyvips.Image.new_from_memory(os.urandom(SIDE * SIDE * 3), SIDE, SIDE, 3, "uchar")
    return bytes(pixels.copy(interpretation="srgb").pngsave_buffer(compression=0, filter="none"))


@pytest.fixture
def victim(tmp_path_factory: pytest.TempPathFactory, redis_server: str) -> Iterator[Victim]:
    folder = tmp_path_factory.mktemp("renders")
    with running_proxy(folder, redis_server, rendering={"threads": 1}) as running:
        yield running


def peak(victim: Victim, widths: range) -> int:
    """The most resident bytes while all of these are asked for at once."""
    most, over = [victim.memory], threading.Event()

    def watch() -> None:
        while not over.wait(0.01):
            most[0] = max(most[0], victim.memory)

    watcher = threading.Thread(target=watch)
    watcher.start()
    with ThreadPoolExecutor(len(widths)) as crowd:
        urls = [f"/demo/image/upload/c_scale,w_{width}/large.png" for width in widths]
        statuses = set(crowd.map(lambda url: victim.ask("GET", url)[0], urls))
    over.set()
    watcher.join()
    assert statuses == {200}
    return most[0]


def test_a_hundred_renders_that_wait_take_the_memory_of_those_that_run(victim: Victim) -> None:
    source = large_source()
    upload(victim, "large", source)
    few = peak(victim, range(10, 10 + FEW))
    many = peak(victim, range(100, 100 + CROWD))
    assert many - few < CROWD * len(source) / SHARE
