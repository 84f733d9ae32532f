"""Fair lanes, with a real Redis and real workers that write down what they were called for."""

import asyncio
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace

import pytest
import redis
from rq.job import Job
from rq.serializers import JSONSerializer

from media.config import Queue, RedisSettings, Settings
from media.errors import MediaError, RateLimited, Unavailable
from media.work.jobs import CUT_QUEUE, DERIVE_QUEUE, MATTE_JOB, MATTE_QUEUE, QUEUES
from media.work.lanes import LOST_AFTER_SECONDS, Lane
from proxy.runtime.pool import Pool
from proxy.runtime.queue import JobQueue
from tests.fakes import BurstWorker, enqueue

FLOOD = 60


@dataclass
class Yard:
    """Jobs are named ``<cloud>-<source>-<number>``: A-x-7 is the eighth for source x of cloud A."""

    url: str
    settings: Queue
    done: list[str] = field(default_factory=list)
    fails: Callable[[str], bool] = lambda name: False

    def ask(self, names: Iterable[str], queue: str = MATTE_QUEUE, cloud: str = "") -> list[bool]:
        """Enqueue in this order; whether each was new. ``cloud`` asks if it is not the one of the name."""

        async def run() -> list[bool]:
            pool = Pool(1)
            proxy = JobQueue(RedisSettings(url=self.url), self.settings, pool)
            try:
                return [
                    await proxy.enqueue_once(queue, MATTE_JOB, name, [name], lane=Lane(cloud or owner, source))
                    for name in names
                    for owner, source, _ in [name.split("-")]
                ]
            finally:
                await proxy.close()
                pool.close()

        return asyncio.run(run())

    def work(self, most: int | None = None) -> Sequence[str]:
        """What a new worker does until nothing waits, or for ``most`` jobs."""
        before = len(self.done)
        with redis.Redis.from_url(self.url) as client:
            functions = {MATTE_JOB: self._do}
            worker = BurstWorker(client, self.settings, functions=functions, on_last_failure=lambda job_id: None)
            worker.work(burst=True, logging_level="CRITICAL", max_jobs=most)
        return self.done[before:]

    def _do(self, name: str) -> None:
        self.done.append(name)
        if self.fails(name):
            raise RuntimeError(name)


@pytest.fixture
def yard(redis_url: str) -> Yard:
    return Yard(redis_url, Queue())


@pytest.fixture
def client(redis_url: str) -> "redis.Redis":
    return redis.Redis.from_url(redis_url)


def many(lane: str, count: int = FLOOD) -> list[str]:
    return [f"{lane}-{number}" for number in range(count)]


def test_a_flood_for_one_source_delays_others_by_one_job_of_each_lane(yard: Yard) -> None:
    yard.ask([*many("A-x"), "B-y-0", "A-z-0"])
    assert yard.work(most=5) == ["A-x-0", "A-x-1", "B-y-0", "A-z-0", "A-x-2"]


def test_clouds_take_turns_and_sources_within_each(yard: Yard) -> None:
    yard.ask([*many("A-x", 3), *many("A-y", 3), *many("A-z", 3), *many("B-v", 2), *many("B-w", 2), *many("C-u", 2)])
    rounds = "A-x-0 A-x-1 B-v-0 C-u-0 A-y-0 B-w-0 C-u-1 A-z-0 B-v-1 A-x-2 B-w-1 A-y-1 A-z-1 A-y-2 A-z-2"
    assert " ".join(yard.work()) == rounds


def test_many_sources_of_one_cloud_delay_another_cloud_no_more_than_one(yard: Yard) -> None:
    yard.ask([*(f"A-{number}-0" for number in range(FLOOD)), "B-y-0"])
    assert "B-y-0" in yard.work(most=3)


@pytest.mark.parametrize("flooded", QUEUES)
@pytest.mark.parametrize("other", QUEUES)
def test_a_full_queue_delays_no_other(yard: Yard, flooded: str, other: str) -> None:
    yard.ask(many("A-x"), flooded)
    yard.ask(["A-y-0"], other)
    assert "A-y-0" in yard.work(most=len(QUEUES) + 1)


