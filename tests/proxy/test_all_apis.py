"""What holds for all APIs together: one network run per photograph, one counter per key, bounded waiting."""

import struct
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from media.config import Cloud, Delivery, Origin, Queue, RedisSettings
from tests.conftest import MakeStage
from tests.pictures import opened, photo
from tests.proxy.apis import CLOUDS, IMPATIENT, PATIENT, TOKENS, answered
from tests.stage import Stage

KEY = {"x-api-key": "live_all"}


@pytest.fixture
def stage(make_stage: MakeStage) -> Iterator[Stage]:
    with make_stage(delivery=IMPATIENT, clouds=CLOUDS) as made:
        yield made


def remove_bg(stage: Stage) -> httpx.Response:
    return stage.client.post("/v1.0/removebg", headers=KEY, files={"image_file": photo()}, data={"size": "full"})


def rembg(stage: Stage) -> httpx.Response:
    return stage.client.post("/api/remove", headers=KEY, files={"file": photo()})


def img_processing(stage: Stage) -> httpx.Response:
    image = stage.client.post("/v1/images/upload", headers=KEY, data={"name": "a"}, files={"image": photo()}).json()
    removed = stage.client.post(f"/v1/images/{image['id']}/remove-background", headers=KEY, json={})
    if removed.status_code != 201:
        return removed
    return stage.client.get(f"/v1/images/{removed.json()['id']}/download", headers=KEY)


def cloudinary(stage: Stage) -> httpx.Response:
    stage.upload(photo(), "shoe")
    answer = stage.client.get("/demo/image/upload/e_background_removal/shoe.png")
    stage.work()
    return stage.client.get("/demo/image/upload/e_background_removal/shoe.png") if answer.status_code == 423 else answer


def background_remover(stage: Stage) -> httpx.Response:
    sent = {"convert_to": "image-backgroundremover"}
    told = stage.client.post("/v1/convert/", headers={"authorization": "live_all"}, data=sent, files={"files": photo()})
    done = stage.client.post("/v1/results/", data=told.json()).json()
    if not done["finished"]:
        return httpx.Response(503, headers={"retry-after": "1"})
    return stage.client.get(done["files"][0]["url"])


APIS: dict[str, Callable[[Stage], httpx.Response]] = {
    "remove.bg": remove_bg,
    "rembg": rembg,
    "img-processing": img_processing,
    "cloudinary": cloudinary,
    "background-remover": background_remover,
}


def test_one_photograph_through_all_apis_runs_the_network_once(make_stage: MakeStage) -> None:
    clouds = {"demo": Cloud(keys={"demo-key": "demo-secret"}, tokens=TOKENS)}
    with make_stage(delivery=IMPATIENT, clouds=clouds) as stage:
        pictures = {name: answered(stage, lambda ask=ask: ask(stage)).content for name, ask in APIS.items()}  # type: ignore[misc]
        assert stage.matter.inferences == 1
        assert len({opened(body)[3].avg() for body in pictures.values()}) == 1


def test_all_apis_count_into_one_counter(stage: Stage) -> None:
    answered(stage, lambda: remove_bg(stage))
    answered(stage, lambda: rembg(stage))
    answered(stage, lambda: stage.client.post("/v1.0/removebg", headers=KEY, files={"image_file": photo()}))
    made = stage.client.post("/v1/images/upload", headers=KEY, data={"name": "a"}, files={"image": photo()})
    assert made.headers["x-image-processing-usage"] == "3.25"


@pytest.mark.parametrize("name", ["remove.bg", "rembg", "img-processing"])
def test_an_api_waits_for_the_cutout_within_its_bound(make_stage: MakeStage, name: str) -> None:
    with make_stage(delivery=PATIENT, clouds=CLOUDS) as stage:
        worker = threading.Timer(0.3, stage.work)
        worker.start()
        answer = APIS[name](stage)
        worker.join()
        assert (answer.status_code, opened(answer.content).bands) == (200, 4)


