"""Many browsers wait for cutouts at one proxy: they cost nothing while they wait, and nobody is sent away."""

import contextlib
import itertools
import json
import subprocess
import sys
from collections.abc import Iterator

import pytest
import redis

from media.config import Queue
from media.work.jobs import Outcome
from tests.attacks.conftest import HOT, TRIES, Victim, eventually, running_proxy, upload
from worker.outcomes import announce

#: No worker comes: what ends a wait is told by the test.
DELIVERY = {"image_wait_seconds": 120, "max_wait_seconds": 120, "max_waiting_requests": 1000}
#: How jobs end is remembered: each crowd asks for others.
FIRSTS = itertools.count(0, 1000)
IMAGE = {"Sec-Fetch-Dest": "image"}
VISITS = 300
MOST_WORK = 1.5


@pytest.fixture(scope="module")
def patient(tmp_path_factory: pytest.TempPathFactory, redis_server: str) -> Iterator[Victim]:
    folder, server = tmp_path_factory.mktemp("patient"), {"request_deadline_seconds": 130}
    # All ask for cutouts of one photograph.
    queue = {"max_waiting_per_source": 0, "max_waiting_per_cloud": 0}
    with running_proxy(folder, redis_server, delivery=DELIVERY, server=server, queue=queue) as running:
        upload(running, "hot")
        yield running


@contextlib.contextmanager
def crowd(victim: Victim, count: int) -> Iterator["subprocess.Popen[str]"]:
    """So many browsers, all waiting."""
    numbers = (victim.port, next(FIRSTS), count)
    command = [sys.executable, "-m", "tests.attacks.crowd", *map(str, numbers)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "waiting\n"
            assert eventually(lambda: waiting(victim) == count, seconds=60), waiting(victim)
            yield process
        finally:
            process.kill()


def waiting(victim: Victim) -> int:
    lines = victim.ask("GET", "/metrics")[1].decode().splitlines()
    return next(int(float(line.split()[-1])) for line in lines if line.startswith("cutout_waiting_requests "))


def end_all(redis_url: str) -> None:
    """Every job that is queued has failed."""
    with redis.Redis.from_url(redis_url) as client:
        for key in client.scan_iter("rq:job:*", count=1000):
            announce(
                client,
                Queue(),
                key.decode().removeprefix("rq:job:"),
                Outcome(ok=False, message="The picture shows nothing."),
            )


def test_a_thousand_wait_and_each_hears_of_its_own_job(patient: Victim, redis_url: str) -> None:
    with crowd(patient, 1000) as browsers:
        end_all(redis_url)
        assert browsers.stdout is not None
        assert json.loads(browsers.stdout.readline()) == {"422": 1000}
    assert waiting(patient) == 0


def test_browsers_that_leave_wait_no_more(patient: Victim) -> None:
    with crowd(patient, 300):
        pass
    assert eventually(lambda: waiting(patient) == 0)


def work_of_hot_answers(victim: Victim) -> float:
    """Seconds of CPU time."""
    before = victim.work
    for _ in range(VISITS):
        assert victim.ask("GET", HOT)[0] == 200
    return victim.work - before


def test_six_hundred_that_wait_leave_hot_answers_as_cheap_as_before(patient: Victim) -> None:
    alone = min(work_of_hot_answers(patient) for _ in range(TRIES))
    with crowd(patient, 600):
        assert any(work_of_hot_answers(patient) <= MOST_WORK * alone for _ in range(TRIES))
        assert waiting(patient) == 600


def test_beyond_the_bound_they_are_told_to_ask_again(patient: Victim) -> None:
    with crowd(patient, DELIVERY["max_waiting_requests"]):
        late = patient.ask("GET", "/demo/image/upload/e_background_removal:fineedges_y/hot.png", headers=IMAGE)
        assert late[0] == 423
