"""``e_background_removal`` at any place of a chain, in layers, and of pictures that are fetched."""

import base64
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from media.config import Matting, Origin, Settings
from proxy.dialects.cloudinary.settings import Cloudinary
from tests.conftest import MakeStage
from tests.media.golden import differs
from tests.pictures import opened, photo
from tests.proxy.apis import Site
from tests.proxy.cloudinary.removals import FOLDER, ROWS, Row, made, own_stage
from tests.stage import Stage

IMAGE = "/demo/image/upload"
#: Edges are the worker's matter: here counts which picture was cut, and where.
MEAN, LINE = 4.0, 30.0


@pytest.fixture(scope="module")
def prepared() -> Iterator[Stage]:
    with own_stage() as stage:
        yield stage


def test_every_row_has_its_golden_picture() -> None:
    assert {path.name for path in FOLDER.iterdir()} == {row.path.name for row in ROWS}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_a_removal_looks_as_it_did_and_shares_the_cutout_if_it_can(prepared: Stage, row: Row) -> None:
    seen = prepared.matter.inferences
    body = made(prepared, f"{IMAGE}/{row.chain}/{row.source}.png")
    assert differs(opened(body), opened(row.path.read_bytes()), mean=MEAN, line=LINE) == ""
    assert prepared.matter.inferences - seen == row.inferences


@pytest.mark.parametrize("row", [row for row in ROWS if row.same], ids=lambda row: row.name)
def test_chains_that_do_the_same_are_one(prepared: Stage, row: Row) -> None:
    tags = [
        prepared.client.get(f"{IMAGE}/{chain}/{row.source}.png", headers={"Prefer": "wait=0"}).headers.get("etag")
        for chain in (row.chain, row.same)
        if made(prepared, f"{IMAGE}/{chain}/{row.source}.png")
    ]
    assert tags[0] == tags[1]


CUTS = [
    "c_crop,w_40,h_40,x_31,y_17", "c_crop,w_0.5,g_east", "c_fill,w_30,h_60,g_auto", "c_thumb,w_30,h_30,g_face",
    "c_auto,w_40,h_20,g_auto", "c_crop,w_40,h_40,g_auto", "a_90/c_crop,w_30,h_60", "c_fill,w_40,h_40,g_cat", "e_trim",
    "c_crop,w_99/e_trim",
]  # fmt: skip


@pytest.fixture(scope="module", params=[Matting().max_input_pixels, 1500], ids=["full size", "smaller"])
def cutting(request: pytest.FixtureRequest) -> Iterator[Stage]:
    """Cutouts as large as their sources, and smaller ones."""
    with own_stage(Matting(max_input_pixels=request.param)) as stage:
        yield stage


@pytest.mark.parametrize("chain", CUTS)
def test_what_is_cut_in_front_of_a_removal_is_cut_at_the_place_of_the_original(cutting: Stage, chain: str) -> None:
    """The red and green of a pixel tell where it is. The colours of a cutout are kept as a JPEG."""
    whole = opened(made(cutting, f"{IMAGE}/{chain}/framed.png")).numpy()
    cut = opened(made(cutting, f"{IMAGE}/{chain}/e_background_removal/framed.png")).numpy()
    assert cut.shape == (*whole.shape[:2], 4)
    subject = cut[..., 3] > 250
    assert subject.any()
    assert np.abs(cut[..., :2].astype(int) - whole[..., :2])[subject].mean() < 4


def test_a_fetched_picture_and_a_fetched_layer_are_cut_out(make_stage: MakeStage, site: Site) -> None:
    with make_stage(origin=Origin(allow_private=True)) as stage:
        stage.upload(photo(), "shoe")
        address = site.url("/photo.jpg")
        cut = opened(made(stage, f"/demo/image/fetch/e_background_removal/{address}"))
        assert (cut.width, cut.bands) == (96, 4)
        name = base64.urlsafe_b64encode(address.encode()).decode().rstrip("=")
        layer = f"b_red/l_fetch:{name}/e_background_removal/c_scale,w_30/fl_layer_apply"
        assert opened(made(stage, f"{IMAGE}/{layer}/shoe.png")).width == 96
        # The same bytes under two names: one source.
        assert stage.matter.inferences == 1


