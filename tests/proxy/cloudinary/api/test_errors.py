"""Every documented error of the APIs: status, the sentence in JSON, the same sentence in a header."""

from typing import Any
from urllib.parse import unquote

import pytest

from proxy.dialects.cloudinary.settings import Cloudinary
from tests.conftest import MakeStage, Stage
from tests.pictures import photo
from tests.proxy.cloudinary.api.conftest import Api

#: Every term would be a file in the store, every folder a record.
MANY = ",".join(f"t{number}" for number in range(1001))

UPLOADS = [
    ("image/explicit", {"public_id": "nope"}, 404, "Resource not found - nope"),
    ("image/explicit", {}, 400, "Missing required parameter - public_id"),
    ("image/explicit", {"public_id": "shoe", "eager": "w_abc"}, 400, "Invalid width"),
    ("image/explicit", {"public_id": "shoe", "type": "fetch"}, 400, "Invalid type fetch"),
    ("image/explicit", {"public_id": "shoe", "custom_coordinates": "1,2"}, 400, "Invalid coordinates 1,2"),
    ("image/explicit", {"public_id": "shoe", "access_control": "{"}, 400, "Invalid JSON in parameter access_control"),
    ("image/explicit", {"public_id": "shoe", "background_removal": "pixelz"}, 400, "is invalid"),
    ("image/rename", {"from_public_id": "nope", "to_public_id": "x"}, 404, "Resource not found - nope"),
    ("image/rename", {"from_public_id": "shoe", "to_public_id": "boot"}, 400, "to_public_id boot already exists"),
    ("image/rename", {"from_public_id": "shoe", "to_public_id": "../x"}, 400, "public_id ('../x') is invalid"),
    ("image/destroy", {}, 400, "Missing required parameter - public_id"),
    ("image/tags", {"command": "paint", "public_ids": ["shoe"], "tag": "x"}, 400, "Invalid command paint"),
    ("image/tags", {"command": "add", "public_ids": ["shoe"]}, 400, "Missing required parameter - tag"),
    ("image/tags", {"command": "add", "tag": "x"}, 400, "Missing required parameter - public_ids"),
    ("image/tags", {"command": "add", "tag": MANY, "public_ids": ["shoe"]}, 400, "Too many values for tags"),
    ("image/context", {"command": "paint", "public_ids": ["shoe"]}, 400, "Invalid command paint"),
    ("image/context", {"command": "add", "context": f"a={'x' * 1025}", "public_ids": ["shoe"]}, 400, "for context"),
    ("image/metadata", {"metadata": f"a={'x' * 1025}", "public_ids": ["shoe"]}, 400, "Invalid value for metadata"),
    ("image/metadata", {"public_ids": ["shoe"]}, 400, "Missing required parameter - metadata"),
    ("image/text", {"text": "hi"}, 400, "text is not offered here"),
    ("image/generate_archive", {"tags": "nothing"}, 404, "No resources match"),
    ("image/generate_archive", {"public_ids": ["nope"]}, 404, "Resource not found - nope"),
    ("image/generate_archive", {"target_format": "rar"}, 400, "Invalid target_format rar"),
    ("sound/destroy", {"public_id": "x"}, 404, "Invalid resource type sound"),
    ("delete_by_token", {"token": "x.y"}, 401, "Invalid delete token"),
]

