"""The Admin API: lists and their cursors, details, updates, deletions, versions, named transformations, presets."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from media.config import Cloud, Settings
from media.records.catalog import Catalog
from proxy.dialects.cloudinary.signature import sign
from tests.conftest import MakeStage, Stage
from tests.media.records.test_catalog import asset
from tests.pictures import opened, photo
from tests.proxy.cloudinary.api.conftest import ROOT, Api
from tests.signing import signed


def pages(api: Api, path: str, part: str = "resources", **fields: str) -> Iterator[list[Any]]:
    cursor = ""
    while True:
        page = api.admin("GET", path, **fields, **({"next_cursor": cursor} if cursor else {}))
        yield page[part]
        cursor = page.get("next_cursor", "")
        if not cursor:
            return


def names(rows: list[Any]) -> list[str]:
    return [row["public_id"] for row in rows]


@pytest.fixture
def shelf(stage: Stage, api: Api) -> Api:
    """Seven assets in the catalog, without bytes."""
    catalog = Catalog(stage.store)
    for number in range(5):
        context = {"n": str(number % 2)}
        catalog.save(asset(f"shop/{number}", tags=("all", f"odd{number % 2}"), context=context, asset_folder="shop"))
    catalog.save(asset("other", type="private"))
    catalog.save(asset("notes", resource_type="raw", asset_folder="shop"))
    return api


LISTS: list[tuple[str, dict[str, str], list[str]]] = [
    ("resources/image", {}, ["other", *(f"shop/{number}" for number in range(5))]),
    ("resources/image/upload", {"prefix": "shop/"}, [f"shop/{number}" for number in range(5)]),
    ("resources/image/upload", {"prefix": "nothing"}, []),
    ("resources/image/private", {}, ["other"]),
    ("resources/image/tags/odd1", {}, ["shop/1", "shop/3"]),
    ("resources/image/context", {"key": "n", "value": "0"}, ["shop/0", "shop/2", "shop/4"]),
    ("resources/image/context", {"key": "n"}, [f"shop/{number}" for number in range(5)]),
    ("resources/by_asset_folder", {"asset_folder": "shop"}, [*(f"shop/{number}" for number in range(5)), "notes"]),
    ("resources/search", {"expression": "tags=odd1 AND context.n:1"}, ["shop/1", "shop/3"]),
    ("resources/search", {"expression": "public_id:shop/* -tags:odd1 bytes>10"}, ["shop/0", "shop/2", "shop/4"]),
    ("resources/search", {"expression": "resource_type:raw"}, ["notes"]),
]


@pytest.mark.parametrize(("path", "fields", "expected"), LISTS)
def test_lists_page_by_page(shelf: Api, path: str, fields: dict[str, str], expected: list[str]) -> None:
    found = list(pages(shelf, path, max_results="2", **fields))
    assert all(len(page) <= 2 for page in found)
    assert sorted(names([row for page in found for row in page])) == sorted(expected)


def test_rows_carry_what_is_asked_for(shelf: Api) -> None:
    plain = shelf.admin("GET", "resources/image/upload", prefix="shop/1")["resources"][0]
    assert "tags" not in plain
    assert "context" not in plain
    full = shelf.admin("GET", "resources/image/upload", prefix="shop/1", tags="true", context="true")["resources"][0]
    assert (full["tags"], full["context"]) == (["all", "odd1"], {"custom": {"n": "1"}})
    few = shelf.admin("GET", "resources/image/upload", prefix="shop/1", fields="bytes")["resources"][0]
    assert set(few) == {"asset_id", "public_id", "bytes"}


def test_named_assets_and_tags_are_listed(shelf: Api) -> None:
    rows = shelf.ask("GET", "resources/image/upload", **{"public_ids[]": ["shop/1", "nope", "shop/2"]}).json()
    assert names(rows["resources"]) == ["shop/1", "shop/2"]
    ids = [row["asset_id"] for row in rows["resources"]]
    again = shelf.ask("GET", "resources/by_asset_ids", **{"asset_ids[]": ids}).json()
    assert names(again["resources"]) == ["shop/1", "shop/2"]
    assert shelf.admin("GET", f"resources/{ids[0]}")["public_id"] == "shop/1"
    assert [tag for page in pages(shelf, "tags/image", "tags", max_results="2") for tag in page] == [
        "all",
        "odd0",
        "odd1",
    ]
    assert shelf.admin("GET", "tags/image", prefix="odd")["tags"] == ["odd0", "odd1"]
    assert shelf.admin("GET", "usage")["resources_by_type"] == {"image": 6, "raw": 1, "video": 0}
    assert shelf.admin("GET", "resources")["resource_types"] == ["image", "raw", "video"]


def test_an_update_says_what_an_asset_is(stage: Stage, api: Api) -> None:
    stage.upload(photo(), "a b/shoe", moderation="manual")
    assert names(api.admin("GET", "resources/image/moderations/manual/pending")["resources"]) == ["a b/shoe"]
    found = api.admin(
        "POST", "resources/image/upload/a%20b/shoe", tags="x,y", context={"alt": "A"}, display_name="Shoe",
        moderation_status="approved", access_control=[{"access_type": "anonymous"}], asset_folder="new",
    )  # fmt: skip
    assert (found["tags"], found["context"]["custom"], found["display_name"]) == (["x", "y"], {"alt": "A"}, "Shoe")
    assert found["moderation"] == [{"kind": "manual", "status": "approved"}]
    assert api.admin("GET", "resources/image/moderations/manual/pending")["resources"] == []


def test_what_was_derived_is_listed_and_can_be_taken_away(stage: Stage, api: Api) -> None:
    stage.upload(photo(), "shoe")
    for chain in ("w_10", "w_20", "c_fill,h_9,w_9"):
        assert stage.client.get(f"/demo/image/upload/{chain}/shoe.png").status_code == 200
    found = list(pages(api, "resources/image/upload/shoe", "derived", max_results="2"))
    rows = [row for page in found for row in page]
    assert [len(page) for page in found] == [2, 1]
    assert {row["transformation"] for row in rows} == {"w_10", "w_20", "c_fill,h_9,w_9"}
    stage.upload(photo(), "twin")
    assert api.admin("GET", "resources/image/upload/twin")["derived"] == []
    first, *others = rows
    assert stage.client.get(first["url"]).headers["content-length"] == str(first["bytes"])
    assert (
        api.admin("DELETE", "derived_resources", derived_resource_ids=[first["id"]])["deleted"][first["id"]]
        == "deleted"
    )
    assert len(api.admin("GET", "resources/image/upload/shoe")["derived"]) == 2
    fields = {"public_ids": ["shoe"], "keep_original": True, "transformations": others[0]["transformation"]}
    counted = api.admin("DELETE", "resources/image/upload", **fields)["deleted_counts"]
    assert counted == {"shoe": {"original": 0, "derived": 1}}
    assert stage.client.get("/demo/image/upload/shoe").status_code == 200


DELETIONS: list[tuple[str, dict[str, Any], list[str]]] = [
    ("resources/image/upload", {"public_ids": ["shop/1", "nope"]}, ["shop/0", "shop/2", "shop/3", "shop/4"]),
    ("resources/image/upload", {"prefix": "shop/"}, []),
    ("resources/image/upload", {"all": True}, []),
    ("resources/image/tags/odd1", {}, ["shop/0", "shop/2", "shop/4"]),
]


@pytest.mark.parametrize(("path", "fields", "left"), DELETIONS)
def test_deletions(shelf: Api, path: str, fields: dict[str, Any], left: list[str]) -> None:
    answer = shelf.admin("DELETE", path, **fields)
    assert not answer["partial"]
    assert answer["deleted"].get("nope", "not_found") == "not_found"
    assert names(shelf.admin("GET", "resources/image/upload")["resources"]) == left
    assert names(shelf.admin("GET", "resources/image/private")["resources"]) == ["other"]


def test_a_large_deletion_goes_on_with_its_cursor(stage: Stage, api: Api) -> None:
    catalog = Catalog(stage.store)
    for number in range(1200):
        catalog.save(asset(f"{number:04}", asset_id=f"{number:032}"))
    answer = api.admin("DELETE", "resources/image/upload", all=True)
    assert (len(answer["deleted"]), answer["partial"]) == (1000, True)
    rest = api.admin("DELETE", "resources/image/upload", all=True, next_cursor=answer["next_cursor"])
    assert (len(rest["deleted"]), rest["partial"]) == (200, False)
    assert stage.store.keys("catalog/") == []


def test_versions_are_kept_restored_downloaded_and_forgotten(stage: Stage, api: Api) -> None:
    first, second = photo(), photo(shade=9)
    stage.upload(first, "shoe", backup="true")
    stage.upload(second, "shoe", backup="true")
    found = api.admin("GET", "resources/image/upload/shoe", versions="true")
    old, new = found["versions"]
    assert (old["size"], new["size"]) == (len(first), len(second))
    assert api.admin("DELETE", "resources/image/upload", public_ids=["shoe"])["deleted"] == {"shoe": "deleted"}
    gone = api.admin("GET", "resources/image/upload/shoe")
    assert (gone["placeholder"], gone["bytes"]) == (True, 0)
    assert stage.client.get("/demo/image/upload/shoe").status_code == 404
    assert api.admin("POST", "resources/image/upload/restore", public_ids=["shoe"])["shoe"]["bytes"] == len(second)
    versions = {"public_ids": ["shoe", "nope"], "versions": [old["version_id"]]}
    both = api.admin("POST", "resources/image/upload/restore", **versions)
    assert both["shoe"]["bytes"] == len(first)
    assert both["nope"] == {"error": "no_backup"}
    assert stage.client.get("/demo/image/upload/shoe").content == first
    link = signed({"asset_id": found["asset_id"], "version_id": new["version_id"]})
    assert stage.client.get(f"{ROOT}/download_backup", params=link).content == second
    dropped = api.admin("DELETE", f"resources/backup/{found['asset_id']}", version_ids=[new["version_id"], "x"])
    assert dropped == {"deleted_version_ids": [new["version_id"]], "not_found": ["x"]}
    assert api.ask("GET", f"resources/{found['asset_id']}").json()["backup"] is True


def test_named_transformations_are_made_used_changed_and_dropped(stage: Stage, api: Api) -> None:
    stage.upload(photo(), "shoe")
    api.admin("POST", "transformations", name="small", transformation="c_scale,w_30")
    api.admin("POST", "transformations", name="grey", transformation="t_small/e_grayscale")
    assert stage.client.get("/demo/image/upload/t_grey/shoe").status_code == 200
    shown = api.admin("GET", "transformations", transformation="small")
    assert (shown["name"], shown["info"]) == ("t_small", [{"crop": "scale", "width": 30}])
    api.admin(
        "PUT", "transformations", transformation="t_small", unsafe_update="c_scale,w_31", allowed_for_strict=False
    )

    assert opened(stage.client.get("/demo/image/upload/t_small/shoe").content).width == 31
    eager: Any = stage.upload(photo(), "boot", eager="t_small")
    assert eager["eager"][0]["width"] == 31
    assert [row["name"] for row in api.admin("GET", "transformations", named="true")["transformations"]] == [
        "t_grey",
        "t_small",
    ]
    api.admin("PUT", "transformations", transformation="w_10,c_fill", allowed_for_strict=True)
    assert api.admin("GET", "transformations", transformation="c_fill,w_10")["allowed_for_strict"]
    api.admin("DELETE", "transformations", transformation="small")
    assert "Unknown transformation small" in stage.client.get("/demo/image/upload/t_small/shoe").headers["x-cld-error"]


def test_presets_are_made_used_changed_and_dropped(stage: Stage, api: Api) -> None:
    made = api.admin(
        "POST", "upload_presets", name="web", unsigned=True, tags="a,b", context="x=1|y=2", allowed_formats="jpg",
        transformation="c_limit,w_40", disallow_public_id=True, eager="w_10",
    )  # fmt: skip
    assert made["name"] == "web"
    settings = api.admin("GET", "upload_presets/web")["settings"]
    assert (settings["tags"], settings["context"]) == (["a", "b"], {"x": "1", "y": "2"})
    assert settings["transformation"] == [{"crop": "limit", "width": 40}]
    fields = {"upload_preset": "web", "context": "x=9|z=3", "tags": "mine"}
    answer = stage.client.post(f"{ROOT}/image/upload", data=fields, files={"file": photo()}).json()
    # The preset wins, context is joined pair by pair.
    assert (answer["width"], answer["tags"], len(answer["eager"])) == (40, ["a", "b"], 1)
    assert answer["context"]["custom"] == {"x": "1", "y": "2", "z": "3"}
    named = stage.client.post(f"{ROOT}/image/upload", data={**fields, "public_id": "x"}, files={"file": photo()})
    assert "public_id is not allowed" in named.json()["error"]["message"]
    mine: Any = stage.client.post(
        f"{ROOT}/image/upload", data=signed({"upload_preset": "web", "tags": "mine"}), files={"file": photo()}
    ).json()
    assert mine["tags"] == ["mine"]
    api.admin("PUT", "upload_presets/web", tags="c")
    assert api.admin("GET", "upload_presets/web")["settings"]["tags"] == ["c"]
    listed = [row["name"] for row in api.admin("GET", "upload_presets")["presets"]]
    assert listed == ["playground", "signed-only", "web"]
    api.admin("DELETE", "upload_presets/web")
    assert api.ask("GET", "upload_presets/web").status_code == 404


def test_folders_come_with_uploads_and_by_hand_and_move_with_what_is_in_them(stage: Stage, api: Api) -> None:
    stage.upload(photo(), "shop/new/shoe")
    api.admin("POST", "folders/empty/inside")
    assert [row["path"] for row in api.admin("GET", "folders")["folders"]] == ["empty", "shop"]
    assert [row["path"] for row in api.admin("GET", "folders/shop")["folders"]] == ["shop/new"]
    first = api.admin("GET", "folders", max_results="1")
    assert [row["name"] for row in api.admin("GET", "folders", next_cursor=first["next_cursor"])["folders"]] == ["shop"]
    api.admin("PUT", "folders/shop", to_folder="store")
    assert stage.client.get("/demo/image/upload/store/new/shoe").status_code == 200
    assert names(api.admin("GET", "resources/by_asset_folder", asset_folder="store/new")["resources"]) == [
        "store/new/shoe"
    ]
    assert api.admin("DELETE", "folders/empty")["deleted"] == ["empty", "empty/inside"]


def test_relations_hold_both_ways(stage: Stage, api: Api) -> None:
    one, two = stage.upload(photo(), "one"), stage.upload(photo(), "two")
    path = "resources/related_assets/image/upload/one"
    answer = api.admin("POST", path, assets_to_relate=["image/upload/two", "image/upload/nope"])
    assert [row["asset"] for row in answer["success"]] == ["image/upload/two"]
    assert answer["failed"][0]["status"] == 404
    assert api.admin("GET", "resources/image/upload/two", related="1")["related_assets"] == [one["asset_id"]]
    api.admin("DELETE", f"resources/related_assets/{one['asset_id']}", assets_to_unrelate=[two["asset_id"]])
    assert api.admin("GET", "resources/image/upload/two", related="1")["related_assets"] == []


def test_one_clouds_records_are_no_other_clouds(make_stage: MakeStage, settings: Settings) -> None:
    clouds = {**settings.clouds, "other": Cloud(keys={"demo-key": "demo-secret"})}
    with make_stage(clouds=clouds) as stage:
        api = Api(stage)
        answer = stage.upload(photo(), "shoe", backup="true")
        api.admin("POST", "transformations", name="small", transformation="w_9")
        for path in (f"resources/{answer['asset_id']}", "transformations/small", "resources/image/upload/shoe"):
            other = stage.client.get(f"/v1_1/other/{path}", auth=("demo-key", "demo-secret"))
            assert other.status_code == 404, path


def test_a_record_is_replaced_as_a_whole_by_the_next_upload(stage: Stage, api: Api) -> None:
    stage.upload(photo(), "shoe", tags="red", backup="true")
    answer = stage.upload(photo(shade=4), "shoe")
    assert answer["tags"] == []
    assert len(api.admin("GET", "resources/image/upload/shoe", versions="1")["versions"]) == 1


def test_a_strict_cloud_lets_through_what_the_admin_api_allows(make_stage: MakeStage, settings: Settings) -> None:
    strict = replace(settings.clouds["demo"], strict=True)
    with make_stage(clouds={"demo": strict}) as stage:
        api = Api(stage)
        stage.upload(photo(), "shoe")
        api.admin("POST", "transformations", name="small", transformation="c_scale,w_30")
        api.admin("PUT", "transformations", transformation="w_20,c_scale", allowed_for_strict=True)
        statuses = [
            stage.client.get(f"/demo/image/upload/{chain}/shoe").status_code
            for chain in ("t_small", "c_scale,w_20", "c_scale,w_21", "t_small/w_9", "t_unknown")
        ]
        assert statuses == [200, 200, 401, 401, 401]
        api.admin("PUT", "transformations", transformation="small", allowed_for_strict=False)
        assert stage.client.get("/demo/image/upload/t_small/shoe").status_code == 401


RULES = [
    ('{"access_type": "token"}', 401),
    ('{"access_type": "anonymous", "start": "2020-01-01T00:00:00Z"}', 200),
    ('{"access_type": "anonymous", "end": "2020-01-01T00:00:00Z"}', 401),
    ('[{"access_type": "token"}, {"access_type": "anonymous", "start": "2999-01-01T00:00:00Z"}]', 401),
]


@pytest.mark.parametrize(("rules", "status"), RULES)
def test_access_rules_hold_at_delivery(stage: Stage, rules: str, status: int) -> None:
    stage.upload(photo(), "shoe", access_control=rules)
    answer = stage.client.get("/demo/image/upload/c_scale,w_20/shoe")
    assert answer.status_code == status
    signed_url = f"/demo/image/upload/s--{sign('c_scale,w_20/shoe', 'demo-secret')}--/c_scale,w_20/shoe"
    assert stage.client.get(signed_url).status_code == 200
    assert "public" not in stage.client.get(signed_url).headers["cache-control"]