def test_a_crowd_at_one_api_makes_one_job(make_stage: MakeStage) -> None:
    with make_stage(delivery=PATIENT, clouds=CLOUDS) as stage, ThreadPoolExecutor(8) as crowd:
        answers = [crowd.submit(rembg, stage) for _ in range(8)]
        threading.Timer(0.5, stage.work).start()
        assert {answer.result().status_code for answer in answers} == {200}
        assert stage.matter.inferences == 1
        assert b"cutout_jobs_enqueued_total 1.0" in stage.client.get("/metrics").content


@pytest.mark.parametrize("name", ["remove.bg", "rembg", "img-processing"])
def test_beyond_the_bound_it_says_when_to_come_back(make_stage: MakeStage, name: str) -> None:
    with make_stage(delivery=Delivery(synchronous_wait_seconds=0.2, retry_after_seconds=7), clouds=CLOUDS) as stage:
        started = time.monotonic()
        answer = APIS[name](stage)
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "7")
        assert answer.headers["cache-control"] == "no-store"
        assert time.monotonic() - started < 3


@pytest.mark.parametrize("name", ["remove.bg", "rembg", "img-processing"])
def test_a_full_queue_is_503_with_a_time(make_stage: MakeStage, name: str) -> None:
    with make_stage(delivery=IMPATIENT, clouds=CLOUDS, queue=Queue(max_length=0)) as stage:
        answer = APIS[name](stage)
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "10")


@pytest.mark.parametrize("name", ["remove.bg", "rembg", "img-processing"])
def test_without_redis_it_is_503_and_never_a_stack(make_stage: MakeStage, name: str) -> None:
    nowhere = RedisSettings(url="redis://127.0.0.1:1/0", timeout_seconds=0.2)
    with make_stage(delivery=IMPATIENT, clouds=CLOUDS, redis=nowhere, origin=Origin()) as stage:
        answer = APIS[name](stage)
        assert (answer.status_code, int(answer.headers["retry-after"])) == (503, 5)


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def bomb(side: int) -> bytes:
    """A PNG of a hundred bytes that claims ``side``² pixels."""
    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + _chunk(b"IHDR", header)
        + _chunk(b"IDAT", zlib.compress(b"\0" * 99))
        + _chunk(b"IEND", b"")
    )


#: spec/threats.md, rows 25 to 30: what is wrong with a file → its bytes.
BAD_FILES = {
    "pixel bomb": bomb(60_000),
    "no pixels": bomb(0),
    "truncated": photo()[:-300],
    "truncated png": photo(format_name="png")[:-30],
    "svg": b"<svg xmlns='http://www.w3.org/2000/svg'><image href='file:///etc/passwd'/></svg>",
    "html": b"<html><script>alert(1)</script>",
    "pdf": b"%PDF-1.7",
    "zip": b"PK\x03\x04",
    "program": b"MZ\x90\x00",
    "empty": b"",
    "only a magic": b"\xff\xd8\xff",
}
UPLOADS = {
    "remove.bg": ("/v1.0/removebg", "image_file"),
    "rembg": ("/api/remove", "file"),
    "img-processing": ("/v1/images/upload", "image"),
}


@pytest.mark.parametrize("name", UPLOADS)
def test_bad_files_are_the_clients_fault_and_leave_nothing(stage: Stage, name: str) -> None:
    path, field = UPLOADS[name]
    for fault, body in BAD_FILES.items():
        answer = stage.client.post(path, headers=KEY, data={"name": "a"}, files={field: ("a.png", body, "image/png")})
        assert 400 <= answer.status_code < 500, (fault, answer.text)
        assert answer.headers["cache-control"] == "no-store", fault
    assert not [*stage.store.keys("sources/"), *stage.store.keys("catalog/")]


@pytest.mark.parametrize("name", UPLOADS)
def test_odd_pictures_are_answered(stage: Stage, name: str) -> None:
    path, field = UPLOADS[name]
    for body in (photo(1, 1), photo(1, 300), photo(300, 1, "png"), photo(5, 5, "webp")):
        answer = answered(
            stage, lambda body=body: stage.client.post(path, headers=KEY, data={"name": "a"}, files={field: body})
        )  # type: ignore[misc]
        assert answer.status_code in (200, 201) or answer.json()["errors"][0]["code"] == "unknown_foreground"
