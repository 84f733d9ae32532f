"""Who may have what of a cloud."""

from dataclasses import replace
from typing import Any
from urllib.parse import unquote

import pytest
from cloudinary import auth_token

from media.config import Settings
from tests.conftest import MakeStage
from tests.pictures import opened, photo

KEY = "00112233FF99"


SHOE = "/demo/image/authenticated/c_scale,w_40/shoe.png"
WIDER = "/demo/image/authenticated/c_scale,w_41/shoe.png"
BLUE = "/demo/image/authenticated/c_scale,w_40/a%20blue%20shoe.png"
LATER = 9_999_999_999


@pytest.mark.parametrize(
    ("options", "path", "status"),
    [
        ({"url": SHOE}, SHOE, 200),
        ({"url": SHOE}, WIDER, 401),
        ({"url": SHOE, "expiration": 1}, SHOE, 401),
        ({"url": SHOE, "start_time": LATER - 1}, SHOE, 401),
        ({"url": SHOE, "start_time": 1, "ip": "testclient"}, SHOE, 200),
        ({"url": SHOE, "ip": "10.0.0.1"}, SHOE, 401),
        ({"url": BLUE}, BLUE, 200),
        ({"url": unquote(BLUE)}, BLUE, 200),
        ({"acl": "/demo/image/*"}, SHOE, 200),
        ({"acl": "/demo/image/authenticated/*/shoe.png"}, WIDER, 200),
        ({"acl": "/demo/image/authenticated/c_scale,w_4?/shoe.png"}, WIDER, 200),
        ({"acl": "/demo/image/authenticated/c_scale,w_4[01]/shoe.png"}, WIDER, 401),
        ({"acl": ["/other/*", "/demo/image/authenticated/*"]}, SHOE, 200),
        ({"acl": ["/é/*", "/demo/image/authenticated/*"]}, SHOE, 200),
        ({"acl": "/demo/image/authenticated/*/a blue*"}, BLUE, 200),
        ({"acl": "/demo/video/*"}, SHOE, 401),
        ({"acl": "/demo/image/*", "key": "99887766"}, SHOE, 401),
    ],
)
def test_a_token_of_the_sdk_opens_what_it_names(
    make_stage: MakeStage, settings: Settings, options: dict[str, Any], path: str, status: int
) -> None:
    cloud = replace(settings.clouds["demo"], token_key=KEY)
    token = auth_token.generate(**{"key": KEY, "expiration": LATER, **options})
    with make_stage(clouds={"demo": cloud}) as stage:
        for name in ("shoe", "a blue shoe"):
            stage.upload(photo(), name, type="authenticated")
        assert stage.client.get(f"{path}?{token}&_a=BAMCkGRg0").status_code == status
        escaped_once_more = dict([token.split("=", 1)])
        assert stage.client.get(path, params=escaped_once_more).status_code == status


def test_a_url_carries_one_token(make_stage: MakeStage, settings: Settings) -> None:
    cloud = replace(settings.clouds["demo"], token_key=KEY)
    token = auth_token.generate(url=SHOE, expiration=LATER, key=KEY)
    with make_stage(clouds={"demo": cloud}) as stage:
        stage.upload(photo(), "shoe", type="authenticated")
        assert stage.client.get(f"{SHOE}?{token}&{token}").status_code == 401


def test_conditions_on_tags_are_settled_and_part_of_the_key(make_stage: MakeStage) -> None:
    with make_stage() as stage:
        url = "/demo/image/upload/if_!sale:new!_in_tags/c_scale,w_20/if_else/c_scale,w_30/if_end/shoe.png"
        stage.upload(photo(), "shoe", tags="sale,new")
        assert opened(stage.client.get(url).content).width == 20
        stage.upload(photo(), "shoe", tags="sale")
        assert opened(stage.client.get(url).content).width == 30


def test_the_picture_itself_may_be_a_layer(make_stage: MakeStage) -> None:
    with make_stage() as stage:
        stage.upload(photo(), "shoe")
        url = "/demo/image/upload/$img_current/e_grayscale/l_$img,w_0.3/fl_layer_apply,g_north_west/shoe.png"
        picture = opened(stage.client.get(url).content)
        assert (picture.width, picture.height) == (96, 64)
        red, _, blue = picture(2, 2)[:3]
        assert abs(red - blue) > 10, "the layer keeps its colours"
