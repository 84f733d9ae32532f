"""Uploadcare's Python SDK, unmodified: its three bases are our host."""

import hashlib
import hmac
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from pyuploadcare import File, Uploadcare
from pyuploadcare.api.addon_entities import AddonLabels, AddonRemoveBGExecutionParams
from pyuploadcare.exceptions import (
    AuthenticationError,
    InvalidRequestError,
    UploadError,
    WebhookIsNotUnique,
)

from tests.conftest import Server, running_server
from tests.pictures import photo
from tests.proxy.apis import Site
from tests.receiver import Receiver, listening

PUBLIC, SECRET = "demopublickey", "demo-project-secret"
PATIENCE_SECONDS = 60


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    permitted = {"CUTOUT_WEBHOOKS__ALLOW_PRIVATE": "true", "CUTOUT_ORIGIN__ALLOW_PRIVATE": "true"}
    with running_server(tmp_path_factory.mktemp("uploadcare"), **permitted) as running:
        yield running


def client_of(server: Server, **options: Any) -> Uploadcare:
    bases = {"api_base": f"{server.address}/", "upload_base": f"{server.address}/", "cdn_base": f"{server.address}/"}
    return Uploadcare(**{"public_key": PUBLIC, "secret_key": SECRET, **bases, **options})


@pytest.fixture(params=[True, False], ids=["signed uploads", "unsigned uploads"])
def client(server: Server, request: pytest.FixtureRequest) -> Uploadcare:
    return client_of(server, signed_uploads=request.param)


@pytest.fixture
def uploadcare(server: Server) -> Uploadcare:
    return client_of(server)


def upload(uploadcare: Uploadcare, path: Path, **fields: Any) -> File:
    with path.open("rb") as file:
        return uploadcare.upload(file, **fields)


def test_a_file_is_uploaded_and_described(client: Uploadcare, input_jpg: Path) -> None:
    file = upload(client, input_jpg, store=True, metadata={"pet": "cat"}, tags=["Red", "blue"])
    assert (file.is_stored, file.is_image, file.is_ready, file.is_removed) == (True, True, True, False)
    assert (file.filename, file.mime_type, file.size) == ("input.jpg", "image/jpeg", input_jpg.stat().st_size)
    image = file.info["content_info"]["image"]
    assert (image["width"], image["height"], image["format"]) == (200, 133, "JPEG")
    assert (file.info["metadata"], file.tags) == ({"pet": "cat"}, ["red", "blue"])
    assert abs((datetime.now(UTC) - file.datetime_uploaded).total_seconds()) < PATIENCE_SECONDS


def test_several_files_come_in_one_request(client: Uploadcare, tmp_path: Path) -> None:
    paths = [tmp_path / f"{number}.txt" for number in range(3)]
    for path in paths:
        path.write_text(path.name)
    with paths[0].open("rb") as first, paths[1].open("rb") as second, paths[2].open("rb") as third:
        files = client.upload_files([first, second, third])
    assert [file.filename for file in files] == ["0.txt", "1.txt", "2.txt"]


def test_a_large_file_comes_in_parts(server: Server, tmp_path: Path) -> None:
    """Of five mebibytes each, which the SDK sends one by one."""
    path = tmp_path / "large.bin"
    path.write_bytes(bytes(range(256)) * 41 * 1024)
    told = []
    uploadcare = client_of(server)
    assert path.stat().st_size > uploadcare.multipart_min_file_size
    file = upload(uploadcare, path, callback=told.append, metadata={"a": "1"})
    assert (file.size, file.filename, len(told)) == (path.stat().st_size, "large.bin", 3)
    file.update_info()
    assert file.info["metadata"] == {"a": "1"}


def test_an_address_is_uploaded_and_waited_for(client: Uploadcare, photographs: Site) -> None:
    url = photographs.url("/input.jpg")
    file = client.upload(url, metadata={"from": "far"})
    assert (file.is_image, file.filename) == (True, "input.jpg")
    later = client.upload_from_url(url, filename="cat.jpg")
    assert later.wait(timeout=PATIENCE_SECONDS).filename == "cat.jpg"
    saved = client.upload_from_url_sync(url, check_duplicates=True, save_duplicates=True)
    assert client.upload_from_url_sync(url, check_duplicates=True).uuid == saved.uuid


def test_an_address_that_has_nothing_is_an_upload_error(uploadcare: Uploadcare, photographs: Site) -> None:
    with pytest.raises(UploadError):
        uploadcare.upload(photographs.url("/none.jpg"))


