"""Watermarks and backdrops as pixels, through HTTP."""

import pytest
import pyvips

from media.config import Origin
from proxy.dialects.cloudimage.settings import Cloudimage
from tests.conftest import MakeStage
from tests.pictures import opened
from tests.proxy.cloudimage.conftest import Site
from tests.stage import Stage


def plain(width: int, height: int, *color: int) -> bytes:
    picture = (pyvips.Image.black(width, height) + list(color)).cast("uchar").copy(interpretation="srgb")
    return bytes(picture.write_to_buffer(".png"))


@pytest.fixture
def grey(site: Site) -> str:
    """The path of a grey picture, 100 × 50; a red mark of 20 × 10 lies beside it."""
    site.pages.update({"/grey.png": plain(100, 50, 90, 90, 90), "/mark.png": plain(20, 10, 255, 0, 0)})
    return f"/v7/http://{site.host}/grey.png"


def reds(body: bytes) -> tuple[int, int, int, int]:
    """The box of what is more red than green: left, top, width, height."""
    picture = opened(body)
    left, top, width, height = (picture[0] - picture[1] > 40).find_trim(threshold=10, background=[0])
    return left, top, width, height


@pytest.mark.parametrize(
    ("query", "box"),
    [
        ("", (40, 20, 20, 10)),
        ("&wat_gravity=northwest", (0, 0, 20, 10)),
        ("&wat_gravity=southeast&wat_pad=5,3", (75, 37, 20, 10)),
        ("&wat_gravity=southeast&wat_pad=10p", (70, 35, 20, 10)),
        ("&wat_gravity=northwest&wat_scale=50", (0, 0, 10, 5)),
        ("&wat_gravity=northwest&wat_scale=40p", (0, 0, 40, 20)),
        ("&wat_gravity=northwest&wat_scale=900", (0, 0, 100, 50)),
        ("&wat_gravity=absolute&wat_pos=7,9", (7, 9, 20, 10)),
        ("&wat_gravity=relative&wat_pos=50p,50p", (40, 20, 20, 10)),
        ("&w=200&wat_gravity=northwest", (0, 0, 20, 10)),
    ],
)
def test_a_watermark_stands_where_it_should(
    front: Stage, site: Site, grey: str, query: str, box: tuple[int, int, int, int]
) -> None:
    answer = front.client.get(f"{grey}?wat=1&wat_url=http://{site.host}/mark.png{query}")
    assert answer.status_code == 200
    assert reds(answer.content) == box


def test_a_watermark_may_be_faint(front: Stage, site: Site, grey: str) -> None:
    answer = front.client.get(f"{grey}?wat=1&wat_url={site.host}/mark.png&wat_opacity=0.5")
    assert opened(answer.content)(50, 25) == pytest.approx([172, 45, 45], abs=2)


def test_a_text_is_drawn_in_its_colour_and_shrunk_to_the_picture(front: Stage, grey: str) -> None:
    short = reds(front.client.get(f"{grey}?wat=1&wat_text=Hi&wat_color=ff0000&wat_gravity=northwest").content)
    assert short[:2] == pytest.approx((0, 0), abs=3)
    assert 5 < short[2] < 60
    long = front.client.get(f"{grey}?wat=1&wat_text={'Hello ' * 60}&wat_fontsize=400max&wat_color=f00")
    assert (long.status_code, opened(long.content).width) == (200, 100)


def test_several_watermarks_are_laid_in_order(front: Stage, site: Site, grey: str) -> None:
    site.pages["/blue.png"] = plain(10, 10, 0, 0, 255)
    marks = f"wat_url%5B1%5D={site.host}/mark.png&wat_url%5B2%5D={site.host}/blue.png"
    picture = opened(front.client.get(f"{grey}?wat=1&{marks}").content)
    assert picture(50, 25) == [0, 0, 255]
    assert picture(41, 25) == [255, 0, 0]


def test_the_account_has_a_watermark_of_its_own(make_stage: MakeStage, site: Site, grey: str) -> None:
    account = Cloudimage(aliases={"ours": f"http://{site.host}"}, watermark_url="_ours_/mark.png")
    with make_stage(account, origin=Origin(allow_private=True)) as stage:
        assert reds(stage.client.get(f"{grey}?wat=1").content) == (40, 20, 20, 10)


def test_a_missing_watermark_is_said_so(front: Stage, site: Site, grey: str) -> None:
    answer = front.client.get(f"{grey}?wat=1&wat_url=http://{site.host}/none.png")
    assert answer.status_code == 404


def test_a_watermark_is_fetched_as_carefully_as_an_origin(front: Stage, grey: str) -> None:
    assert front.client.get(f"{grey}?wat=1&wat_url=http://169.254.169.254/a.png").status_code == 403
    assert front.client.get(f"{grey}?wat=1&wat_url=file:///etc/passwd").status_code == 400


def test_padding_may_show_the_picture_itself(front: Stage, site: Site) -> None:
    site.pages["/green.png"] = plain(80, 40, 0, 200, 0)
    url = f"/v7/http://{site.host}/green.png?w=40&h=40&func=fit&bg_img_fit=1"
    picture = opened(front.client.get(url).content)
    assert (picture.width, picture.height) == (40, 40)
    assert picture(20, 2)[:3] == pytest.approx([0, 200, 0], abs=2)
    tinted = opened(front.client.get(f"{url}&bg_colorize=ff0000,0.5").content)
    assert tinted(20, 2)[:3] == pytest.approx([127, 100, 0], abs=3)
    assert tinted(20, 20)[:3] == [0, 200, 0]


def test_two_tones_take_the_place_of_black_and_white(front: Stage, site: Site) -> None:
    site.pages.update({"/white.png": plain(4, 4, 255, 255, 255), "/black.png": plain(4, 4, 0, 0, 0)})
    for name, tone in (("white", [0, 0, 255]), ("black", [255, 0, 0])):
        answer = front.client.get(f"/v7/http://{site.host}/{name}.png?duotone=ff0000,0000ff")
        assert opened(answer.content)(1, 1) == pytest.approx(tone, abs=1)