def test_the_page_of_2024_wants_the_removal_first(make_stage: MakeStage, site: Site) -> None:
    with make_stage(Cloudinary(removal_first=True), origin=Origin(allow_private=True)) as stage:
        stage.upload(photo(), "shoe")
        refused = [
            f"{IMAGE}/w_20/e_background_removal/shoe.png",
            f"{IMAGE}/l_shoe,e_background_removal/shoe.png",
            f"{IMAGE}/l_shoe/e_background_removal/fl_layer_apply/shoe.png",
            f"/demo/image/fetch/e_background_removal/{site.url('/photo.jpg')}",
        ]
        assert [stage.client.get(url).status_code for url in refused] == [400] * 4
        assert stage.client.get(f"{IMAGE}/e_background_removal/w_20/shoe.png").status_code == 423


def test_who_asks_again_has_nothing_rendered_up_to_the_removal(make_stage: MakeStage) -> None:
    with make_stage() as stage:
        stage.upload(photo(), "shoe")
        url = f"{IMAGE}/e_blur:300/e_background_removal/c_scale,w_30/shoe.png"
        for _ in range(3):
            answer = stage.client.get(url)
            assert (answer.status_code, answer.headers["cache-control"]) == (423, "no-store")
        rendered = "cutout_render_seconds_count 0.0"
        assert rendered in stage.client.get("/metrics").text
        stage.work()
        assert stage.client.get(url).status_code == 200
        assert stage.matter.inferences == 1


def test_a_removal_in_a_layer_needs_a_signature_where_removals_do(make_stage: MakeStage, settings: Settings) -> None:
    demo = replace(settings.clouds["demo"], unsigned_removal=False)
    with make_stage(clouds={"demo": demo}) as stage:
        stage.upload(photo(), "shoe")
        for chain in ("l_shoe/e_background_removal/fl_layer_apply", "e_blur/e_background_removal"):
            assert stage.client.get(f"{IMAGE}/{chain}/shoe.png").status_code == 401


@pytest.mark.parametrize("is_async", ["false", "true"])
def test_an_eager_removal_in_the_midst_of_a_chain_is_there_at_once(stage: Stage, is_async: str) -> None:
    chains = ("e_blur:300/e_background_removal/c_scale,w_30", "l_cup/e_background_removal/fl_layer_apply")
    stage.upload(photo(), "cup")
    eager = "|".join(f"{chain}/png" for chain in chains)
    stage.upload(photo(), "shoe", eager=eager, eager_async=is_async)
    stage.work()
    if is_async == "true":
        assert [stage.client.get(f"{IMAGE}/{chain}/shoe.png").status_code for chain in chains] == [200, 200]
    assert opened(made(stage, f"{IMAGE}/{chains[0]}/shoe.png")).width == 30


def test_too_many_removals_are_refused(stage: Stage) -> None:
    stage.upload(photo(), "shoe")
    answer = stage.client.get(f"{IMAGE}/{'e_blur/e_background_removal/' * 9}shoe.png")
    assert (answer.status_code, answer.headers["x-cld-error"]) == (400, "a chain may remove 8 backgrounds, got 9")


def test_an_animation_is_cut_by_its_first_picture(stage: Stage) -> None:
    frames = [opened(photo(shade=shade)) for shade in (0, 90)]
    joined = frames[0].join(frames[1], "vertical").copy()
    stage.upload(bytes(joined.gifsave_buffer(page_height=64)), "moving")
    for chain in ("e_blur:200/e_background_removal", "e_trim/e_background_removal", "c_crop,w_30/e_background_removal"):
        assert opened(made(stage, f"{IMAGE}/{chain}/moving.gif")).height <= 64