def test_a_file_is_stored_copied_and_deleted(uploadcare: Uploadcare, input_jpg: Path) -> None:
    file = upload(uploadcare, input_jpg, store=False)
    assert not file.is_stored
    file.store()
    assert file.is_stored
    copied = file.create_local_copy(store=True)
    assert (copied.uuid != file.uuid, copied.is_stored, copied.size) == (True, True, file.size)
    small = file.create_local_copy(effects="resize/50x/", store=True)
    assert small.info["content_info"]["image"]["width"] == 50
    assert httpx.get(copied.cdn_url).content == input_jpg.read_bytes()
    file.delete()
    assert file.is_removed
    assert uploadcare.file(file.uuid).is_removed
    assert not copied.is_removed
    with pytest.raises(InvalidRequestError):
        uploadcare.file(str(file.uuid)).store()


def test_many_files_are_stored_and_deleted_in_chunks(server: Server, input_jpg: Path) -> None:
    uploadcare = client_of(server, batch_chunk_size=2)
    files = [upload(uploadcare, input_jpg, store=False) for _ in range(3)]
    uploadcare.store_files(files)
    assert all(uploadcare.file(str(file.uuid)).is_stored for file in files)
    uploadcare.delete_files(files)
    assert all(uploadcare.file(str(file.uuid)).is_removed for file in files)


def test_lists_follow_their_pages(uploadcare: Uploadcare, input_jpg: Path) -> None:
    made = [str(upload(uploadcare, input_jpg, store=True).uuid) for _ in range(3)]
    newest = [str(file.uuid) for file in uploadcare.list_files(ordering="-datetime_uploaded", request_limit=1, limit=3)]
    assert newest == made[::-1]
    start = uploadcare.file(made[1]).datetime_uploaded
    later = [str(file.uuid) for file in uploadcare.list_files(starting_point=start, request_limit=2)]
    assert later == made[1:]
    stored = uploadcare.list_files(stored=True, removed=False)
    assert set(made) <= {str(file.uuid) for file in stored}
    assert stored.count() >= 3


def test_files_are_searched(uploadcare: Uploadcare, input_jpg: Path) -> None:
    made = [upload(uploadcare, input_jpg, tags=["searched"], metadata={"number": str(number)}) for number in range(3)]
    request = {"tags": {"all": ["searched"]}, "is_image": True, "sort": ["-datetime_uploaded"]}
    found = [str(each.uuid) for each in uploadcare.iterate_search_files(request, request_limit=2)]
    assert found == [str(file.uuid) for file in made[::-1]]
    exact = uploadcare.search_files({"tags": {"any": ["searched"]}, "exact": {"metadata": {"number": ["1"]}}})
    assert [str(each.uuid) for each in exact.results] == [str(made[1].uuid)]


def test_metadata_and_tags_are_edited(uploadcare: Uploadcare, input_jpg: Path) -> None:
    file = upload(uploadcare, input_jpg)
    api = uploadcare.metadata_api
    assert api.update_or_create_key(file.uuid, "pet", "cat") == "cat"
    assert (api.get_key(file.uuid, "pet"), api.get_all_metadata(file.uuid)) == ("cat", {"pet": "cat"})
    api.delete_key(file.uuid, "pet")
    assert api.get_all_metadata(file.uuid) == {}
    assert uploadcare.tags_api.set(file.uuid, ["a", "b"]).added == ["a", "b"]
    changed = uploadcare.tags_api.update(file.uuid, add=["c"], delete=["a"])
    assert (changed.tags, changed.added, changed.deleted) == (["b", "c"], ["c"], ["a"])
    assert uploadcare.tags_api.get(file.uuid) == ["b", "c"]


def test_groups_are_made_listed_and_deleted(client: Uploadcare, input_jpg: Path) -> None:
    files = [upload(client, input_jpg) for _ in range(2)]
    group = client.create_file_group(files)
    assert [file.uuid for file in group] == [file.uuid for file in files]
    assert group.info["files_count"] == len(group) == 2
    assert group.id in {each.id for each in client.list_file_groups(limit=50)}
    group.delete()
    with pytest.raises(InvalidRequestError):
        client.file_group(group.id).update_info()


def test_the_project_is_told(uploadcare: Uploadcare) -> None:
    info = uploadcare.get_project_info()
    assert (info.pub_key, info.name, info.autostore_enabled) == (PUBLIC, "demo", True)


