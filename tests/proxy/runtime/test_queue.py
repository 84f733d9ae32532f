"""The job queue against a real Redis."""

import asyncio
import threading
import time
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
import redis
from rq import Queue as RqQueue
from rq.serializers import JSONSerializer

from media.config import Queue, RedisSettings
from media.deadline import checkpoint
from media.errors import Unavailable
from media.work.jobs import MATTE_JOB, MATTE_QUEUE, Outcome
from media.work.lanes import LOST_AFTER_SECONDS, Lane
from proxy.runtime.pool import Pool
from proxy.runtime.queue import JobQueue
from proxy.runtime.single_flight import SingleFlight
from worker.outcomes import announce

LANE = Lane("demo", "a" * 64)


def drive(url: str, scene: Callable[[JobQueue], Coroutine[Any, Any, None]], settings: Queue = Queue()) -> None:  # noqa: B008
    async def run() -> None:
        pool = Pool(4)
        queue = JobQueue(RedisSettings(url=url, timeout_seconds=1), settings, pool)
        await scene(queue)
        await queue.close()
        pool.close()

    asyncio.run(run())


def test_a_job_of_one_name_is_enqueued_once(redis_url: str) -> None:
    async def scene(queue: JobQueue) -> None:
        crowd = [queue.enqueue_once(MATTE_QUEUE, MATTE_JOB, "k1", ["a", "{}"], lane=LANE) for _ in range(20)]
        assert sum(await asyncio.gather(*crowd)) == 1
        assert await queue.enqueue_once(MATTE_QUEUE, MATTE_JOB, "k2", ["a", "{}"], lane=LANE)
        assert await queue.lengths() == {"matte": 2, "cut": 0, "derive": 0, "video": 0}
        assert (await queue.counters())["jobs_enqueued"] == 2

    drive(redis_url, scene)


def test_an_outcome_is_heard_whether_it_comes_before_or_after_listening(redis_url: str) -> None:
    async def scene(queue: JobQueue) -> None:
        client = redis.Redis.from_url(redis_url)
        assert await queue.outcome("k") is None
        listening = asyncio.create_task(queue.outcome("k", patience=5))
        await asyncio.sleep(0.1)
        announce(client, Queue(), "k", Outcome(ok=True))
        assert await listening == Outcome(ok=True)
        assert await queue.outcome("k") == Outcome(ok=True)

    drive(redis_url, scene)


def test_failures_are_remembered_for_longer_each_time(redis_url: str) -> None:
    client = redis.Redis.from_url(redis_url)
    lives = []
    for _ in range(13):
        announce(client, Queue(failure_ttl_seconds=60), "k", Outcome(ok=False, message="no"))
        lives.append(client.ttl("cutout:outcome:k"))
    assert lives[:3] == [60, 120, 240]
    assert lives[-1] == 86_400


def test_a_full_queue_refuses(redis_url: str) -> None:
    async def scene(queue: JobQueue) -> None:
        await queue.enqueue_once(MATTE_QUEUE, MATTE_JOB, "k1", [], lane=LANE)
        with pytest.raises(Unavailable, match="full") as refused:
            await queue.enqueue_once(MATTE_QUEUE, MATTE_JOB, "k2", [], lane=LANE)
        assert refused.value.retry_after > 0

    drive(redis_url, scene, Queue(max_length=1))


def test_a_job_that_fell_out_of_the_queue_is_put_back(redis_url: str) -> None:
    async def scene(queue: JobQueue) -> None:
        await queue.enqueue_once(MATTE_QUEUE, MATTE_JOB, "k", [], lane=LANE)
        client = redis.Redis.from_url(redis_url)
        rq_queue = RqQueue(MATTE_QUEUE, connection=client, serializer=JSONSerializer)
        client.delete("rq:queue:matte")
        await queue.enqueue_once(MATTE_QUEUE, MATTE_JOB, "k", [], lane=LANE)
        assert rq_queue.job_ids == []  # just taken, perhaps about to start
        client.zadd("cutout:lanes:matte:offered", {"k": int(time.time()) - LOST_AFTER_SECONDS})
        await queue.enqueue_once(MATTE_QUEUE, MATTE_JOB, "k", [], lane=LANE)
        assert rq_queue.job_ids == ["k"]

    drive(redis_url, scene)


def test_a_redis_that_is_gone_is_unavailable_at_once() -> None:
    async def scene(queue: JobQueue) -> None:
        for call in (queue.ping(), queue.outcome("k"), queue.enqueue_once(MATTE_QUEUE, MATTE_JOB, "k", [], lane=LANE)):
            with pytest.raises(Unavailable):
                await call

    drive("redis://127.0.0.1:1/0", scene)


def test_flights_share_one_task_and_survive_the_one_who_started_it() -> None:
    async def scene() -> None:
        flights, calls = SingleFlight(), 0

        async def slow() -> int:
            nonlocal calls
            calls += 1
            await asyncio.sleep(0.1)
            return calls

        leader = asyncio.create_task(flights.run("k", slow))
        followers = [asyncio.create_task(flights.run("k", slow)) for _ in range(5)]
        await asyncio.sleep(0.02)
        leader.cancel()
        assert await asyncio.gather(*followers) == [1] * 5
        assert await flights.run("k", slow) == 2

    asyncio.run(scene())


def test_a_full_pool_refuses_instead_of_waiting_without_end() -> None:
    async def scene() -> None:
        pool, held = Pool(1, queue=1), threading.Event()
        running = [asyncio.create_task(pool.run(held.wait)) for _ in range(2)]
        await asyncio.sleep(0.05)
        with pytest.raises(Unavailable, match="busy"):
            await pool.run(held.wait)
        held.set()
        await asyncio.gather(*running)
        pool.close()

    asyncio.run(scene())


def test_what_a_pool_does_stops_when_nobody_waits_any_more() -> None:
    """Also what waited for its thread all the time."""

    def endless() -> None:
        while True:
            checkpoint()

    async def scene() -> None:
        pool = Pool(1, seconds=0.1)
        ended = await asyncio.gather(pool.run(endless), pool.run(endless), return_exceptions=True)
        assert [type(each) for each in ended] == [Unavailable, Unavailable]
        pool.close()

    asyncio.run(scene())


def test_a_job_that_has_just_ended_is_not_enqueued_again(redis_url: str) -> None:
    async def scene(queue: JobQueue) -> None:
        announce(redis.Redis.from_url(redis_url), Queue(), "k", Outcome(ok=True))
        assert not await queue.enqueue_once(MATTE_QUEUE, MATTE_JOB, "k", [], lane=LANE)
        assert await queue.lengths() == {"matte": 0, "cut": 0, "derive": 0, "video": 0}
        assert "jobs_enqueued" not in await queue.counters()
        await queue.forget("k")
        assert await queue.enqueue_once(MATTE_QUEUE, MATTE_JOB, "k", [], lane=LANE)

    drive(redis_url, scene)
