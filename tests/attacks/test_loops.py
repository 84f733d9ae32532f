"""A URL that asks this server to ask this server … ends after a few rounds (RFC 8586), in the words of its API."""

from collections.abc import Iterator
from contextvars import copy_context

import pytest

from media.errors import LoopDetected
from media.network import loops
from tests.attacks.conftest import Victim, running_proxy, upload
from tests.conftest import Stage

DEPTH = 12
PATHS = {
    "/v7/http://example.com/a.jpg": 508,
    "/demo/image/fetch/http://example.com/a.jpg": 508,
    "/demo/image/upload/shoe.jpg": 508,
    "/v1_1/demo/ping": 400,
    "/api/remove?url=http://example.com/a.jpg": 508,
    "/v1/images": 508,
    "/v1.0/account": 400,
}


@pytest.fixture(scope="module")
def echoing(tmp_path_factory: pytest.TempPathFactory, redis_server: str) -> Iterator[Victim]:
    """A proxy that may fetch from this machine, and so from itself."""
    with running_proxy(tmp_path_factory.mktemp("echo"), redis_server, origin={"allow_private": True}) as running:
        upload(running, "hot")
        yield running


def nested(victim: Victim, route: str) -> str:
    return "".join([f"{route}http://127.0.0.1:{victim.port}"] * DEPTH) + "/demo/image/upload/hot.jpg"


@pytest.mark.parametrize("route", ["/v7/", "/demo/image/fetch/", "/demo/image/fetch/c_scale,w_9/"])
def test_a_nested_address_costs_a_few_requests(echoing: Victim, route: str) -> None:
    before = total(echoing)
    status, _ = echoing.ask("GET", nested(echoing, route))
    assert status in (502, 508)
    # The first request, and a second try where an origin fails.
    assert total(echoing) - before <= 2 * (loops.MOST_PASSES + 1)


def test_one_round_is_no_loop(echoing: Victim) -> None:
    address = f"/v7/http://127.0.0.1:{echoing.port}/demo/image/upload/hot.jpg?w=10"
    assert echoing.ask("GET", address)[0] == 200


def total(victim: Victim) -> int:
    lines = victim.ask("GET", "/metrics")[1].decode().splitlines()
    return sum(int(float(line.split()[-1])) for line in lines if line.startswith("cutout_requests_total"))


PASSED = [
    "cutout, cutout, cutout",
    "cutout,CUTOUT , cutout;v=1",
    "other, cutout, cutout, a.example:80, cutout",
]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("passed", PASSED)
def test_who_has_passed_us_too_often_is_refused_in_the_words_of_the_api(stage: Stage, path: str, passed: str) -> None:
    answer = stage.client.get(path, headers={"cdn-loop": passed})
    assert (answer.status_code, answer.headers["cache-control"]) == (PATHS[path], "no-store")


@pytest.mark.parametrize("path", PATHS)
def test_a_header_that_cannot_be_handed_on_is_bad_input(stage: Stage, path: str) -> None:
    answer = stage.client.get(path, headers={"cdn-loop": "x" * 2000})
    assert (answer.status_code, answer.headers["cache-control"]) == (400, "no-store")
    assert "at most 1000 characters" in answer.text + answer.headers.get("x-cld-error", "")


def test_several_lines_of_the_header_are_one(stage: Stage) -> None:
    lines = [("cdn-loop", "cutout"), ("cdn-loop", "cutout"), ("cdn-loop", "cutout")]
    assert stage.client.get("/demo/image/upload/shoe.jpg", headers=lines).status_code == 508


HARMLESS = ["", "cutout", "cutout, cutout", "other, other, other, other", "cutouts, cutouts, cutouts", "a" * 900]


@pytest.mark.parametrize("passed", HARMLESS)
def test_others_may_pass_as_often_as_they_like(stage: Stage, passed: str) -> None:
    assert stage.client.get("/demo/image/upload/shoe.jpg", headers={"cdn-loop": passed}).status_code == 404


@pytest.mark.parametrize(
    ("passed", "onward"),
    [
        ([], "cutout"),
        (["other;v=1"], "other;v=1, cutout"),
        (["cutout", "other"], "cutout, other, cutout"),
        (["cutout, \xe9"], "cutout, cutout"),
        (["\xe9"], "cutout"),
    ],
)
def test_a_fetch_says_whom_its_request_has_passed(passed: list[str], onward: str) -> None:
    def fetched() -> dict[str, str]:
        loops.enter(passed)
        return loops.onward()

    assert copy_context().run(fetched) == {"CDN-Loop": onward}


def test_a_notification_is_no_call_of_ours() -> None:
    with pytest.raises(LoopDetected):
        loops.enter(loops.last().values())