def test_who_has_no_secret_is_refused(server: Server) -> None:
    with pytest.raises(AuthenticationError):
        client_of(server, secret_key="another").get_project_info()


def removed(uploadcare: Uploadcare, file: File, params: Any) -> File:
    """The add-on executed, polled and its result."""
    request = uploadcare.addons_api.execute(file.uuid, AddonLabels.REMOVE_BG, params)
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        status = uploadcare.addons_api.status(request.request_id, AddonLabels.REMOVE_BG)
        if status.status == "done" and status.result:
            return uploadcare.file(status.result["file_id"])
        assert status.status == "in_progress"
        time.sleep(0.2)
    raise AssertionError("the add-on does not end")


@pytest.mark.parametrize(
    "params",
    [None, {"crop": True, "bg_color": "81d4fa77"}, AddonRemoveBGExecutionParams(crop=True, type_level="1")],
    ids=["no parameters", "a dictionary", "the SDK's own class"],
)
def test_a_background_is_removed_polled_and_told(uploadcare: Uploadcare, input_jpg: Path, params: Any) -> None:
    file = upload(uploadcare, input_jpg)
    result = removed(uploadcare, file, params)
    assert (result.is_image, result.mime_type, result.filename) == (True, "image/png", "input.png")
    assert result.info["content_info"]["image"]["color_mode"] == "RGBA"
    file.update_info(include_appdata=True)
    told = file.info["appdata"]["remove_bg"]
    assert told["version"] == "1.0"
    assert (told["data"]["foreground_type"] is not None) == isinstance(params, AddonRemoveBGExecutionParams)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with listening() as made:
        yield made


def awaited(receiver: Receiver, event: str) -> tuple[dict[str, Any], Any]:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        for each in list(receiver.received):
            if each.document["hook"]["event"] == event:
                return each.document, each
        time.sleep(0.05)
    raise AssertionError(f"no {event}")


def test_a_webhook_is_received_and_verified(uploadcare: Uploadcare, receiver: Receiver, input_jpg: Path) -> None:
    hook = uploadcare.create_webhook(receiver.url, event="file.uploaded", signing_secret="s3cret")
    try:
        with pytest.raises(WebhookIsNotUnique):
            uploadcare.create_webhook(receiver.url, event="file.uploaded")
        assert hook.id in {each.id for each in uploadcare.list_webhooks()}
        file = upload(uploadcare, input_jpg)
        document, notification = awaited(receiver, "file.uploaded")
        assert document["data"]["uuid"] == str(file.uuid)
        proof = hmac.new(b"s3cret", notification.body, hashlib.sha256).hexdigest()
        assert notification.headers["x-uc-signature"] == f"v1={proof}"
        assert uploadcare.update_webhook(hook, is_active=False).is_active is False
    finally:
        uploadcare.delete_webhook(hook)
    assert hook.id not in {each.id for each in uploadcare.list_webhooks()}


def test_one_photograph_through_other_apis_and_this_one_runs_the_network_once(
    server: Server, uploadcare: Uploadcare, tmp_path: Path
) -> None:
    body = photo(180, 120, shade=7)
    path = tmp_path / "own.jpg"
    path.write_bytes(body)
    before = _inferences(server)
    answer = httpx.post(
        f"{server.address}/v1.0/removebg", headers={"X-Api-Key": "demo-token"}, files={"image_file": body}, timeout=60
    )
    assert answer.status_code in (200, 400), "a gradient may show nothing"
    request = uploadcare.addons_api.execute(upload(uploadcare, path).uuid, AddonLabels.REMOVE_BG, {})
    deadline = time.monotonic() + PATIENCE_SECONDS
    while uploadcare.addons_api.status(request.request_id, AddonLabels.REMOVE_BG).status == "in_progress":
        assert time.monotonic() < deadline
        time.sleep(0.2)
    assert _inferences(server) == before + 1


def _inferences(server: Server) -> float:
    lines = httpx.get(f"{server.address}/metrics").text.splitlines()
    return next(float(line.split()[-1]) for line in lines if line.startswith("cutout_inferences_total"))


def test_conversions_are_refused_by_name(uploadcare: Uploadcare, input_jpg: Path) -> None:
    file = upload(uploadcare, input_jpg)
    response = uploadcare.document_convert_api.convert([f"{file.uuid}/document/-/format/pdf/"])
    assert list((response.problems or {}).values()) == ["This server converts no documents."]
    assert uploadcare.document_convert_api.retrieve(file.uuid).format.conversion_formats == []
