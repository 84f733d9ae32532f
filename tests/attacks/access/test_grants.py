"""What opens a restricted asset opens no other, and no answer outlives it."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import httpx
import pytest
from cloudinary import auth_token

from media.config import Settings
from proxy.dialects.cloudimage.settings import Cloudimage
from proxy.dialects.cloudinary.signature import sign
from tests.attacks.access.restrictions import KEY, LIFE, NOW, moment
from tests.conftest import MakeStage
from tests.pictures import photo
from tests.proxy.cloudinary.api.conftest import Api
from tests.stage import Stage

SHOE = "/demo/image/authenticated/c_scale,w_40/shoe.png"
AUTHENTICATED_LAYER = "/demo/image/authenticated/l_authenticated:secret/fl_layer_apply/shoe.png"

#: Access list → whether it opens the asset itself, another as its layer, another in the place of a missing one.
LISTS = [
    ("/demo/image/authenticated/*/shoe.png", (True, False, False)),
    ("/demo/image/authenticated/*shoe*", (True, False, False)),
    (["/demo/image/authenticated/*/shoe.png", "/demo/image/authenticated/secret"], (True, True, False)),
    (["/demo/image/authenticated/*/shoe.png", "/demo/image/authenticated/v1/secret.jpg"], (True, True, False)),
    ("/demo/image/authenticated/*", (True, True, False)),
    (["/demo/image/authenticated/*/shoe.png", "/demo/image/upload/*/none"], (True, False, False)),
    ("/demo/*", (True, True, True)),
]


@pytest.fixture
def token_stage(make_stage: MakeStage, settings: Settings) -> Iterator[Stage]:
    cloud = replace(settings.clouds["demo"], token_key=KEY)
    with make_stage(clouds={"demo": cloud}) as made:
        made.upload(photo(), "shoe", type="authenticated")
        made.upload(photo(shade=3), "secret", type="authenticated")
        made.upload(photo(shade=4), "closed", access_control='{"access_type": "token"}')
        yield made


@pytest.mark.parametrize(("acl", "expected"), LISTS)
def test_a_token_for_one_path_opens_no_other_through_a_layer(
    token_stage: Stage, acl: Any, expected: tuple[bool, ...]
) -> None:
    token = auth_token.generate(acl=acl, expiration=NOW + LIFE, key=KEY)
    urls = (SHOE, AUTHENTICATED_LAYER, "/demo/image/upload/d_closed/none")
    answers = [token_stage.client.get(f"{url}?{token}").status_code for url in urls]
    assert answers == [200 if opens else 401 for opens in expected]


def test_a_token_made_for_a_path_speaks_of_all_that_is_in_it(token_stage: Stage) -> None:
    token = auth_token.generate(url=AUTHENTICATED_LAYER, expiration=NOW + LIFE, key=KEY)
    assert token_stage.client.get(f"{AUTHENTICATED_LAYER}?{token}").status_code == 200


def age(answer: httpx.Response) -> int:
    control = answer.headers["cache-control"]
    assert control.startswith("private, max-age="), control
    assert "immutable" not in control
    return int(control.removeprefix("private, max-age="))


@pytest.mark.parametrize(
    "url", [SHOE, "/demo/image/authenticated/v7/shoe", SHOE.replace("c_scale", "fl_getinfo,c_scale")]
)
def test_an_answer_never_outlives_the_token_that_opened_it(token_stage: Stage, url: str) -> None:
    token = auth_token.generate(url=url, expiration=NOW + LIFE, key=KEY)
    answer = token_stage.client.get(f"{url}?{token}")
    assert 0 < age(answer) <= LIFE
    if "etag" in answer.headers:
        again = token_stage.client.get(f"{url}?{token}", headers={"If-None-Match": answer.headers["etag"]})
        assert again.status_code == 304
        assert 0 < age(again) <= LIFE


ANONYMOUS = f'[{{"access_type": "anonymous", "end": "{moment(LIFE)}"}}]'


@pytest.mark.parametrize(
    "url",
    [
        "/demo/image/upload/c_scale,w_9/open",
        "/demo/image/upload/v5/open.jpg",
        "/demo/image/upload/fl_getinfo/open",
        "/demo/image/upload/l_open/logo",
        "/demo/image/upload/d_open/none",
        "/v7/_ours_/open.jpg?w=9",
        "/v7/_ours_/open.jpg?w=9&ci_cache=31536000",
        "/v7/_ours_/logo.jpg?wat=1&wat_url=/_ours_/open.jpg",
        "/demo/raw/upload/v5/open.txt",
    ],
)
def test_an_answer_never_outlives_the_time_in_which_it_is_open(make_stage: MakeStage, url: str) -> None:
    with make_stage(Cloudimage(aliases={"ours": "cloud://demo"})) as stage:
        stage.upload(photo(), "open", access_control=ANONYMOUS)
        stage.upload(photo(), "logo")
        Api(stage).call("raw/upload", public_id="open.txt", file="data:,x", access_control=ANONYMOUS)
        assert 0 <= age(stage.client.get(url)) <= LIFE


@pytest.mark.parametrize("delivery_type", ["private", "authenticated"])
def test_what_only_the_owner_may_see_is_kept_by_no_shared_cache(make_stage: MakeStage, delivery_type: str) -> None:
    with make_stage() as stage:
        stage.upload(photo(), "shoe", type=delivery_type)
        url = f"/demo/image/{delivery_type}/s--{sign('shoe', 'demo-secret')}--/v3/shoe"
        assert age(stage.client.get(url)) > 0
