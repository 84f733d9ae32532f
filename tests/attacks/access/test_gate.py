"""The grid: every way to name an asset × every restriction → the answer that proxy/delivery/gate.py tells.

For each way the stranger's answer is compared with the owner's: a way that leads nowhere would prove nothing.
"""

from dataclasses import dataclass, replace
from functools import partial

import pytest
from pymupdf_fonts import SpaceMono_Regular

from media.records.asset import SourceRef
from media.records.catalog import Catalog
from proxy.dialects.cloudinary.signature import sign
from tests.attacks.access.restrictions import OPEN, RESTRICTIONS, SHOWN, fill
from tests.conftest import MakeStage
from tests.pictures import opened, photo
from tests.signing import signed
from tests.stage import Stage

UNCHANGED = (
    "f_png", "f_auto", "q_100", "q_1", "a_exif", "a_0", "a_360", "fl_progressive", "fl_lossy", "cs_srgb", "dpr_1.0",
    "c_limit,w_9999", "c_scale,w_1.0", "c_crop,w_1.0,h_1.0", "c_fit,w_96,h_64", "c_fill,w_96,h_64", "c_pad,w_96,h_64",
    "o_100", "r_0", "bo_0px_solid_red", "b_white", "pg_1", "$x_1", "e_brightness:0", "e_hue:0", "e_colorize:0",
    "e_trim", "e_redeye", "e_blur_faces", "a_hflip/a_hflip", "a_90/a_270", "e_negate/e_negate", "t_nothing",
    "c_lpad,w_120,h_100/c_crop,w_96,h_64,g_center", "if_w_gt_9999/e_sepia/if_end", "if_w_gt_1/f_webp/if_end",
    "e_trim/if_w_gt_1/q_10/if_end", "l_logo,o_0/fl_layer_apply", "l_logo/fl_layer_apply,fl_no_overflow,x_5000",
    "u_logo/fl_layer_apply", "l_text:Arial_10:Hi,o_0/fl_layer_apply",
)  # fmt: skip
CHANGED = (
    "c_scale,w_40",
    "e_sepia",
    "a_90",
    "t_small",
    "l_logo/fl_layer_apply",
    "c_fill,w_20,h_20/f_png",
    "if_w_gt_1/e_blur/if_end",
)
LAYERS = (
    "l_{typed}", "u_{typed},w_120,h_120", "l_image:{type}:secret", "l_{typed}/c_scale,w_9/fl_layer_apply",
    "if_w_gt_1/l_{typed}/fl_layer_apply/if_end", "$p_!{typed}!/l_$p", "t_with_{type}",
)  # fmt: skip


@dataclass(frozen=True)
class Way:
    """A URL that names the asset; ``text`` is what a signature covers, {…} filled in by the restriction."""

    shows: str
    prefix: str
    text: str
    suffix: str = ""


WAYS = [
    Way("bytes", "/demo/image/{type}", "secret"),
    Way("bytes", "/demo/image/{type}", "secret.jpg"),
    Way("bytes", "/demo/image/{type}", "v123/secret"),
    Way("unchanged", "/demo/image/{type}", "secret.png"),
    Way("bytes", "/demo/raw/{type}", "secret.txt"),
    Way("bytes", "/demo/video/{type}", "secret"),
    *(Way("unchanged", "/demo/image/{type}", f"{chain}/secret") for chain in UNCHANGED),
    *(Way("changed", "/demo/image/{type}", f"{chain}/secret") for chain in CHANGED),
    *(Way("layer", "/demo/image/upload", f"{chain}/logo") for chain in LAYERS),
    Way("layer", "/demo/image/{type}", "$img_current/e_sepia/l_$img/fl_layer_apply/secret"),
]


def unsigned(way: Way, restriction: str) -> str:
    return fill(f"{way.prefix}/{way.text}", restriction)


def with_signature(way: Way, restriction: str) -> str:
    text = fill(way.text, restriction)
    to_sign = text.removeprefix("v123/")
    return fill(f"{way.prefix}/s--{sign(to_sign, 'demo-secret')}--/", restriction) + text


