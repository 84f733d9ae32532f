"""Locks and leases of workers: held while their worker works, gone soon after it is killed."""

import threading
import time

import redis

from worker.renewal import locked


def test_a_lock_outlives_its_own_life_while_its_holder_works(redis_url: str) -> None:
    client = redis.Redis.from_url(redis_url)
    with locked(client, "k", 1):
        time.sleep(1.6)
        assert client.exists("cutout:lock:k")
    assert not client.exists("cutout:lock:k")


def test_a_second_holder_waits_for_the_first(redis_url: str) -> None:
    client = redis.Redis.from_url(redis_url)
    order: list[str] = []

    def second() -> None:
        with locked(client, "k", 1):
            order.append("second")

    with locked(client, "k", 1):
        thread = threading.Thread(target=second)
        thread.start()
        time.sleep(0.2)
        order.append("first")
    thread.join(5)
    assert order == ["first", "second"]


def test_a_flushed_redis_fails_nobody(redis_url: str) -> None:
    client = redis.Redis.from_url(redis_url)
    with locked(client, "k", 1):
        client.flushall()
