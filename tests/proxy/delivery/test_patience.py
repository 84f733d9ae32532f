"""Who waits for a cutout: browsers that load images, and who asks to; everybody else is told to ask again."""

import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace

import httpx
import pytest

from media.config import Delivery
from proxy.delivery.patience import patience_of
from proxy.dialects.cloudimage.settings import Cloudimage
from tests.conftest import MakeStage
from tests.pictures import opened, photo
from tests.stage import Stage

CHROME = "image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8"
SAFARI = "image/webp,image/png,image/svg+xml,image/*;q=0.8,video/*;q=0.8,*/*;q=0.5"
PAGE = "text/html,application/xhtml+xml,image/avif,image/webp,*/*;q=0.8"
SETTINGS = Delivery(wait_seconds=1, image_wait_seconds=10, max_wait_seconds=30, look_wait_seconds=0)

ROWS = [
    ("an <img>", {"sec-fetch-dest": "image", "accept": CHROME}, 10),
    ("an <img> whose Accept a cache rewrote", {"sec-fetch-dest": "image", "accept": "*/*"}, 10),
    ("an <img> behind a cache that forwards Accept alone", {"accept": CHROME}, 10),
    ("an older Safari", {"accept": SAFARI}, 10),
    ("capitals", {"accept": "Image/WebP"}, 10),
    ("curl", {"accept": "*/*"}, 1),
    ("nothing at all", {}, 1),
    ("fetch()", {"sec-fetch-dest": "empty", "accept": "*/*"}, 1),
    ("fetch() of a script that wants images", {"sec-fetch-dest": "empty", "accept": "image/webp"}, 1),
    ("a picture in a tab of its own", {"sec-fetch-dest": "document", "accept": PAGE}, 1),
    ("an older browser's tab", {"accept": PAGE}, 1),
    ("a client that asks to wait", {"prefer": "wait=5", "accept": "*/*"}, 5),
    ("an <img> of a page that will not", {"prefer": "wait=0", "sec-fetch-dest": "image"}, 0),
    ("a client that asks for too much", {"prefer": "respond-async, wait=600"}, 30),
    ("a wait that is no number", {"prefer": "wait=long", "sec-fetch-dest": "image"}, 10),
]


@pytest.mark.parametrize(("headers", "seconds"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
def test_a_request_waits_as_long_as_its_client_needs(headers: dict[str, str], seconds: float) -> None:
    assert patience_of(headers, SETTINGS).cutout == seconds


def test_an_image_waits_no_longer_than_any_may_and_no_less_than_all_do() -> None:
    image = {"sec-fetch-dest": "image"}
    assert patience_of(image, replace(SETTINGS, max_wait_seconds=4)).cutout == 4
    assert patience_of(image, replace(SETTINGS, wait_seconds=20)).cutout == 20
    # A gravity is no reason to wait for longer: there is a picture without a scene.
    assert patience_of(image, SETTINGS).scene == 1


IMAGE = {"Sec-Fetch-Dest": "image"}
URLS = {
    "Cloudinary": "/demo/image/upload/e_background_removal/shoe.png",
    "Cloudimage": "/v7/_samples_/shoe.jpg?bg_remove=1",
}


def ask(stage: Stage, url: str) -> "Future[httpx.Response]":
    """A browser that waits by now."""
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(stage.client.get, url, headers=IMAGE)
        _await(lambda: "cutout_waiting_requests 1.0" in stage.client.get("/metrics").text)
        stage.work()
    return asked


def _await(holds: object) -> None:
    deadline = time.monotonic() + 10
    while not holds() and time.monotonic() < deadline:  # type: ignore[operator]
        threading.Event().wait(0.02)


@pytest.mark.parametrize("api", URLS)
def test_an_image_that_was_waited_for_is_answered_as_any_other(make_stage: MakeStage, api: str) -> None:
    with make_stage(Cloudimage(aliases={"samples": "cloud://demo"}), delivery=SETTINGS) as stage:
        stage.upload(photo(), "shoe")
        first = ask(stage, URLS[api]).result()
        again = stage.client.get(URLS[api])
        assert (first.status_code, opened(first.content).bands) == (200, 4)
        assert first.headers["cache-control"] == "public, max-age=2592000"
        assert "Sec-Fetch-Dest" not in first.headers.get("vary", "")
        assert {**first.headers, "x-request-id": ""} == {**again.headers, "x-request-id": ""}


def test_a_wait_without_a_result_ends_in_the_ordinary_pending_answer(make_stage: MakeStage) -> None:
    brief = replace(SETTINGS, wait_seconds=0, image_wait_seconds=0.2)
    with make_stage(Cloudimage(aliases={"samples": "cloud://demo"}), delivery=brief) as stage:
        stage.upload(photo(), "shoe")
        for headers in (IMAGE, {}):
            pending = stage.client.get(URLS["Cloudinary"], headers=headers)
            assert (pending.status_code, pending.headers["cache-control"]) == (423, "no-store")
            photograph = stage.client.get(URLS["Cloudimage"], headers=headers)
            assert photograph.headers["x-background-removal-status"] == "processing"
            # A shared cache must not show it to who would have waited.
            assert set(photograph.headers["vary"].split(", ")) == {"Sec-Fetch-Dest", "Accept"}