def test_a_stranger_has_what_the_table_says_and_the_owner_everything(restricted: Stage, restriction: str) -> None:
    wrong = []
    for way in WAYS:
        stranger, owner = (
            restricted.client.get(unsigned(way, restriction)),
            restricted.client.get(with_signature(way, restriction)),
        )
        expected = 200 if restriction in SHOWN[way.shows] else 401
        if (stranger.status_code, owner.status_code) != (expected, 200):
            wrong.append((unsigned(way, restriction), stranger.status_code, expected, owner.status_code))
        if stranger.status_code == 401:
            assert stranger.headers["cache-control"] == "no-store"
    assert not wrong, "\n".join(map(str, wrong))


def test_facts_about_a_picture_are_told_to_whom_it_is_shown(restricted: Stage, restriction: str) -> None:
    expected = 200 if restriction in SHOWN["bytes"] - {"strict"} else 401
    assert restricted.client.get(fill("/demo/image/{type}/fl_getinfo/secret", restriction)).status_code == expected


def test_who_has_the_tag_of_an_answer_is_not_told_that_it_still_stands(restricted: Stage, restriction: str) -> None:
    way = Way("unchanged", "/demo/image/{type}", "f_png/secret")
    tag = restricted.client.get(with_signature(way, restriction)).headers["etag"]
    expected = 304 if restriction in OPEN else 401
    answer = restricted.client.get(unsigned(way, restriction), headers={"If-None-Match": tag})
    assert answer.status_code == expected


def test_what_stands_in_for_a_missing_picture_is_judged_like_any_other(restricted: Stage, restriction: str) -> None:
    if RESTRICTIONS[restriction][0] != "upload":
        pytest.skip("d_ names uploads alone")
    expected = 200 if restriction in OPEN else 401
    assert restricted.client.get("/demo/image/upload/d_secret/none").status_code == expected


def test_a_font_draws_for_whom_its_rules_let_in(restricted: Stage, restriction: str) -> None:
    """One that is authenticated cannot be downloaded, and may be drawn with; a private one is not looked for."""
    delivery_type, rules, _ = RESTRICTIONS[restriction]
    fields = {"public_id": "ours.ttf", "type": delivery_type, **({"access_control": rules} if rules else {})}
    sent = {"file": ("ours.ttf", SpaceMono_Regular.fontbuffer)}
    assert restricted.client.post("/v1_1/demo/raw/upload", data=signed(fields), files=sent).status_code == 200
    expected = 404 if restriction == "private" else 200 if restriction in OPEN | {"authenticated"} else 401
    way = Way("changed", "/demo/image/upload", "l_text:ours.ttf_9:Hi/logo")
    assert restricted.client.get(unsigned(way, restriction)).status_code == expected
    owner = restricted.client.get(with_signature(way, restriction))
    assert owner.status_code == (404 if restriction == "private" else 200)


def test_rules_that_cannot_be_read_open_nothing(make_stage: MakeStage) -> None:
    with make_stage() as stage:
        stage.upload(photo(), "shoe")
        catalog, ref = Catalog(stage.store), SourceRef("demo", "image", "upload", "shoe")
        for rule in ({"start": "soon"}, {"end": "later"}, {"start": ["2020"]}, {"end": {"a": 1}}, {"access_type": "x"}):
            rules = ({"access_type": "anonymous", **rule},)
            catalog.update(ref, partial(replace, access_control=rules))
            assert stage.client.get("/demo/image/upload/w_9/shoe").status_code == 401, rule


def test_the_owner_still_gets_the_bytes_as_they_are(make_stage: MakeStage) -> None:
    body = photo()
    with make_stage() as stage:
        stage.upload(body, "secret", type="private")
        assert stage.client.get(f"/demo/image/private/s--{sign('secret', 'demo-secret')}--/secret").content == body
        assert opened(stage.client.get("/demo/image/private/w_9/secret").content).width == 9