FILES = [
    ({"tags": MANY}, 400, "Too many values for tags: an asset has at most 1000, got 1001"),
    ({"tags": "x" * 256}, 400, "Invalid value for tags: at most 255 characters"),
    ({"context": "|".join(f"k{number}=v" for number in range(1001))}, 400, "Too many values for context"),
    ({"context": f"alt={'x' * 1025}"}, 400, "Invalid value for context: at most 1024 characters"),
    ({"context": f"{'x' * 256}=alt"}, 400, "Invalid value for context: at most 255 characters"),
    ({"metadata": f"sizes=[{MANY.replace('t', '')}]"}, 400, "Too many values for metadata"),
    ({"metadata": f"size={'x' * 1025}"}, 400, "Invalid value for metadata"),
    ({"metadata": "size=[[[]]]"}, 400, "expected a list of texts or numbers"),
    ({"asset_folder": "/".join("a" * 200)}, 400, "Invalid value for asset_folder: at most 255 characters"),
    ({"display_name": "x" * 256}, 400, "Invalid value for display_name"),
    ({"face_coordinates": "|".join(["1,2,3,4"] * 1001)}, 400, "Too many values for faces"),
    ({"access_control": '{"access_type": "token", "x": [[[]]]}'}, 400, "Invalid access_control"),
    ({"allowed_formats": "png,webp"}, 400, "Image file format jpg not allowed"),
    ({"eager": "|".join(["w_10"] * 101)}, 400, "Too many eager transformations"),
    ({"transformation": "w_abc"}, 400, "Invalid width"),
    ({"format": "docx"}, 400, "Invalid format docx"),
    ({"ocr": "adv_ocr"}, 400, "Illegal value adv_ocr for ocr"),
    ({"categorization": "google_tagging"}, 400, "is invalid here"),
    ({"auto_tagging": "0.5"}, 400, "auto_tagging"),
    ({"eval": "x"}, 400, "never run"),
    ({"moderation": "webpurify"}, 400, "Illegal value webpurify for moderation"),
    ({"background_removal": "illegal"}, 400, "Background removal is invalid"),
    ({"background_removal": "cloudinary_ai:unicorn"}, 400, "unicorn"),
    ({"responsive_breakpoints": "{"}, 400, "responsive_breakpoints"),
    ({"responsive_breakpoints": '{"max_images": 999}'}, 400, "1..50 images"),
    ({"type": "fetch"}, 400, "Invalid type fetch"),
    ({"headers": "Set-Cookie: a=b"}, 400, "Invalid headers"),
]

ADMIN = [
    ("GET", "resources/image/upload/nope", {}, 404, "Resource not found - nope"),
    ("GET", "streaming_profiles", {}, 404, "There is no call GET /streaming_profiles here"),
    ("PUT", "ping", {}, 404, "There is no call PUT /ping here"),
    ("GET", "resources/0000", {}, 404, "Resource not found - 0000"),
    ("GET", "resources/image", {"max_results": "900"}, 400, "Invalid value 900 for parameter max_results"),
    ("GET", "resources/image/upload", {"next_cursor": "%%%"}, 400, "next_cursor"),
    ("GET", "resources/image/upload", {"start_at": "noon"}, 400, "Invalid value noon for parameter start_at"),
    ("GET", "resources/sound/tags/x", {}, 404, "Invalid resource type sound"),
    ("GET", "resources/image/context", {}, 400, "Missing required parameter - key"),
    ("POST", "resources/image/upload/nope", {"tags": "x"}, 404, "Resource not found - nope"),
    ("POST", "resources/image/upload/shoe", {"tags": MANY}, 400, "Too many values for tags"),
    ("POST", "resources/image/upload/shoe", {"ocr": "illegal"}, 400, "Illegal value illegal for ocr"),
    ("POST", "resources/image/upload/shoe", {"background_removal": "illegal"}, 400, "Illegal value illegal"),
    ("POST", "resources/image/upload/shoe", {"moderation_status": "meh"}, 400, "Illegal value meh"),
    ("DELETE", "resources/image/upload", {}, 400, "Missing required parameter"),
    ("DELETE", "derived_resources", {}, 400, "Missing required parameter - derived_resource_ids"),
    ("DELETE", "derived_resources", {"derived_resource_ids": ["x"]}, 404, "Resource not found - x"),
    ("DELETE", "resources/backup/0000", {"version_ids": ["x"]}, 404, "Resource not found - 0000"),
    ("GET", "transformations/nope", {}, 404, "Can't find transformation nope"),
    ("POST", "transformations", {"name": "a/b", "transformation": "w_1"}, 400, "Invalid transformation name"),
    ("POST", "transformations", {"name": "a", "transformation": "w_abc"}, 400, "Invalid width"),
    ("POST", "transformations", {"name": "taken", "transformation": "w_10"}, 409, "already exists"),
    ("PUT", "transformations", {"transformation": "nope", "allowed_for_strict": True}, 404, "Can't find"),
    ("GET", "upload_presets/nope", {}, 404, "Can't find upload preset with name nope"),
    ("POST", "upload_presets", {"name": "playground"}, 409, "already exists"),
    ("PUT", "upload_presets/playground", {"tags": "x"}, 403, "configuration file"),
    ("GET", "folders/nope", {}, 404, "Can't find folder with path nope"),
    ("DELETE", "folders/nope", {}, 404, "Can't find folder with path nope"),
    ("DELETE", "folders/full", {}, 400, "Folder full is not empty"),
    (
        "POST",
        "triggers",
        {"uri": "http://169.254.169.254/", "event_type": "everything"},
        400,
        "Illegal value everything",
    ),
    ("POST", "triggers", {"uri": "ftp://x", "event_type": "upload"}, 400, "http://"),
    ("DELETE", "triggers/nope", {}, 404, "Can't find trigger"),
    ("POST", "resources/search", {"expression": "color:red"}, 400, "Invalid search expression"),
    ("POST", "resources/search", {"sort_by": [{"bytes": "desc"}]}, 400, "Invalid sort_by"),
]


