"""A small store filled by addresses: it stays under its bound, and what is asked for again stays in it."""

import asyncio
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest
import redis

from media.config import Origin, RedisSettings, Rendering, StoreSettings
from media.derived.paths import derived_path
from media.errors import Unavailable
from media.stores.store import Store
from media.work.jobs import GUESTS, MADE, STORED, USED
from proxy.runtime.room import Room
from proxy.services import Services
from tests.conftest import MakeStage
from tests.fakes import services_of
from tests.pictures import photo
from tests.proxy.apis import Site, serving
from tests.stage import Stage
from worker.upkeep.janitor import Janitor

KIB = 1024
BOUND = 300 * KIB
#: Every request asks the store, as if another process had answered the one before.
NOTHING_HOT = Rendering(hot_cache_bytes=0)
SMALL = StoreSettings(derived_max_bytes=BOUND, guest_max_bytes=BOUND, unsigned_max_bytes=BOUND, grace_seconds=0)


@pytest.fixture
def small(make_stage: MakeStage) -> Iterator[Stage]:
    with make_stage(store=SMALL, rendering=NOTHING_HOT, origin=Origin(allow_private=True)) as made:
        yield made


def services(stage: Stage) -> Services:
    app: Any = stage.client.app
    found: Services = app.state.services
    return found


def tell(stage: Stage) -> None:
    """What the proxy does every other second."""
    portal: Any = stage.client.portal
    portal.call(services(stage).room.tell)


def sweep(stage: Stage) -> None:
    """What a worker does when told of too much; every time, without its pauses."""
    tell(stage)
    Janitor(services_of(stage.settings, stage.store, stage.matter)).sweep_if_due()
    tell(stage)


def stored(store: Store, *shelves: str) -> int:
    return sum(entry.size for shelf in shelves for entry in store.entries(f"{shelf}/", limit=100_000))


def key_of(stage: Stage, path: str) -> str:
    answer = stage.client.get(path)
    assert answer.status_code == 200, answer.text
    return str(answer.headers["etag"].strip('"'))


def test_a_flood_of_addresses_stays_under_the_bound_and_what_is_used_survives(small: Stage) -> None:
    small.upload(photo(), "shoe")
    hot = key_of(small, "/demo/image/upload/c_scale,w_33/shoe.png")
    cutout = "/demo/image/upload/e_background_removal/shoe.png"
    assert small.client.get(cutout).status_code == 423
    small.work()
    key_of(small, cutout)
    most = 0
    for number in range(240):
        key_of(small, f"/demo/image/upload/c_scale,w_40,h_{number + 1}/shoe.png")
        if number % 8 == 0:
            assert key_of(small, "/demo/image/upload/c_scale,w_33/shoe.png") == hot
            key_of(small, cutout)
        if number % 30 == 29:
            sweep(small)
        most = max(most, stored(small.store, "derived", "cutouts", "maps", "faces"))
    assert most <= BOUND
    assert small.store.stat(derived_path(hot)) is not None
    assert len(small.store.keys("cutouts/")) == 2
    assert 10 < len(small.store.keys("derived/")) < 240


def test_a_full_store_still_answers_and_keeps_no_more(small: Stage) -> None:
    small.upload(photo(), "shoe")
    for number in range(120):
        key_of(small, f"/demo/image/upload/c_scale,w_40,h_{number + 1}/shoe.png")
    assert stored(small.store, "derived") <= BOUND
    before = len(small.store.keys("derived/"))
    key_of(small, "/demo/image/upload/c_scale,w_300/shoe.png")
    assert len(small.store.keys("derived/")) == before < 120
    sweep(small)
    key_of(small, "/demo/image/upload/c_scale,w_301/shoe.png")
    assert len(small.store.keys("derived/")) < before


