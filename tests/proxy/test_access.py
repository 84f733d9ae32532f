"""Who may have what of a cloud."""

from dataclasses import replace

import pytest

from media.config import Settings
from proxy.dialects.cloudinary.access_token import make
from tests.conftest import MakeStage
from tests.pictures import opened, photo

KEY = "00112233FF99"


@pytest.mark.parametrize(
    ("limits", "path", "status"),
    [
        ({"exp": "9999999999"}, "/demo/image/authenticated/c_scale,w_40/shoe.png", 200),
        ({"exp": "9999999999"}, "/demo/image/authenticated/c_scale,w_41/shoe.png", 401),
        ({"exp": "1"}, "/demo/image/authenticated/c_scale,w_40/shoe.png", 401),
        ({"exp": "9999999999", "acl": "%2fdemo%2fimage%2f*"}, "/demo/image/authenticated/c_scale,w_41/shoe.png", 200),
    ],
)
def test_a_token_opens_what_it_names(
    make_stage: MakeStage, settings: Settings, limits: dict[str, str], path: str, status: int
) -> None:
    cloud = replace(settings.clouds["demo"], token_key=KEY)
    with make_stage(clouds={"demo": cloud}) as stage:
        stage.upload(photo(), "shoe", type="authenticated")
        token = make(limits, "/demo/image/authenticated/c_scale,w_40/shoe.png", KEY)
        assert stage.client.get(path, params={"__cld_token__": token}).status_code == status


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
