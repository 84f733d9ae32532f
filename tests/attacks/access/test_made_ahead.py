"""What the owner of a strict cloud had made ahead is for everybody, and nothing beside it."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from media.config import Settings
from media.derived.paths import derived_path
from media.records.catalog import Catalog
from proxy.dialects.cloudinary.signature import sign
from tests.conftest import MakeStage
from tests.pictures import photo
from tests.proxy.cloudinary.api.conftest import Api
from tests.stage import Stage

MADE, LAYERED = "c_scale,w_20", "c_scale,w_30/l_logo/fl_layer_apply"


@pytest.fixture
def strict(make_stage: MakeStage, settings: Settings) -> Iterator[Stage]:
    presets = {
        "open": {"unsigned": True},
        "ahead": {"unsigned": True, "eager": MADE},
    }
    cloud = replace(settings.clouds["demo"], strict=True, presets=presets)
    with make_stage(clouds={"demo": cloud}) as made:
        made.upload(photo(40, 30, shade=9), "logo")
        made.upload(photo(40, 30, shade=7), "hidden", type="private")
        made.upload(photo(), "shoe", eager=f"{MADE}|{LAYERED}")
        yield made


def status(stage: Stage, path: str) -> int:
    return int(stage.client.get(f"/demo/image/upload/{path}").status_code)


#: Path of a stranger → what is answered.
ROWS = {
    f"{MADE}/shoe": 200,
    "w_20,c_scale/shoe": 200,
    f"{MADE}/v7/shoe": 200,
    f"{LAYERED}/shoe": 200,
    f"{MADE}/shoe.jpg": 401,
    f"{MADE}/shoe.png": 401,
    f"{MADE}/e_sepia/shoe": 401,
    "c_scale,w_21/shoe": 401,
    f"{MADE}/logo": 401,
    "c_scale,w_30/shoe": 401,
    "c_scale,w_30/l_private:hidden/fl_layer_apply/shoe": 401,
    "c_scale,w_30/l_fetch:aHR0cDovLzEyNy4wLjAuMS9hLnBuZw==/fl_layer_apply/shoe": 401,
    f"{MADE}/none": 404,
}


@pytest.mark.parametrize("path", ROWS)
def test_a_stranger_has_what_was_made_ahead_and_nothing_else(strict: Stage, path: str) -> None:
    assert status(strict, path) == ROWS[path]


def test_a_fetched_picture_is_looked_at_for_nobody(strict: Stage) -> None:
    assert strict.client.get(f"/demo/image/fetch/{MADE}/http://127.0.0.1:1/a.png").status_code == 401


def test_other_languages_open_nothing_by_it(strict: Stage) -> None:
    assert strict.client.get("/v7/_demo_/shoe?w=20&func=bound").status_code in (403, 404)


def test_what_is_made_by_workers_is_open_as_soon_as_it_is_ordered(strict: Stage) -> None:
    strict.upload(photo(shade=3), "later", eager="e_background_removal/c_scale,w_20/png", eager_async="true")
    path = "e_background_removal/c_scale,w_20/later.png"
    assert status(strict, path) == 423
    strict.work()
    assert status(strict, path) == 200
    details = Api(strict).admin("GET", "resources/image/upload/later")
    assert [each["bytes"] > 0 for each in details["derived"]] == [True]


def test_a_preset_of_the_owner_makes_ahead_for_strangers(strict: Stage) -> None:
    for preset, expected in (("open", 401), ("ahead", 200)):
        sent = {"upload_preset": preset, "public_id": preset}
        files = {"file": photo(shade=5)}
        assert strict.client.post("/v1_1/demo/image/upload", data=sent, files=files).status_code == 200
        assert status(strict, f"{MADE}/{preset}") == expected
    mine = {"upload_preset": "open", "public_id": "mine", "eager": MADE}
    assert strict.client.post("/v1_1/demo/image/upload", data=mine, files={"file": photo()}).status_code == 400


def test_it_stays_open_though_it_is_made_again_and_until_it_is_deleted(strict: Stage) -> None:
    asset = Catalog(strict.store).get("demo", "image", "upload", "shoe")
    assert asset is not None
    entries, _ = Catalog(strict.store).list_derived(asset.asset_id, asset.digest)
    entry = next(each for each in entries if each.transformation == MADE)
    strict.store.delete(derived_path(entry.key))
    signature = sign(f"{MADE}/shoe", "demo-secret")
    assert status(strict, f"s--{signature}--/{MADE}/shoe") == 200
    assert status(strict, f"{MADE}/shoe") == 200
    Api(strict).admin(
        "DELETE", "derived_resources", derived_resource_ids=f"{asset.asset_id}-{asset.digest}-{entry.key}"
    )
    assert status(strict, f"{MADE}/shoe") == 401


def test_another_picture_of_the_same_name_is_not_open(strict: Stage) -> None:
    strict.upload(photo(shade=77), "shoe")
    assert status(strict, f"{MADE}/shoe") == 401
