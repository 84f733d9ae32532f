"""``delivery.skip_unavailable``: a page keeps its pictures although an effect is not available here."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from media.config import Cloud, Settings
from proxy.dialects.cloudinary.semantics.effects import EFFECTS, REFUSED, is_unavailable
from tests.conftest import MakeStage
from tests.pictures import opened, photo
from tests.stage import Stage

IMAGE = "/demo/image/upload"

#: What was written, what is named, and the chain that shows the same.
ROWS = [
    ("e_gen_recolor:prompt_(hat);to-color_red/c_scale,w_40", "gen_recolor", "c_scale,w_40"),
    ("c_scale,w_40/e_gen_remove:prompt_(hat)", "gen_remove", "c_scale,w_40"),
    ("c_pad,w_90,h_90,b_gen_fill", "gen_fill", "c_pad,w_90,h_90"),
    ("b_gen_fill:prompt_(meadow),c_pad,w_90,h_90/e_sepia", "gen_fill", "c_pad,w_90,h_90/e_sepia"),
    ("e_enhance/e_gen_restore/e_upscale/e_sepia", "enhance, gen_restore, upscale", "e_sepia"),
    ("e_viesus_correct/e_gen_restore/e_viesus_correct/w_20", "viesus_correct, gen_restore", "w_20"),
    ("c_scale,w_40,e_gen_restore", "gen_restore", "c_scale,w_40"),
    ("$e_!gen_restore!/e_$e/w_20", "gen_restore", "w_20"),
    ("if_w_gt_50/e_gen_restore/if_else/e_sepia/if_end/w_20", "gen_restore", "w_20"),
    ("t_fancy/w_20", "gen_background_replace", "w_20"),
    (
        "l_cup/e_gen_restore/c_scale,w_20/fl_layer_apply,g_east",
        "gen_restore",
        "l_cup/c_scale,w_20/fl_layer_apply,g_east",
    ),
    ("l_cup/fl_layer_apply,e_style_transfer/w_20", "style_transfer", "w_20"),
    ("l_cup,e_style_transfer:80/w_20", "style_transfer", "w_20"),
]


@pytest.fixture
def lenient(make_stage: MakeStage, settings: Settings) -> Iterator[Stage]:
    with make_stage(delivery=replace(settings.delivery, skip_unavailable=True)) as stage:
        stage.upload(photo(), "shoe")
        stage.upload(photo(60, 40, shade=90), "cup")
        fancy = {"name": "fancy", "transformation": "e_gen_background_replace:prompt_sea"}
        answer = stage.client.post("/v1_1/demo/transformations", auth=("demo-key", "demo-secret"), json=fancy)
        assert answer.status_code == 200, answer.text
        yield stage


def test_what_is_not_available_is_left_out_and_named(lenient: Stage) -> None:
    for chain, names, same in ROWS:
        answer = lenient.client.get(f"{IMAGE}/{chain}/shoe.png")
        assert answer.status_code == 200, (chain, answer.headers)
        assert answer.headers["x-cld-warning"] == f"Left out, not available here: {names}", chain
        assert answer.headers["cache-control"] == "public, max-age=300, s-maxage=300"
        plain = lenient.client.get(f"{IMAGE}/{same}/shoe.png")
        assert "x-cld-warning" not in plain.headers
        assert plain.headers["cache-control"] == "public, max-age=2592000"
        # Kept under a key of its own: the effect may come.
        assert plain.headers["etag"] != answer.headers["etag"]
        assert (opened(plain.content).numpy() == opened(answer.content).numpy()).all(), chain


def test_a_version_in_the_url_makes_it_no_longer_lived(lenient: Stage) -> None:
    answer = lenient.client.get(f"{IMAGE}/e_gen_restore/v7/shoe.png")
    assert "immutable" not in answer.headers["cache-control"]


def test_a_branch_that_is_not_taken_leaves_nothing_out(lenient: Stage) -> None:
    answer = lenient.client.get(f"{IMAGE}/if_w_gt_500/e_gen_restore/if_else/e_sepia/if_end/shoe.png")
    assert (answer.status_code, answer.headers.get("x-cld-warning")) == (200, None)


def test_what_is_wrong_is_refused_all_the_same(lenient: Stage) -> None:
    for chain in ("e_nonsense", "e_volume:50", "e_gen_restore/w_0", "e_gen_restore,c_nosuch,w_9", "sp_auto"):
        assert lenient.client.get(f"{IMAGE}/{chain}/shoe.png").status_code == 400, chain


def test_a_removal_shares_its_cutout_though_something_is_left_out(lenient: Stage) -> None:
    lenient.client.get(f"{IMAGE}/e_background_removal/shoe.png")
    lenient.work()
    assert lenient.client.get(f"{IMAGE}/e_gen_restore/e_background_removal/shoe.png").status_code == 200
    assert lenient.matter.inferences == 1


def test_an_eager_one_is_found_by_its_url(lenient: Stage) -> None:
    lenient.upload(photo(), "hat", eager="e_gen_restore/w_20/png", eager_async="true")
    lenient.work()
    stored = len(lenient.store.keys("derived/"))
    assert lenient.client.get(f"{IMAGE}/e_gen_restore/w_20/hat.png").status_code == 200
    assert len(lenient.store.keys("derived/")) == stored == 1


def test_nothing_is_left_out_unless_it_is_asked_for(stage: Stage) -> None:
    stage.upload(photo(), "shoe")
    stage.upload(photo(60, 40, shade=90), "cup")
    for chain, names, _ in ROWS:
        if not chain.startswith("t_"):
            answer = stage.client.get(f"{IMAGE}/{chain}/shoe.png")
            assert answer.status_code == 403, chain
            assert names.split(",")[0] in answer.headers["x-cld-error"]


def test_a_private_picture_is_no_more_open_without_an_effect(make_stage: MakeStage, settings: Settings) -> None:
    clouds = {"demo": Cloud(keys={"demo-key": "demo-secret"})}
    with make_stage(delivery=replace(settings.delivery, skip_unavailable=True), clouds=clouds) as stage:
        stage.upload(photo(), "shoe", type="private")
        assert stage.client.get("/demo/image/private/e_gen_restore/shoe.png").status_code == 401


def test_what_can_be_left_out_is_no_effect_of_ours() -> None:
    assert {name for name in REFUSED if is_unavailable(name)}.isdisjoint(EFFECTS)