def test_every_job_is_done_once_however_many_workers_take(yard: Yard) -> None:
    names = [f"{cloud}-{source}-{number}" for number in range(8) for cloud in "ABC" for source in "xyz"]
    yard.ask(names)
    crowd = [threading.Thread(target=yard.work) for _ in range(4)]
    for each in crowd:
        each.start()
    for each in crowd:
        each.join()
    assert sorted(yard.done) == sorted(names)


def test_what_waits_is_enqueued_once_and_refused_to_nobody(yard: Yard) -> None:
    yard = replace(yard, settings=Queue(max_waiting_per_source=3, max_length=4))
    assert yard.ask(many("A-x", 4)) == [True] * 4
    assert yard.ask(many("A-x", 4)) == [False] * 4
    assert yard.work() == many("A-x", 4)


def test_what_two_clouds_ask_for_is_made_once_at_the_earlier_turn(yard: Yard) -> None:
    yard.ask(many("A-x", 20))
    assert yard.ask(["A-x-19", "A-x-19"], cloud="B") == [False, False]
    assert "A-x-19" in yard.work(most=3)
    yard.work()
    assert sorted(yard.done) == sorted(many("A-x", 20))


#: Bounds → jobs that are accepted → the one that is not, its error and whom that names. One is on offer, not waiting.
BOUNDS: list[tuple[Queue, list[str], str, type[MediaError], str]] = [
    (
        Queue(max_waiting_per_source=2),
        [*many("A-x", 3), "A-y-0", "B-x-0"],
        "A-x-9",
        RateLimited,
        "A picture may have 2",
    ),
    (Queue(max_waiting_per_cloud=2), ["A-x-0", "A-x-1", "A-y-0", "B-x-0"], "A-z-9", RateLimited, "A cloud may have 2"),
    (Queue(max_length=2), ["A-x-0", "B-y-0"], "C-z-9", Unavailable, "The queue is full"),
    (
        Queue(max_waiting_per_source=0, max_waiting_per_cloud=0, max_length=9),
        many("A-x", 9),
        "B-y-9",
        Unavailable,
        "full",
    ),
]


@pytest.mark.parametrize(("settings", "accepted", "refused", "error", "words"), BOUNDS)
def test_beyond_a_bound_new_jobs_are_told_when_to_come_back(
    yard: Yard, settings: Queue, accepted: list[str], refused: str, error: type[MediaError], words: str
) -> None:
    yard = replace(yard, settings=settings)
    assert all(yard.ask(accepted))
    with pytest.raises(error, match=words) as told:
        yard.ask([refused])
    assert told.value.retry_after > 0  # type: ignore[attr-defined]
    # Taking makes room, and nothing of what was refused is left behind.
    assert yard.work(most=2) == yard.done
    assert yard.ask([refused]) == [True]
    assert sorted([*yard.done, *yard.work()]) == sorted([*accepted, refused])


def test_a_message_of_an_earlier_release_is_taken_and_tried_again(yard: Yard, settings: Settings) -> None:
    yard = replace(yard, done=[], fails=lambda name: yard.done.count(name) == 1)
    yard.ask(many("A-x", 3))
    enqueue(settings, MATTE_QUEUE, MATTE_JOB, "old")
    assert sorted(set(yard.work())) == sorted([*many("A-x", 3), "old"])


def test_a_job_that_fails_waits_in_its_own_lane_again(yard: Yard) -> None:
    yard = replace(yard, done=[], fails=lambda name: name.startswith("A"))
    yard.ask([*many("A-x", 3), "B-y-0", "C-z-0"])
    done = yard.work()
    assert done.index("C-z-0") < 5
    assert {name: done.count(name) for name in done} == {
        **dict.fromkeys(many("A-x", 3), Queue().max_attempts),
        "B-y-0": 1,
        "C-z-0": 1,
    }


