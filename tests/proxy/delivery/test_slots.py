"""A crowd of different renders: those that wait for a slot have read nothing yet."""

import asyncio
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from media.config import Rendering
from media.errors import SourceError, Unavailable
from media.isolation.children import instead
from media.isolation.messages import Message
from media.stores.memory import MemoryStore
from media.stores.store import Blob
from proxy.runtime.pool import IO_THREADS, STILL_THREADS, Slots
from proxy.services import Services
from tests.conftest import MakeStage
from tests.pictures import photo
from tests.signing import signed
from tests.stage import Stage

CROWD, SLOTS = 12, 2
DEADLINE_SECONDS = 20


def services_of(stage: Stage) -> Services:
    services: Services = stage.client.app.state.services  # type: ignore[attr-defined]
    return services


def count_reads(store: MemoryStore) -> Counter[str]:
    """Reads by first folder of the key, from now on."""
    reads: Counter[str] = Counter()
    get = store.get

    def noted(key: str) -> Blob | None:
        reads[key.partition("/")[0]] += 1
        return get(key)

    store.get = noted  # type: ignore[method-assign]
    return reads


def wait_for(claim: Callable[[], bool]) -> None:
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not claim():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_renders_that_wait_hold_no_source(make_stage: MakeStage) -> None:
    with make_stage(rendering=Rendering(threads=1)) as stage, ThreadPoolExecutor(CROWD) as clients:
        stage.upload(photo(), "shoe")
        reads, services, held = count_reads(stage.store), services_of(stage), threading.Event()  # type: ignore[arg-type]
        assert stage.client.portal is not None
        busy = stage.client.portal.start_task_soon(services.pixels.run, held.wait)
        urls = [f"/demo/image/upload/c_scale,w_{width}/shoe.png" for width in range(10, 10 + CROWD)]
        answers = clients.map(stage.client.get, urls)
        wait_for(lambda: reads["derived"] == CROWD and reads["sources"] >= SLOTS)
        assert reads["sources"] == SLOTS
        held.set()
        assert [answer.status_code for answer in answers] == [200] * CROWD
        assert reads["sources"] == CROWD
        busy.result()


class Held:
    """Children that answer nothing until they may."""

    def __init__(self) -> None:
        self.free, self.asked = threading.Event(), 0

    def run(self, task: str, arguments: dict[str, Any], blobs: Sequence[Any] = (), *, key: str = "") -> Message:
        self.asked += 1
        self.free.wait(DEADLINE_SECONDS)
        raise SourceError("The video cannot be decoded.")


def test_frames_of_films_that_take_long_keep_nobody_else_waiting(make_stage: MakeStage) -> None:
    crowd, held = 2 * IO_THREADS, Held()
    with make_stage() as stage, ThreadPoolExecutor(crowd) as clients:
        stage.upload(photo(), "shoe")
        sent, files = signed({"public_id": "film"}), {"file": ("film.mp4", b"film")}
        assert stage.client.post("/v1_1/demo/video/upload", data=sent, files=files).status_code == 200
        with instead(held):
            urls = [f"/demo/video/upload/so_{number}/film.jpg" for number in range(crowd)]
            answers = clients.map(stage.client.get, urls)
            try:
                wait_for(lambda: services_of(stage).stills.running == crowd)
                assert stage.client.get("/demo/image/upload/c_scale,w_10/shoe.png").status_code == 200
                assert held.asked <= STILL_THREADS
            finally:
                held.free.set()
            assert {answer.status_code for answer in answers} == {422}


def test_analyses_that_wait_hold_no_source(make_stage: MakeStage) -> None:
    with make_stage(rendering=Rendering(threads=1)) as stage, ThreadPoolExecutor(CROWD) as clients:
        stage.upload(photo(), "shoe")
        reads, slots, portal = count_reads(stage.store), services_of(stage).slots, stage.client.portal  # type: ignore[arg-type]
        assert portal is not None
        hold = portal.wrap_async_context_manager
        fields = signed({"public_id": "shoe", "type": "upload", "phash": "true"})
        with hold(slots.one()), hold(slots.one()):
            answers = [clients.submit(stage.client.post, "/v1_1/demo/image/explicit", data=fields) for _ in range(3)]
            wait_for(lambda: slots.waiting == len(answers))
            assert not reads["sources"]
        assert [answer.result().json()["phash"] for answer in answers] == [answers[0].result().json()["phash"]] * 3


def test_a_poll_for_a_pending_cutout_waits_for_no_slot(make_stage: MakeStage) -> None:
    with make_stage(rendering=Rendering(threads=1)) as stage:
        stage.upload(photo(), "shoe")
        slots, portal = services_of(stage).slots, stage.client.portal
        assert portal is not None
        hold = portal.wrap_async_context_manager
        with hold(slots.one()), hold(slots.one()):
            assert slots.are_taken
            assert stage.client.get("/demo/image/upload/e_background_removal/shoe.png").status_code == 423


def test_a_full_queue_refuses_and_a_slot_that_is_left_is_free_again() -> None:
    async def scene() -> None:
        slots = Slots(1, queue=1)
        async with slots.one():
            waiting = asyncio.create_task(taken(slots))
            await asyncio.sleep(0)
            with pytest.raises(Unavailable, match="busy"):
                await taken(slots)
        await waiting
        await taken(slots)

    asyncio.run(scene())


async def taken(slots: Slots) -> None:
    async with slots.one():
        pass
