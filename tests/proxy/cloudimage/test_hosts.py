"""Accounts by host name: paths without ``/v7``, and their invalidation calls."""

from collections.abc import Iterator
from typing import Any

import pytest

from media.config import Origin
from proxy.dialects.cloudimage.settings import Cloudimage, CloudimageToken
from tests.conftest import MakeStage
from tests.pictures import opened, photo
from tests.proxy.apis import CLOUDS
from tests.proxy.cloudimage.conftest import Site
from tests.stage import Stage

HOST = {"Host": "img.example.com"}
KEY = {"X-Client-Key": "demo-token"}


@pytest.fixture
def own(make_stage: MakeStage, site: Site) -> Iterator[Stage]:
    """img.example.com is an account whose paths begin at the site."""
    site.pages["/shoe.jpg"] = photo()
    token = CloudimageToken(origin_prefix=f"http://{site.host}")
    account = Cloudimage(hosts={"img.example.com": "shop"}, tokens={"shop": token})
    with make_stage(account, origin=Origin(allow_private=True), clouds=CLOUDS) as made:
        yield made


@pytest.mark.parametrize("path", ["/shoe.jpg?w=48", "/v7/shoe.jpg?w=48", "/{site}/shoe.jpg?w=48"])
def test_a_host_of_its_own_needs_no_version_prefix(own: Stage, site: Site, path: str) -> None:
    answer = own.client.get(path.format(site=f"http://{site.host}"), headers=HOST)
    assert answer.status_code == 200
    assert opened(answer.content).width == 48


def test_other_hosts_do(own: Stage) -> None:
    assert own.client.get("/shoe.jpg?w=48").status_code == 404


def invalidate(stage: Stage, document: Any, **headers: str) -> int:
    return stage.client.post("/invalidate", json=document, headers={**HOST, **KEY, **headers}).status_code


@pytest.mark.parametrize(
    "document",
    [
        {"scope": "original", "urls": ["/shoe.jpg"]},
        {"scope": "urls", "urls": ["/v7/shoe.jpg?w=400"]},
        {"scope": "all"},
    ],
)
def test_an_invalidated_source_is_fetched_again(own: Stage, site: Site, document: dict[str, Any]) -> None:
    before = own.client.get("/shoe.jpg?w=48", headers=HOST)
    site.pages["/shoe.jpg"] = photo(shade=99)
    assert own.client.get("/shoe.jpg?w=48", headers=HOST).headers["etag"] == before.headers["etag"]
    assert invalidate(own, document) == 201
    assert own.client.get("/shoe.jpg?w=48", headers=HOST).headers["etag"] != before.headers["etag"]


def test_while_the_origin_is_down_the_invalidated_copy_serves_on(own: Stage, site: Site) -> None:
    before = own.client.get("/shoe.jpg?w=48", headers=HOST)
    assert invalidate(own, {"scope": "all"}) == 201
    site.broken = True
    again = own.client.get("/shoe.jpg?w=48", headers=HOST)
    assert (again.status_code, again.headers["etag"]) == (200, before.headers["etag"])


@pytest.mark.parametrize(
    ("document", "headers", "status"),
    [
        ({"scope": "all"}, {"X-Client-Key": "wrong"}, 403),
        ({"scope": "all"}, {"X-Client-Key": ""}, 403),
        ({"scope": "all"}, {"X-Client-Key": "demo-key"}, 403),
        ({"scope": "all"}, {"X-Client-Key": "live_demo"}, 403),
        ({"scope": "all"}, {"X-Client-Key": "shop-token"}, 403),
        ({"scope": "everything"}, {}, 400),
        ({"scope": "urls", "urls": []}, {}, 400),
        ({"scope": "urls", "urls": [1]}, {}, 400),
        ({"scope": "urls", "urls": "/a"}, {}, 400),
        ([], {}, 400),
        ({"scope": "urls", "urls": ["/never-seen.jpg"]}, {}, 201),
    ],
)
def test_calls_that_are_wrong_are_told_so(own: Stage, document: object, headers: dict[str, str], status: int) -> None:
    assert invalidate(own, document, **headers) == status
