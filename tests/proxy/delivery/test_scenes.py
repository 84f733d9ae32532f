"""Gravities that name what is in the picture: a worker makes the scene once, and no page waits long for it."""

from collections.abc import Iterator

import numpy as np
import pytest
import redis

from media.config import RedisSettings
from media.derived.keys import digest
from media.work.jobs import MATTE_QUEUE
from tests.conftest import MakeStage
from tests.fakes import enqueue
from tests.media import pictures
from tests.stage import Stage

AUTO = "/demo/image/upload/c_fill,g_auto,w_60,h_120/f_png/v1/shoe"


@pytest.fixture
def shop(make_stage: MakeStage) -> Iterator[Stage]:
    """The picture is bright at its edges; what the fake network sees is the disc in the middle."""
    with make_stage() as stage:
        stage.upload(pictures.jpeg(240, 120), "shoe")
        yield stage


def width_of(body: bytes) -> int:
    return pictures.opened(body).width


def test_first_answer_is_provisional_and_the_next_one_final(shop: Stage) -> None:
    first = shop.client.get(AUTO)
    assert first.status_code == 200
    assert first.headers["cache-control"] == "public, max-age=5"
    assert first.headers["etag"].endswith('-provisional"')
    assert width_of(first.content) == 60

    shop.work()
    final = shop.client.get(AUTO, headers={"If-None-Match": first.headers["etag"]})
    assert final.status_code == 200
    assert "immutable" in final.headers["cache-control"]
    assert final.headers["etag"] == first.headers["etag"].replace("-provisional", "")
    assert shop.client.get(AUTO, headers={"If-None-Match": final.headers["etag"]}).status_code == 304


def test_final_window_shows_what_the_network_saw(shop: Stage) -> None:
    shop.client.get(AUTO)
    shop.work()
    middle = shop.client.get(AUTO.replace("g_auto,", "")).content
    difference = pictures.opened(shop.client.get(AUTO).content).numpy().astype(int) - pictures.opened(middle).numpy()
    assert abs(difference).mean() < 2, "the disc stands in the middle"


def test_network_sees_a_source_once_for_gravities_and_cutouts(shop: Stage) -> None:
    for gravity in ("auto", "face:center", "cat", "auto:dog"):
        shop.client.get(AUTO.replace("g_auto", f"g_{gravity}"))
    shop.work()
    shop.client.get("/demo/image/upload/e_background_removal/f_png/shoe")
    shop.work()
    assert shop.client.get("/demo/image/upload/e_background_removal/f_png/shoe").status_code == 200
    assert shop.matter.inferences == 1


def test_cut_out_subject_needs_no_scene(shop: Stage) -> None:
    address = "/demo/image/upload/e_background_removal/c_fill,g_auto,w_60,h_120/f_png/shoe"
    assert shop.client.get(address).status_code == 423
    shop.work()
    answer = shop.client.get(address)
    assert answer.status_code == 200
    assert not answer.headers["etag"].endswith('-provisional"')


def test_picture_comes_without_redis(shop: Stage, make_stage: MakeStage) -> None:
    nowhere = RedisSettings(url="redis://127.0.0.1:1", timeout_seconds=0.2)
    with make_stage(redis=nowhere) as stage:
        stage.upload(pictures.jpeg(240, 120), "shoe")
        answer = stage.client.get(AUTO)
        assert answer.status_code == 200
        assert answer.headers["cache-control"] == "public, max-age=5"


def test_failed_scene_is_not_tried_at_every_request(shop: Stage) -> None:
    shop.matter.failure = RuntimeError("out of memory")
    for _ in range(3):
        assert shop.client.get(AUTO).status_code == 200
        shop.work()
    assert shop.matter.inferences <= shop.settings.queue.max_attempts


#: written gravity → the left edge of a 60-wide window over 240 pixels, where faces and areas were recorded
RECORDED = {"face": 150, "faces": 90, "custom": 0, "auto": 0, "auto:custom_no_override": 90}


@pytest.mark.parametrize("gravity", RECORDED)
def test_recorded_rectangles_go_before_what_a_detector_finds(shop: Stage, gravity: str) -> None:
    shop.upload(
        pictures.jpeg(240, 120), "team", face_coordinates="160,10,40,40|40,10,20,20", custom_coordinates="10,10,40,40"
    )
    address = f"/demo/image/upload/c_fill,g_{gravity},w_60,h_120/f_png/team"
    shop.client.get(address)
    shop.work()
    got = pictures.opened(shop.client.get(address).content).numpy().astype(int)
    whole = pictures.opened(shop.client.get("/demo/image/upload/f_png/team").content).numpy().astype(int)
    distances = [abs(got - whole[:, left : left + 60]).mean() for left in range(0, 181)]
    assert abs(int(np.argmin(distances)) - RECORDED[gravity]) <= 2


def test_flushed_redis_forgets_no_scene(shop: Stage, redis_url: str) -> None:
    shop.client.get(AUTO)
    shop.work()
    with redis.Redis.from_url(redis_url) as client:
        client.flushall()
    assert not shop.client.get(AUTO).headers["etag"].endswith('-provisional"')


def test_a_job_under_the_name_of_the_release_before_makes_the_scene(shop: Stage) -> None:
    enqueue(shop.settings, MATTE_QUEUE, "worker.jobs.look", digest(pictures.jpeg(240, 120)))
    shop.work()
    assert not shop.client.get(AUTO).headers["etag"].endswith('-provisional"')
