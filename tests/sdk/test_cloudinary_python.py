"""The official Cloudinary SDK for Python, unmodified but for the host, against a running server."""

import base64
import io
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cloudinary
import cloudinary.api
import cloudinary.uploader
import cloudinary.utils
import httpx
import pytest
from cloudinary import Search

from tests.conftest import Server, running_server
from tests.pictures import opened, photo
from tests.receiver import Receiver, listening
from tests.sdk.shelf import stock

upload = cloudinary.uploader.upload
api = cloudinary.api


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One whose receivers and origins may be on this machine."""
    permitted = {"CUTOUT_WEBHOOKS__ALLOW_PRIVATE": "true", "CUTOUT_ORIGIN__ALLOW_PRIVATE": "true"}
    with running_server(tmp_path_factory.mktemp("sdk"), **permitted) as running:
        yield running


@pytest.fixture(autouse=True)
def configured(server: Server) -> Iterator[None]:
    host = server.address.removeprefix("http://")
    cloudinary.config(
        cloud_name="demo", api_key="demo-key", api_secret="demo-secret", upload_prefix=server.address,
        secure=False, cname=host, private_cdn=False,
    )  # fmt: skip
    yield
    cloudinary.reset_config()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with listening() as found:
        yield found


def get(url: str) -> httpx.Response:
    for _ in range(100):
        answer = httpx.get(url, timeout=30)
        if answer.status_code != 423:
            return answer
        time.sleep(0.2)
    raise AssertionError(f"{url} stayed pending")


def verified(told: Any) -> bool:
    """As the SDK tells its users to check a webhook."""
    headers = told.headers
    return bool(
        cloudinary.utils.verify_notification_signature(
            told.body.decode(), int(headers["x-cld-timestamp"]), headers["x-cld-signature"]
        )
    )


# --- uploads ---------------------------------------------------------------------------------------------------


def test_a_file_is_uploaded_and_its_url_delivers_it(tmp_path: Path) -> None:
    file = tmp_path / "shoe.jpg"
    file.write_bytes(photo())
    asset = upload(str(file), public_id="sdk/shoe", tags=["a", "b"], context={"alt": "a|shoe"})
    assert (asset["public_id"], asset["tags"], asset["width"]) == ("sdk/shoe", ["a", "b"], 96)
    assert asset["context"]["custom"] == {"alt": "a|shoe"}
    url, _ = cloudinary.utils.cloudinary_url("sdk/shoe", format="jpg", version=asset["version"])
    assert get(url).content == photo()
    assert upload(url, public_id="sdk/far")["etag"] == asset["etag"]


def test_a_signed_url_with_background_removal_is_delivered() -> None:
    upload(io.BytesIO(photo(shade=70)), public_id="sdk/cut")
    url, _ = cloudinary.utils.cloudinary_url(
        "sdk/cut", sign_url=True, format="png",
        transformation=[{"effect": "background_removal:fineedges_y"}, {"width": 40, "height": 30, "crop": "pad"}],
    )  # fmt: skip
    picture = opened(get(url).content)
    assert (picture.width, picture.height, picture.bands) == (40, 30, 4)
    forged = url.replace("w_40", "w_41")
    assert get(forged).status_code == 401


def test_a_data_uri_and_an_unsigned_preset() -> None:
    inline = "data:image/png;base64," + base64.b64encode(photo(4, 4, "png")).decode()
    assert upload(inline, public_id="sdk/inline")["width"] == 4
    unsigned = cloudinary.uploader.unsigned_upload(io.BytesIO(photo()), "playground")
    assert unsigned["public_id"].startswith("playground/")


def test_a_large_file_comes_in_pieces() -> None:
    body = photo(300, 300, "png")
    for resource_type in ("image", "raw"):
        asset = cloudinary.uploader.upload_large(
            io.BytesIO(body), public_id="sdk/large", resource_type=resource_type, chunk_size=len(body) // 3
        )
        assert (asset["bytes"], asset["public_id"], asset["resource_type"]) == (len(body), "sdk/large", resource_type)


def test_eager_transformations_are_described() -> None:
    eager = [{"effect": "background_removal"}, {"width": 50, "crop": "scale", "format": "webp"}]
    asset = upload(io.BytesIO(photo(shade=71)), public_id="sdk/eager", eager=eager)
    assert [row["format"] for row in asset["eager"]] == ["png", "webp"]
    assert all(get(row["secure_url"]).status_code == 200 for row in asset["eager"])


def test_asynchronous_eager_transformations_end_in_a_verified_webhook(receiver: Receiver) -> None:
    asset = upload(
        io.BytesIO(photo(shade=72)), public_id="sdk/batch", eager=[{"effect": "background_removal"}, {"width": 30}],
        eager_async=True, eager_notification_url=receiver.url, notification_url=receiver.url,
    )  # fmt: skip
    assert [row["status"] for row in asset["eager"]] == ["processing", "processing"]
    told = receiver.wait("eager")
    assert verified(told)
    assert (told.document["batch_id"], told.document["public_id"]) == (asset["batch_id"], "sdk/batch")
    assert all(httpx.get(row["url"]).status_code == 200 for row in told.document["eager"])
    assert verified(receiver.wait("upload"))


# --- edits -----------------------------------------------------------------------------------------------------


def test_an_asset_is_edited_renamed_and_destroyed() -> None:
    upload(io.BytesIO(photo()), public_id="sdk/edit", tags="old")
    explicit = cloudinary.uploader.explicit("sdk/edit", type="upload", eager=[{"width": 20}], context={"a": "1"})
    assert (explicit["eager"][0]["width"], explicit["context"]["custom"]) == (20, {"a": "1"})
    assert cloudinary.uploader.add_tag("new", ["sdk/edit"])["public_ids"] == ["sdk/edit"]
    cloudinary.uploader.remove_tag("old", ["sdk/edit"])
    cloudinary.uploader.add_context({"b": "2"}, ["sdk/edit"])
    cloudinary.uploader.update_metadata({"m": "x"}, ["sdk/edit"])
    renamed = cloudinary.uploader.rename("sdk/edit", "sdk/edited")
    assert (renamed["tags"], renamed["metadata"]) == (["new"], {"m": "x"})
    with pytest.raises(cloudinary.exceptions.NotFound, match="sdk/edit"):
        cloudinary.uploader.rename("sdk/edit", "sdk/x")
    cloudinary.uploader.replace_tag("only", ["sdk/edited"])
    assert api.resource("sdk/edited")["tags"] == ["only"]
    assert cloudinary.uploader.destroy("sdk/edited")["result"] == "ok"
    assert cloudinary.uploader.destroy("sdk/edited")["result"] == "not found"
    with pytest.raises(cloudinary.exceptions.NotFound):
        api.resource("sdk/edited")


# --- administration --------------------------------------------------------------------------------------------


def test_2500_assets_are_listed_with_cursors(server: Server) -> None:
    stock(server.data, "many", 2500)
    found: list[str] = []
    cursor = None
    while True:
        page = api.resources(type="upload", prefix="many/", max_results=500, next_cursor=cursor, tags=True)
        assert page.rate_limit_remaining < page.rate_limit_allowed
        found += [row["public_id"] for row in page["resources"]]
        cursor = page.get("next_cursor")
        if not cursor:
            break
    assert found == [f"many/{number:05}" for number in range(2500)]
    assert len(api.resources_by_tag("stock", max_results=500)["resources"]) == 500
    assert len(Search().expression("tags=stock AND bytes>1").max_results(30).execute()["resources"]) == 30


def test_an_update_removes_the_background_and_a_restore_brings_it_back(receiver: Receiver) -> None:
    body = photo(shade=73)
    upload(io.BytesIO(body), public_id="sdk/removal")
    pending = api.update("sdk/removal", background_removal="cloudinary_ai", notification_url=receiver.url)
    assert pending["info"]["background_removal"]["cloudinary_ai"]["status"] == "pending"
    told = receiver.wait("info")
    assert verified(told)
    found = api.resource("sdk/removal", versions=True)
    done = found["info"]["background_removal"]["cloudinary_ai"]
    assert done["data"]["confidence_score"] == told.document["info_data"]["confidence_score"]
    assert (found["format"], found["url"]) == ("png", told.document["url"])
    before = found["versions"][0]
    restored = api.restore(["sdk/removal"], versions=[before["version_id"]])
    assert restored["sdk/removal"]["format"] == "jpg"
    assert get(restored["sdk/removal"]["url"]).content == body
    backup = cloudinary.utils.download_backedup_asset(found["asset_id"], found["versions"][1]["version_id"])
    assert opened(get(backup).content).hasalpha()


def test_a_deleted_asset_with_a_backup_is_a_placeholder_until_it_is_restored() -> None:
    size = upload(io.BytesIO(photo(shade=5)), public_id="sdk/backup", backup=True)["bytes"]
    api.delete_resources(["sdk/backup"])
    gone = api.resource("sdk/backup")
    assert (gone["bytes"], gone["placeholder"]) == (0, True)
    assert api.restore(["sdk/backup"])["sdk/backup"]["bytes"] == size
    assert api.resource("sdk/backup")["bytes"] == size


def test_presets_transformations_folders_and_triggers_live_their_lives() -> None:
    assert api.ping()["status"] == "ok"
    api.create_upload_preset(name="sdk-preset", unsigned=True, folder="sdk-folder", tags=["p"])
    assert api.upload_preset("sdk-preset")["settings"]["tags"] == ["p"]
    made = cloudinary.uploader.unsigned_upload(io.BytesIO(photo(shade=8)), "sdk-preset")
    assert (made["asset_folder"], made["tags"]) == ("sdk-folder", ["p"])
    api.update_upload_preset("sdk-preset", tags=["q"], unsigned=True)
    assert any(row["name"] == "sdk-preset" for row in api.upload_presets()["presets"])
    api.delete_upload_preset("sdk-preset")
    with pytest.raises(cloudinary.exceptions.NotFound):
        api.upload_preset("sdk-preset")

    api.create_transformation("sdk-small", {"width": 25, "crop": "scale"})
    with pytest.raises(cloudinary.exceptions.AlreadyExists):
        api.create_transformation("sdk-small", {"width": 25})
    url, _ = cloudinary.utils.cloudinary_url(made["public_id"], transformation="sdk-small", format="png")
    assert opened(get(url).content).width == 25
    assert api.transformation("sdk-small")["info"] == [{"crop": "scale", "width": 25}]
    derived = api.resource(made["public_id"])["derived"]
    assert [row["transformation"] for row in derived] == ["t_sdk-small"]
    api.delete_derived_resources([derived[0]["id"]])
    api.delete_transformation("sdk-small")

    assert "sdk-folder" in [row["path"] for row in api.root_folders()["folders"]]
    trigger = api.create_trigger("https://example.com/hook", "upload")
    assert api.triggers()["triggers"][0]["id"] == trigger["id"]
    api.delete_trigger(trigger["id"])
    assert api.delete_resources_by_prefix("sdk-folder/")["deleted"] == {made["public_id"]: "deleted"}
    api.delete_folder("sdk-folder")


def test_private_files_and_archives_are_downloaded_by_signed_links() -> None:
    body = photo(shade=6)
    upload(io.BytesIO(body), public_id="sdk/private", type="private", tags="packed")
    assert get(cloudinary.utils.private_download_url("sdk/private", "jpg", type="private")).content == body
    archive = get(cloudinary.utils.download_zip_url(tags="packed", type="private"))
    assert zipfile.ZipFile(io.BytesIO(archive.content)).namelist() == ["sdk/private.jpg"]
    stored = cloudinary.uploader.create_zip(tags="packed", type="private", target_public_id="sdk/packed")
    assert (stored["resource_type"], stored["file_count"]) == ("raw", 1)


def test_errors_arrive_as_the_sdks_own() -> None:
    with pytest.raises(cloudinary.exceptions.Error, match="Invalid width"):
        upload(io.BytesIO(photo()), eager=[{"raw_transformation": "w_abc"}])
    with pytest.raises(cloudinary.exceptions.AuthorizationRequired, match="Invalid Signature"):
        upload(io.BytesIO(photo()), api_secret="wrong")
    with pytest.raises(cloudinary.exceptions.BadRequest, match="Illegal value"):
        api.update("sdk/shoe", ocr="illegal")
    with pytest.raises(cloudinary.exceptions.AuthorizationRequired):
        api.ping(api_secret="wrong")
