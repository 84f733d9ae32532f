"""POST /v1_1/<cloud>/image/upload: sources, signatures, presets, eager transformations."""

import base64
import http.server
import re
import threading
import time
from collections.abc import Iterator
from dataclasses import replace

import pytest

from media.config import Origin
from proxy.dialects.cloudinary.signature import sign_request, sign_response
from tests.conftest import MakeStage
from tests.pictures import photo
from tests.signing import signed
from tests.stage import Stage

UPLOAD = "/v1_1/demo/image/upload"


def test_the_answer_is_the_vendors(stage: Stage) -> None:
    body = photo()
    answer = stage.upload(body, "shop/shoe", tags="red, new", context=r"alt=A shoe|note=a\|b")
    assert answer["public_id"] == "shop/shoe"
    assert (answer["width"], answer["height"], answer["format"]) == (96, 64, "jpg")
    assert (answer["bytes"], answer["resource_type"], answer["type"]) == (len(body), "image", "upload")
    assert answer["tags"] == ["red", "new"]
    assert answer["context"] == {"custom": {"alt": "A shoe", "note": "a|b"}}
    assert answer["signature"] == sign_response("shop/shoe", str(answer["version"]), "demo-secret")
    assert str(answer["url"]).endswith(f"/demo/image/upload/v{answer['version']}/shop/shoe.jpg")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", str(answer["created_at"]))
    assert stage.client.get(str(answer["url"])).content == body


def test_the_same_name_again_is_a_new_version_of_the_same_asset(stage: Stage) -> None:
    first, second = stage.upload(photo(), "shoe"), stage.upload(photo(shade=9), "shoe")
    assert first["asset_id"] == second["asset_id"]
    assert int(str(second["version"])) > int(str(first["version"]))
    kept = stage.upload(photo(shade=50), "shoe", overwrite="false")
    assert (kept["etag"], kept["existing"]) == (second["etag"], True)


def test_a_name_is_made_up_or_taken_from_the_file(stage: Stage) -> None:
    made_up = stage.client.post(UPLOAD, data=signed({}), files={"file": photo()}).json()
    assert re.fullmatch(r"[a-z0-9]{20}", made_up["public_id"])
    fields = signed({"use_filename": "true", "unique_filename": "false", "folder": "shop"})
    named = stage.client.post(UPLOAD, data=fields, files={"file": ("red shoe.jpg", photo())}).json()
    assert (named["public_id"], named["original_filename"]) == ("shop/red_shoe", "red shoe")


def test_a_data_uri_is_a_file(stage: Stage) -> None:
    body = photo()
    uri = "data:image/jpeg;base64," + base64.b64encode(body).decode()
    answer = stage.client.post(UPLOAD, data={**signed({"public_id": "inline"}), "file": uri})
    assert answer.status_code == 200, answer.text
    assert answer.json()["bytes"] == len(body)


@pytest.fixture
def origin() -> Iterator[str]:
    class Photo(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = photo() if self.path == "/shoe.jpg" else b"<html>"
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *values: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Photo)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


def test_a_remote_file_is_fetched_where_private_addresses_are_allowed(make_stage: MakeStage, origin: str) -> None:
    with make_stage(origin=Origin(allow_private=True)) as stage:
        answer = stage.client.post(UPLOAD, data={**signed({"public_id": "far"}), "file": f"{origin}/shoe.jpg"})
        assert (answer.status_code, answer.json()["original_filename"]) == (200, "shoe")
        no_image = stage.client.post(UPLOAD, data={**signed({}), "file": f"{origin}/page"})
        assert no_image.status_code == 400
        fetched = stage.client.get(f"/demo/image/fetch/c_scale,w_40/{origin}/shoe.jpg")
        assert (fetched.status_code, fetched.headers["content-type"]) == (200, "image/jpeg")


def test_a_remote_file_on_a_private_address_is_refused(stage: Stage, origin: str) -> None:
    answer = stage.client.post(UPLOAD, data={**signed({}), "file": f"{origin}/shoe.jpg"})
    assert answer.status_code == 403
    assert "127.0.0.1" in answer.json()["error"]["message"]


def unsigned(**fields: str) -> dict[str, str]:
    return fields


