"""The janitor: sweeps when it is due, alone, and again after whoever swept was killed."""

import threading
import time
from dataclasses import replace

import pytest
import redis

from media.config import Settings, StoreSettings
from media.cutout import CutoutOptions
from media.derived.keys import digest
from media.derived.paths import derived_path
from media.errors import Unavailable
from media.records.sources import save_source
from media.stores.memory import MemoryStore
from media.work.jobs import GUESTS, MADE, STORED, SWEPT, USED, used_member
from tests.fakes import DiscMatter, services_of
from tests.media.retention.test_made import key
from tests.pictures import photo
from tests.stores.hooked import HookedStore
from worker.cutouts import make_cutout
from worker.scenes import make_scene
from worker.upkeep.janitor import Janitor, Stopped

KIB = 1024
BOUND = 100 * KIB


def fill(store: MemoryStore, *, start: int = 0, number: int = 20) -> None:
    for each in range(start, start + number):
        store.put(derived_path(key(each)), b"x" * 3 * KIB)


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


@pytest.fixture
def client(redis_url: str) -> "redis.Redis":
    return redis.Redis.from_url(redis_url)


@pytest.fixture
def small(settings: Settings) -> Settings:
    return replace(settings, store=StoreSettings(derived_max_bytes=BOUND, sweep_seconds=60))


def janitor_of(settings: Settings, store: MemoryStore, **intervals: float) -> Janitor:
    return Janitor(services_of(settings, store, DiscMatter()), **intervals)  # type: ignore[arg-type]


def test_a_store_of_unknown_size_is_measured_and_swept_and_then_left_alone(
    small: Settings, store: MemoryStore, client: "redis.Redis"
) -> None:
    fill(store)
    measured = janitor_of(small, store).sweep_if_due()
    assert measured is not None
    assert measured[MADE] <= 0.8 * BOUND
    assert client.hget(STORED, MADE) == str(measured[MADE]).encode()
    assert client.hget(STORED, GUESTS) == b"0"
    assert 0 < client.ttl(SWEPT) <= 60
    assert janitor_of(small, store).sweep_if_due() is None


@pytest.mark.parametrize("kind", [MADE, GUESTS])
def test_a_store_that_nears_a_bound_is_swept_at_once(
    small: Settings, store: MemoryStore, client: "redis.Redis", kind: str
) -> None:
    janitor_of(small, store).sweep_if_due()
    client.hincrby(STORED, kind, 11 * 1024**3)
    found = janitor_of(small, store)
    assert found.sweep_if_due() is not None
    # What is stored while a sweep runs stays counted; and a store that stays full is not swept without pause.
    client.hincrby(STORED, kind, 11 * 1024**3)
    assert found.sweep_if_due() is None


def test_what_proxies_marked_as_used_stays(small: Settings, store: MemoryStore, client: "redis.Redis") -> None:
    fill(store)
    client.zadd(USED, {used_member(key(7)): time.time()})
    janitor_of(small, store).sweep_if_due()
    assert store.stat(derived_path(key(7))) is not None
    assert len(store.keys("derived/")) < 20


def test_one_of_many_sweeps(small: Settings, store: MemoryStore) -> None:
    fill(store, number=300)
    sweeps: list[object] = []
    threads = [
        threading.Thread(target=lambda: sweeps.append(janitor_of(small, store).sweep_if_due())) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sweeps.count(None) == 3


def test_after_a_killed_janitor_the_next_one_goes_on(
    small: Settings, store: MemoryStore, client: "redis.Redis"
) -> None:
    fill(store)
    client.set("cutout:lock:janitor", "killed", ex=1)
    found = janitor_of(small, store)
    assert found.sweep_if_due() is None
    time.sleep(1.1)
    assert found.sweep_if_due() is not None


def test_a_long_sweep_keeps_its_lease(small: Settings, client: "redis.Redis") -> None:
    store = HookedStore(MemoryStore())
    found = Janitor(services_of(small, store, DiscMatter()), lease_seconds=1)
    store.call_at(5, lambda: time.sleep(1.6))
    thread = threading.Thread(target=found.sweep_if_due)
    thread.start()
    time.sleep(1.3)
    assert Janitor(services_of(small, store, DiscMatter()), lease_seconds=1).sweep_if_due() is None
    thread.join()
    assert client.exists(SWEPT)


def test_a_worker_that_ends_ends_its_sweep(small: Settings, store: MemoryStore, client: "redis.Redis") -> None:
    fill(store, number=200)
    found = janitor_of(small, store)
    found.stop()
    with pytest.raises(Stopped):
        found.sweep_if_due()
    assert not client.exists("cutout:lock:janitor")


def test_the_thread_sweeps_by_itself(small: Settings, store: MemoryStore) -> None:
    fill(store)
    found = janitor_of(small, store, poll_seconds=0.05)
    found.start()
    deadline = time.monotonic() + 20
    while len(store.keys("derived/")) == 20 and time.monotonic() < deadline:
        time.sleep(0.05)
    found.stop()
    assert len(store.keys("derived/")) < 20


def test_a_worker_makes_nothing_for_which_there_is_no_room(
    client: "redis.Redis", store: MemoryStore, small: Settings
) -> None:
    save_source(store, digest(photo()), photo())
    services, before = services_of(small, store, DiscMatter()), store.keys("")
    client.hset(STORED, MADE, BOUND)
    for make in (make_scene, lambda services, source: make_cutout(services, source, CutoutOptions())):
        with pytest.raises(Unavailable, match="no room"):
            make(services, digest(photo()))
    assert store.keys("") == before
    client.hset(STORED, MADE, BOUND - 1)
    make_cutout(services, digest(photo()), CutoutOptions())
    assert len(store.keys("")) > len(before)
