"""What holds for all front doors together: one network run per photograph, one counter per key, bounded waiting."""

import threading
import time
from collections.abc import Callable, Iterator

import httpx
import pytest

from media.config import Cloud, Delivery, Origin, Queue, RedisSettings
from tests.conftest import MakeStage
from tests.pictures import opened, photo
from tests.proxy.doors import CLOUDS, IMPATIENT, PATIENT, answered
from tests.stage import Stage

KEY = {"x-api-key": "live_demo"}


@pytest.fixture
def door(make_stage: MakeStage) -> Iterator[Stage]:
    with make_stage(delivery=IMPATIENT, clouds=CLOUDS) as made:
        yield made


def remove_bg(door: Stage) -> httpx.Response:
    return door.client.post("/v1.0/removebg", headers=KEY, files={"image_file": photo()}, data={"size": "full"})


def rembg(door: Stage) -> httpx.Response:
    return door.client.post("/api/remove", headers=KEY, files={"file": photo()})


def img_processing(door: Stage) -> httpx.Response:
    image = door.client.post("/v1/images/upload", headers=KEY, data={"name": "a"}, files={"image": photo()}).json()
    removed = door.client.post(f"/v1/images/{image['id']}/remove-background", headers=KEY, json={})
    if removed.status_code != 201:
        return removed
    return door.client.get(f"/v1/images/{removed.json()['id']}/download", headers=KEY)


def cloudinary(door: Stage) -> httpx.Response:
    door.upload(photo(), "shoe")
    answer = door.client.get("/demo/image/upload/e_background_removal/shoe.png")
    door.work()
    return door.client.get("/demo/image/upload/e_background_removal/shoe.png") if answer.status_code == 423 else answer


DOORS: dict[str, Callable[[Stage], httpx.Response]] = {
    "remove.bg": remove_bg,
    "rembg": rembg,
    "img-processing": img_processing,
    "cloudinary": cloudinary,
}


def test_one_photograph_through_all_doors_runs_the_network_once(make_stage: MakeStage) -> None:
    clouds = {"demo": Cloud(keys={"demo-key": "demo-secret", "live_demo": "demo-secret"})}
    with make_stage(delivery=IMPATIENT, clouds=clouds) as door:
        pictures = {name: answered(door, lambda ask=ask: ask(door)).content for name, ask in DOORS.items()}  # type: ignore[misc]
        assert door.matter.inferences == 1
        assert len({opened(body)[3].avg() for body in pictures.values()}) == 1


def test_all_doors_count_into_one_counter(door: Stage) -> None:
    answered(door, lambda: remove_bg(door))
    answered(door, lambda: rembg(door))
    answered(door, lambda: door.client.post("/v1.0/removebg", headers=KEY, files={"image_file": photo()}))
    made = door.client.post("/v1/images/upload", headers=KEY, data={"name": "a"}, files={"image": photo()})
    assert made.headers["x-image-processing-usage"] == "3.25"


@pytest.mark.parametrize("name", ["remove.bg", "rembg", "img-processing"])
def test_a_door_waits_for_the_cutout_within_its_bound(make_stage: MakeStage, name: str) -> None:
    with make_stage(delivery=PATIENT, clouds=CLOUDS) as door:
        worker = threading.Timer(0.3, door.work)
        worker.start()
        answer = DOORS[name](door)
        worker.join()
        assert (answer.status_code, opened(answer.content).bands) == (200, 4)


@pytest.mark.parametrize("name", ["remove.bg", "rembg", "img-processing"])
def test_beyond_the_bound_it_says_when_to_come_back(make_stage: MakeStage, name: str) -> None:
    with make_stage(delivery=Delivery(synchronous_wait_seconds=0.2, retry_after_seconds=7), clouds=CLOUDS) as door:
        started = time.monotonic()
        answer = DOORS[name](door)
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "7")
        assert answer.headers["cache-control"] == "no-store"
        assert time.monotonic() - started < 3


@pytest.mark.parametrize("name", ["remove.bg", "rembg", "img-processing"])
def test_a_full_queue_is_503_with_a_time(make_stage: MakeStage, name: str) -> None:
    with make_stage(delivery=IMPATIENT, clouds=CLOUDS, queue=Queue(max_length=0)) as door:
        answer = DOORS[name](door)
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "10")


@pytest.mark.parametrize("name", ["remove.bg", "rembg", "img-processing"])
def test_without_redis_it_is_503_and_never_a_stack(make_stage: MakeStage, name: str) -> None:
    nowhere = RedisSettings(url="redis://127.0.0.1:1/0", timeout_seconds=0.2)
    with make_stage(delivery=IMPATIENT, clouds=CLOUDS, redis=nowhere, origin=Origin()) as door:
        answer = DOORS[name](door)
        assert (answer.status_code, int(answer.headers["retry-after"])) == (503, 5)