def stale() -> dict[str, str]:
    fields = {"timestamp": str(int(time.time()) - 4000)}
    return {**fields, "api_key": "demo-key", "signature": sign_request(fields, "demo-secret")}


@pytest.mark.parametrize(
    ("fields", "status", "message"),
    [
        (unsigned(), 400, "Upload preset must be specified when using unsigned upload"),
        (unsigned(upload_preset="nothing"), 400, "Upload preset not found: nothing"),
        (unsigned(upload_preset="signed-only"), 400, "whitelisted"),
        (unsigned(upload_preset="playground", eager="w_10"), 400, "eager parameter is not allowed"),
        ({**signed({}), "signature": "0" * 40}, 401, "String to sign - 'timestamp="),
        ({**signed({}), "public_id": "forged"}, 401, "Invalid Signature"),
        (signed({}, key="other"), 401, "Unknown API key other"),
        (stale(), 400, "Stale request"),
        (signed({"public_id": "../up"}), 400, "public_id"),
        (signed({"public_id": "a" * 300}), 400, "public_id is too long"),
        (signed({"eager": "w_abc"}), 400, "Invalid width"),
        (signed({"eager": "f_auto"}), 400, "f_auto"),
    ],
)
def test_a_bad_upload_says_why(stage: Stage, fields: dict[str, str], status: int, message: str) -> None:
    answer = stage.client.post(UPLOAD, data=fields, files={"file": photo()})
    assert answer.status_code == status
    assert message in answer.json()["error"]["message"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", 400),
        (b"", 400),
        (photo()[:400], 400),
        (b"\x89PNG\r\n\x1a\n", 400),
    ],
)
def test_bytes_that_are_no_picture_are_not_kept(stage: Stage, body: bytes, status: int) -> None:
    answer = stage.client.post(UPLOAD, data=signed({"public_id": "bad"}), files={"file": body})
    assert answer.status_code == status, answer.text
    assert stage.client.get("/demo/image/upload/bad").status_code == 404
    assert not list(stage.store.keys(""))


def test_a_missing_file_and_an_oversized_body_are_refused(make_stage: MakeStage, settings: object) -> None:
    server = replace(settings.server, max_body_bytes=2000)  # type: ignore[attr-defined]
    with make_stage(server=server) as stage:
        assert "file" in stage.client.post(UPLOAD, data=signed({})).json()["error"]["message"]
        large = stage.client.post(UPLOAD, data=signed({}), files={"file": b"x" * 4000})
        assert "larger than 2000 bytes" in large.json()["error"]["message"]


def test_an_unsigned_upload_follows_its_preset(stage: Stage) -> None:
    fields = unsigned(upload_preset="playground", public_id="mine", folder="elsewhere")
    answer = stage.client.post(UPLOAD, data=fields, files={"file": photo()}).json()
    assert answer["public_id"] == "playground/mine"


def test_eager_transformations_are_there_before_they_are_asked_for(stage: Stage) -> None:
    answer = stage.upload(photo(), "shoe", eager="c_fill,h_30,w_40/webp|e_grayscale,w_20")
    fill, gray = answer["eager"]  # type: ignore[misc]
    assert (fill["width"], fill["height"], fill["format"]) == (40, 30, "webp")
    assert (gray["width"], gray["transformation"]) == (20, "e_grayscale,w_20")
    stored = len(list(stage.store.keys("derived/")))
    # Another order of the same parameters is the same derived asset.
    served = stage.client.get(f"/demo/image/upload/w_40,h_30,c_fill/v{answer['version']}/shoe.webp")
    assert served.headers["content-length"] == str(fill["bytes"])
    assert len(list(stage.store.keys("derived/"))) == stored == 2


def test_eager_async_leaves_the_work_to_the_worker(stage: Stage) -> None:
    answer = stage.upload(photo(), "shoe", eager="e_background_removal/c_pad,h_50,w_50/png", eager_async="true")
    (row,) = answer["eager"]  # type: ignore[misc]
    assert (row["status"], row["batch_id"]) == ("processing", answer["batch_id"])
    stage.work()
    assert stage.client.get(row["url"]).status_code == 200
    assert stage.matter.inferences == 1
