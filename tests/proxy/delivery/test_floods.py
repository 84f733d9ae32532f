"""New derived assets are counted for each client and each cloud; what is stored is for everybody."""

from dataclasses import replace

import pytest

from media.config import Limits, RedisSettings
from media.errors import RateLimited
from proxy.dialect import Dialect
from proxy.dialects import DIALECTS
from proxy.runtime.floods import client_of
from tests.conftest import MakeStage
from tests.pictures import photo
from tests.stage import Stage

MOST = 3


def ask(stage: Stage, width: int) -> int:
    return int(stage.client.get(f"/demo/image/upload/w_{width}/shoe.png").status_code)


@pytest.mark.parametrize("who", ["client", "cloud"])
def test_the_next_new_one_is_too_much_and_says_when_to_come_back(make_stage: MakeStage, who: str) -> None:
    limits = replace(Limits(), **{f"derivations_per_minute_{who}": MOST})
    with make_stage(limits=limits) as stage:
        stage.upload(photo(), "shoe")
        assert [ask(stage, width) for width in range(10, 10 + MOST)] == [200] * MOST
        refused = stage.client.get("/demo/image/upload/w_99/shoe.png")
        assert (refused.status_code, refused.headers["cache-control"]) == (429, "no-store")
        assert 1 <= int(refused.headers["retry-after"]) <= 60
        assert f"A {who} may have {MOST} new images made in a minute" in refused.headers["x-cld-error"]
        assert [ask(stage, width) for width in range(10, 10 + MOST)] == [200] * MOST


def test_asking_again_for_what_is_pending_counts_once(make_stage: MakeStage) -> None:
    with make_stage(limits=replace(Limits(), derivations_per_minute_client=1)) as stage:
        stage.upload(photo(), "shoe")
        path = "/demo/image/upload/e_background_removal/shoe.png"
        assert [stage.client.get(path).status_code for _ in range(4)] == [423] * 4
        assert ask(stage, 10) == 429


def test_without_redis_each_process_counts_for_itself(make_stage: MakeStage) -> None:
    limits = replace(Limits(), derivations_per_minute_client=MOST)
    with make_stage(limits=limits, redis=RedisSettings("redis://127.0.0.1:1/0")) as stage:
        stage.upload(photo(), "shoe")
        assert [ask(stage, width) for width in range(10, 11 + MOST)] == [200] * MOST + [429]


def test_no_limit_is_none(make_stage: MakeStage) -> None:
    limits = replace(Limits(), derivations_per_minute_client=0, derivations_per_minute_cloud=0)
    with make_stage(limits=limits) as stage:
        stage.upload(photo(), "shoe")
        assert {ask(stage, width) for width in range(10, 20)} == {200}


CLIENTS = {
    "192.0.2.7": "192.0.2.7",
    "2001:db8:1:2:3:4:5:6": "2001:db8:1:2::/64",
    "2001:db8:1:2::9": "2001:db8:1:2::/64",
    "testclient": "testclient",
}


@pytest.mark.parametrize("address", CLIENTS)
def test_a_household_is_one_client(address: str) -> None:
    assert client_of(address) == CLIENTS[address]


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)
def test_every_api_says_when_to_come_back(dialect: Dialect) -> None:
    """420 is what the SDKs of Cloudinary's APIs know."""
    answer = dialect.envelope(RateLimited("too many", retry_after=7))
    assert (answer.status, answer.headers["Retry-After"]) == (420 if dialect.name == "cloudinary_api" else 429, "7")