def test_what_strangers_have_fetched_stays_under_the_bound_and_room_comes_back(small: Stage) -> None:
    site = Site()
    site.pages |= {f"/{number}.png": photo(80, 60, "png", shade=number) for number in range(40)}
    with serving(site):
        answers = [small.client.get(f"/demo/image/fetch/c_scale,w_9/{site.url('')}/{n}.png") for n in range(40)]
        assert {answer.status_code for answer in answers} == {200, 503}
        refused = next(answer for answer in answers if answer.status_code == 503)
        assert (refused.headers["retry-after"], refused.headers["cache-control"]) == ("60", "no-store")
        assert stored(small.store, "sources", "retired") <= BOUND
        # A key opens what has none any more.
        small.upload(photo(), "shoe")
        for _ in range(3):
            sweep(small)
        assert small.client.get(f"/demo/image/fetch/c_scale,w_9/{site.url('')}/39.png").status_code == 200
    assert small.client.get("/demo/image/upload/shoe.png").status_code == 200


def test_uploads_without_a_key_end_at_their_bound_and_others_go_on(small: Stage) -> None:
    def upload(number: int, **fields: str) -> int:
        body = photo(80, 60, "png", shade=number)
        sent = {"upload_preset": "playground", **fields}
        answer = small.client.post("/v1_1/demo/image/upload", data=sent, files={"file": body})
        return int(answer.status_code)

    tags = ",".join(f"t{number}" for number in range(40))
    statuses = [upload(number, tags=tags) for number in range(4)]
    assert statuses == [200, 503, 503, 503]
    sweep(small)
    assert upload(5, tags=tags) == 503
    assert upload(5) == 200
    assert len(small.store.keys("sources/")) == 2
    small.upload(photo(), "shoe")
    site = Site()
    with serving(site):
        assert small.client.get(f"/demo/image/fetch/{site.url('/photo.jpg')}").status_code == 200


def test_pieces_without_a_key_end_at_the_bound_of_guests(small: Stage) -> None:
    def send(number: int) -> int:
        headers = {"X-Unique-Upload-Id": f"u{number}", "Content-Range": f"bytes 0-{99 * KIB - 1}/{300 * KIB}"}
        data, files = {"upload_preset": "playground"}, {"file": b"x" * 99 * KIB}
        return int(small.client.post("/v1_1/demo/image/upload", data=data, files=files, headers=headers).status_code)

    assert [send(number) for number in range(5)] == [200, 200, 503, 503, 503]
    assert stored(small.store, "chunks") <= BOUND


def told(url: str, act: Callable[[Room], None], **bounds: int) -> Room:
    """A room of which ``act`` makes use and which has told Redis of it."""

    async def run() -> Room:
        room = Room(RedisSettings(url=url), SMALL, **bounds)
        act(room)
        await room.tell()
        return room

    return asyncio.run(run())


def test_marks_are_few_and_told_together(redis_url: str) -> None:
    def mark(room: Room, turn: int) -> None:
        for number in range(10):
            room.marks[f"{turn * 10 + number:064x}"] = turn * 10 + number

    for turn in range(3):
        told(redis_url, partial(mark, turn=turn), most_marks=3, kept_marks=5)
    client = redis.Redis.from_url(redis_url)
    assert [score for _, score in client.zrange(USED, 0, -1, withscores=True)] == [18, 19, 27, 28, 29]  # type: ignore[union-attr]


def test_without_redis_a_process_knows_what_it_has_stored_itself() -> None:
    def store(room: Room) -> None:
        assert room.take(MADE, BOUND // 2)

    assert not told("redis://127.0.0.1:1/0", store).take(MADE, BOUND // 2)


def test_what_one_process_stores_fills_the_room_of_all(redis_url: str) -> None:
    told(redis_url, lambda room: room.take_or_refuse(GUESTS, BOUND // 2))
    room = told(redis_url, lambda room: None)
    room.check(GUESTS)
    with pytest.raises(Unavailable, match="without a key"):
        room.take_or_refuse(GUESTS, BOUND // 2)
    assert room.take(MADE, BOUND // 2)
    redis.Redis.from_url(redis_url).delete(STORED)
    told(redis_url, lambda room: None).take_or_refuse(GUESTS, BOUND // 2)