def test_a_dead_workers_job_goes_back_to_its_lane(yard: Yard, client: "redis.Redis") -> None:
    yard.ask(many("A-x", 3))
    begun = client.lpop("rq:queue:matte")
    assert begun == b"A-x-0"
    Job.fetch("A-x-0", connection=client, serializer=JSONSerializer).set_status("started")  # type: ignore[arg-type]
    client.zadd("rq:wip:matte", {"A-x-0:1": 1})
    yard.ask(["B-y-0"])
    done = yard.work()
    assert sorted(done) == ["A-x-0", "A-x-1", "A-x-2", "B-y-0"]
    assert done.index("B-y-0") < 3


def test_a_job_whose_taker_died_before_it_began_is_found_without_anybody_asking(
    yard: Yard, client: "redis.Redis"
) -> None:
    yard.ask(["A-x-0"])
    assert client.lpop("rq:queue:matte") == b"A-x-0"
    assert yard.work() == []  # perhaps about to begin; missed from now on
    client.delete("cutout:cleaning:matte")
    missed = client.zscore("cutout:lanes:matte:offered", "A-x-0")
    assert missed is not None
    assert abs(float(missed) - time.time()) < 60  # type: ignore[arg-type]
    client.zadd("cutout:lanes:matte:offered", {"A-x-0": float(missed) - LOST_AFTER_SECONDS})  # type: ignore[arg-type]
    assert yard.work() == ["A-x-0"]


def test_what_is_offered_and_not_taken_is_not_lost(yard: Yard, client: "redis.Redis") -> None:
    yard.ask(["A-x-0"])
    client.zadd("cutout:lanes:matte:offered", {"A-x-0": 1})
    assert yard.work() == ["A-x-0"]
    client.delete("cutout:cleaning:matte")
    assert yard.work() == []
    assert client.zcard("cutout:lanes:matte:offered") == 0


def test_a_taker_that_dies_before_it_offers_the_next_stops_nobody(yard: Yard, client: "redis.Redis") -> None:
    yard.ask(many("A-x", 4))
    assert client.lpop("rq:queue:matte") == b"A-x-0"
    assert client.llen("rq:queue:matte") == 0
    assert yard.work() == many("A-x", 4)[1:]


def test_a_proxy_of_an_earlier_release_that_takes_a_waiting_job_for_lost_has_it_done_once(
    yard: Yard, client: "redis.Redis"
) -> None:
    """It knows RQ's list alone, and puts there what it does not find in it."""
    yard.ask(many("A-x", 6))
    client.rpush("rq:queue:matte", "A-x-4")
    assert sorted(yard.work()) == many("A-x", 6)


def test_jobs_that_were_forgotten_take_no_turn(yard: Yard, client: "redis.Redis") -> None:
    yard.ask([*many("A-x", 10), "B-y-0", "C-z-0"])
    for number in range(1, 9):
        client.delete(f"rq:job:A-x-{number}")
    assert yard.work() == ["A-x-0", "A-x-9", "B-y-0", "C-z-0"]


def test_nothing_is_left_of_lanes_that_are_done(yard: Yard, client: "redis.Redis") -> None:
    yard.ask([*many("A-x", 5), *many("B-y", 5)])
    for queue in (CUT_QUEUE, DERIVE_QUEUE):
        yard.ask([f"C-{queue[0]}-0"], queue)
    yard.work()
    client.delete(*(f"cutout:cleaning:{queue}" for queue in QUEUES))
    yard.work()
    assert client.keys("cutout:lanes:*") == []
    assert client.keys("rq:job:*") == []


@pytest.mark.parametrize("part", ["clouds", "cloud:A", "source:x:A", "waiting", "offered"])
def test_lanes_that_a_stranger_filled_end_no_worker(yard: Yard, client: "redis.Redis", part: str) -> None:
    yard.ask(["A-x-0", "A-x-1"])
    client.delete(f"cutout:lanes:matte:{part}")
    client.set(f"cutout:lanes:matte:{part}", "x")
    yard.ask(["A-y-0"], DERIVE_QUEUE)
    assert {"A-x-0", "A-y-0"} <= {*yard.work(), *yard.work()}