def says(answer: Any, status: int, message: str) -> None:
    assert answer.status_code == status, answer.text
    assert message in answer.json()["error"]["message"]
    assert unquote(answer.headers["x-cld-error"]) == answer.json()["error"]["message"]


@pytest.fixture
def filled(api: Api, stage: Stage) -> Api:
    for name in ("shoe", "boot", "full/one"):
        stage.upload(photo(), name)
    api.admin("POST", "transformations", name="taken", transformation="w_9")
    return api


def test_calls_of_the_upload_family_say_what_is_wrong(filled: Api) -> None:
    for action, fields, status, message in UPLOADS:
        says(filled.post(action, fields), status, message)


def test_uploads_say_what_is_wrong_and_keep_nothing(api: Api, stage: Stage) -> None:
    for fields, status, message in FILES:
        says(api.post("image/upload", {"public_id": "bad", **fields}, files={"file": photo()}), status, message)
    assert not stage.store.keys("")


def test_admin_calls_say_what_is_wrong(filled: Api) -> None:
    for method, path, fields, status, message in ADMIN:
        says(filled.ask(method, path, **fields), status, message)


CREDENTIALS = [
    ({}, "Must supply api_key and api_secret"),
    ({"Authorization": "Bearer abc"}, "OAuth"),
    ({"Authorization": "Basic !!!"}, "Invalid Basic credentials"),
    ({"Authorization": "Basic ZGVtby1rZXk6d3Jvbmc="}, "Invalid credentials for api_key demo-key"),
    ({"Authorization": "Basic bm9ib2R5Ong="}, "Unknown API key nobody"),
]


@pytest.mark.parametrize(("headers", "message"), CREDENTIALS)
def test_an_admin_call_needs_the_secret(stage: Stage, headers: dict[str, str], message: str) -> None:
    says(stage.client.get("/v1_1/demo/ping", headers=headers), 401, message)
    assert stage.client.get("/v1_1/other/ping", headers=headers).status_code == 404


def test_the_hours_quota_is_shown_and_held_to(make_stage: MakeStage) -> None:
    with make_stage(Cloudinary(admin_calls_per_hour=2)) as stage:
        api = Api(stage)
        remaining = [api.ask("GET", "ping").headers["x-featureratelimit-remaining"] for _ in range(2)]
        assert remaining == ["1", "0"]
        says(api.ask("GET", "ping"), 420, "Rate Limit Exceeded. Limit of 2 api operations reached. Try again on")
