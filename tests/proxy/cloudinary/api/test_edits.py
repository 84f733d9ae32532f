"""The upload family beside upload itself: explicit, rename, destroy, tags, context, metadata, tokens, downloads."""

import io
import time
import zipfile
from typing import Any

import pytest

from proxy.dialects.cloudinary.signature import sign_request
from tests.conftest import Stage
from tests.pictures import opened, photo
from tests.proxy.cloudinary.api.conftest import ROOT, Api
from tests.signing import signed


def details(api: Api, public_id: str = "shoe") -> dict[str, Any]:
    return api.admin("GET", f"resources/image/upload/{public_id}")


def test_explicit_changes_what_is_said_and_derives(api: Api, stage: Stage) -> None:
    stage.upload(photo(), "shoe")
    answer = api.call(
        "image/explicit", public_id="shoe", type="upload", tags="a,b", context="alt=x", eager="w_20,c_scale/png",
        custom_coordinates="1,2,3,4", moderation="manual", metadata="m=1",
    )  # fmt: skip
    assert (answer["tags"], answer["context"], answer["metadata"]) == (["a", "b"], {"custom": {"alt": "x"}}, {"m": "1"})
    assert answer["moderation"] == [{"kind": "manual", "status": "pending"}]
    assert answer["coordinates"] == {"custom": [[1, 2, 3, 4]]}
    assert (answer["eager"][0]["width"], answer["eager"][0]["format"]) == (20, "png")


def test_rename_moves_an_asset_with_all_that_is_known_of_it(api: Api, stage: Stage) -> None:
    first = stage.upload(photo(), "shoe", tags="red")
    moved = api.call("image/rename", from_public_id="shoe", to_public_id="shop/boot")
    assert (moved["public_id"], moved["asset_id"], moved["tags"]) == ("shop/boot", first["asset_id"], ["red"])
    assert stage.client.get("/demo/image/upload/shop/boot").status_code == 200
    assert stage.client.get("/demo/image/upload/shoe").status_code == 404
    private = api.call("image/rename", from_public_id="shop/boot", to_public_id="shop/boot", to_type="private")
    assert private["type"] == "private"
    assert stage.client.get("/demo/image/private/shop/boot").status_code == 401


def test_destroy_says_whether_there_was_anything(api: Api, stage: Stage) -> None:
    stage.upload(photo(), "shoe")
    assert api.call("image/destroy", public_id="shoe") == {"result": "ok"}
    assert api.call("image/destroy", public_id="shoe") == {"result": "not found"}
    assert stage.client.get("/demo/image/upload/shoe").status_code == 404


TAG_CALLS = [
    ("add", "red,new", ["old", "red", "new"]),
    ("remove", "old", []),
    ("replace", "one", ["one"]),
    ("remove_all", "", []),
    ("set_exclusive", "old", ["old"]),
]


@pytest.mark.parametrize(("command", "tag", "expected"), TAG_CALLS)
def test_tags_are_edited(api: Api, stage: Stage, command: str, tag: str, expected: list[str]) -> None:
    stage.upload(photo(), "shoe", tags="old")
    stage.upload(photo(), "other", tags="old")
    fields = {"command": command, "public_ids": ["shoe", "missing"], **({"tag": tag} if tag else {})}
    assert api.call("image/tags", **fields) == {"public_ids": ["shoe"]}
    assert details(api)["tags"] == expected
    assert details(api, "other")["tags"] == ([] if command == "set_exclusive" else ["old"])


def test_tags_that_add_up_to_too_many_are_refused_and_none_is_added(api: Api, stage: Stage) -> None:
    stage.upload(photo(), "shoe", tags=",".join(f"old{number}" for number in range(900)))
    fields = {"command": "add", "public_ids": ["shoe"], "tag": ",".join(f"new{number}" for number in range(101))}
    answer = api.post("image/tags", fields)
    assert (answer.status_code, "at most 1000, got 1001" in answer.text) == (400, True)
    assert len(details(api)["tags"]) == 900


def test_context_and_metadata_are_edited(api: Api, stage: Stage) -> None:
    stage.upload(photo(), "shoe", context="alt=x")
    api.call("image/context", command="add", context=r"note=a\|b", public_ids=["shoe"])
    api.call("image/metadata", metadata='size=4|colors=["red","blue"]', public_ids=["shoe"])
    found = details(api)
    assert found["context"] == {"custom": {"alt": "x", "note": "a|b"}}
    assert found["metadata"] == {"size": "4", "colors": ["red", "blue"]}
    api.call("image/context", command="remove_all", public_ids=["shoe"])
    assert "context" not in details(api)


def test_a_delete_token_takes_back_this_upload_and_no_later_one(api: Api, stage: Stage) -> None:
    token = str(stage.upload(photo(), "shoe", return_delete_token="true")["delete_token"])
    stage.upload(photo(shade=1), "shoe")
    by_token = f"{ROOT}/delete_by_token"
    assert stage.client.post(by_token, data={"token": token}).json() == {"result": "not found"}
    later = str(stage.upload(photo(shade=2), "shoe", return_delete_token="true")["delete_token"])
    assert stage.client.post(by_token, data={"token": later}).json() == {"result": "ok"}
    assert stage.client.post(by_token, data={"token": later + "0"}).status_code == 401


def test_an_incoming_transformation_is_what_is_stored(stage: Stage) -> None:
    answer = stage.upload(photo(), "shoe", transformation="c_scale,w_30", format="webp")
    assert (answer["width"], answer["format"]) == (30, "webp")
    assert opened(stage.client.get(str(answer["url"])).content).width == 30


def test_headers_go_with_every_delivery(stage: Stage) -> None:
    stage.upload(photo(), "shoe", headers="X-Robots-Tag: noindex\nLink: <https://a.example>; rel=canonical")
    answer = stage.client.get("/demo/image/upload/w_10/shoe")
    assert answer.headers["x-robots-tag"] == "noindex"
    assert answer.headers["link"] == "<https://a.example>; rel=canonical"


def test_a_page_of_another_origin_reads_the_answer(stage: Stage) -> None:
    fields = {"upload_preset": "playground"}
    good = stage.client.post(f"{ROOT}/image/upload", data=fields, files={"file": photo()})
    bad = stage.client.post(f"{ROOT}/image/upload", data=fields, files={"file": b"?"})
    assert {each.headers["access-control-allow-origin"] for each in (good, bad)} == {"*"}


def test_raw_files_are_kept_and_delivered_as_they_are(api: Api, stage: Stage) -> None:
    answer = api.post("raw/upload", {"public_id": "terms.html"}, files={"file": ("t.html", b"<b>hi")}).json()
    assert (answer["resource_type"], answer["bytes"]) == ("raw", 5)
    file = stage.client.get(answer["url"])
    assert file.content == b"<b>hi"
    assert "sandbox" in file.headers["content-security-policy"]
    assert stage.client.get("/demo/raw/upload/w_10/terms.html").status_code == 400
    clip = api.post("auto/upload", {"public_id": "clip"}, files={"file": ("c.mp4", b"\0\0\0\x18ftypmp42")}).json()
    assert (clip["resource_type"], clip["format"]) == ("video", "mp4")
    assert api.post("auto/upload", {}, files={"file": ("c.jpg", photo())}).json()["resource_type"] == "image"


def pieces(body: bytes, size: int) -> list[tuple[int, bytes]]:
    return [(start, body[start : start + size]) for start in range(0, len(body), size)]


@pytest.mark.parametrize("is_total_known", [True, False])
@pytest.mark.parametrize("is_reversed", [False, True])
def test_a_large_upload_comes_in_pieces(api: Api, stage: Stage, is_total_known: bool, is_reversed: bool) -> None:
    body = photo(200, 200, "png")
    answers = []
    parts = pieces(body, len(body) // 3 + 1)
    for start, part in reversed(parts) if is_reversed else parts:
        end = start + len(part)
        total = len(body) if is_total_known or end == len(body) else -1
        headers = {"X-Unique-Upload-Id": "u1", "Content-Range": f"bytes {start}-{end - 1}/{total}"}
        answers.append(api.post("image/upload", {"public_id": "large"}, files={"file": part}, headers=headers).json())
    assert [answer.get("done", True) for answer in answers] == [False, False, True]
    assert answers[-1]["bytes"] == len(body)
    assert stage.client.get("/demo/image/upload/large.png").content == body
    assert not stage.store.keys("chunks/")


BAD_PIECES = [
    ({"Content-Range": "bytes 5-1/9"}, "Content-Range"),
    ({"Content-Range": "bytes 0-3/2"}, "behind the file"),
    ({"Content-Range": "bytes 0-7/9"}, "says 8 bytes, got 4"),
    ({"Content-Range": "bytes 0-3/999999999999"}, "too large"),
    ({"X-Unique-Upload-Id": "../x"}, "X-Unique-Upload-Id"),
]


@pytest.mark.parametrize(("headers", "message"), BAD_PIECES)
def test_a_piece_that_contradicts_itself_is_refused(api: Api, headers: dict[str, str], message: str) -> None:
    sent = {"X-Unique-Upload-Id": "u1", "Content-Range": "bytes 0-3/9", **headers}
    answer = api.post("image/upload", {}, files={"file": b"1234"}, headers=sent)
    assert answer.status_code == 400
    assert message in answer.json()["error"]["message"]


def test_what_is_asked_about_a_picture_is_told(stage: Stage) -> None:
    answer: Any = stage.upload(
        photo(), "shoe", colors="true", phash="true", faces="true", quality_analysis="1", image_metadata="1"
    )
    assert answer["colors"][0][0].startswith("#")
    assert 99 < sum(share for _, share in answer["predominant"]["google"]) < 101
    assert len(answer["phash"]) == 16
    assert answer["faces"] == []
    assert 0 < answer["quality_analysis"]["focus"] <= 1
    assert answer["image_metadata"]["width"] == "96"


def test_breakpoints_are_derived_and_described(stage: Stage) -> None:
    wish = '[{"create_derived": true, "min_width": 20, "max_width": 200, "max_images": 3}]'
    answer: Any = stage.upload(photo(), "shoe", responsive_breakpoints=wish)
    rows = answer["responsive_breakpoints"][0]["breakpoints"]
    assert [row["width"] for row in rows] == [96, 58, 20]
    assert stage.client.get(rows[1]["url"]).headers["content-length"] == str(rows[1]["bytes"])


def test_a_private_original_is_downloaded_by_a_signed_link_until_it_expires(stage: Stage) -> None:
    body = photo()
    stage.upload(body, "secret", type="private")
    link = signed({"public_id": "secret", "type": "private", "attachment": "true"})
    found = stage.client.get(f"{ROOT}/image/download", params=link)
    assert found.content == body
    assert found.headers["content-disposition"] == 'attachment; filename="secret.jpg"'
    png = stage.client.get(
        f"{ROOT}/image/download", params=signed({"public_id": "secret", "type": "private", "format": "png"})
    )
    assert png.headers["content-type"] == "image/png"
    assert stage.client.get(f"{ROOT}/image/download", params={**link, "public_id": "other"}).status_code == 401
    late = signed({"public_id": "secret", "type": "private", "expires_at": str(int(time.time()) - 5)})
    assert "expired" in stage.client.get(f"{ROOT}/image/download", params=late).json()["error"]["message"]
    far = {"public_id": "secret", "type": "private", "expires_at": str(int(time.time()) + 9), "timestamp": "1"}
    far |= {"api_key": "demo-key", "signature": sign_request(far, "demo-secret")}
    assert stage.client.get(f"{ROOT}/image/download", params=far).status_code == 200


def test_an_archive_holds_what_was_chosen(api: Api, stage: Stage) -> None:
    for name, tags in (("a/one", "red"), ("a/two", ""), ("three", "red")):
        stage.upload(photo(), name, tags=tags)
    fields = signed({"mode": "download", "tags": "red"})
    sent = stage.client.get(f"{ROOT}/image/generate_archive", params=fields)
    assert sorted(zipfile.ZipFile(io.BytesIO(sent.content)).namelist()) == ["a/one.jpg", "three.jpg"]
    stored = api.call("image/generate_archive", prefixes=["a/"], target_public_id="all", flatten_folders="true")
    assert (stored["resource_type"], stored["public_id"], stored["file_count"]) == ("raw", "all.zip", 2)
    assert zipfile.ZipFile(io.BytesIO(stage.client.get(stored["url"]).content)).namelist() == ["one.jpg", "two.jpg"]


def test_an_upload_asked_to_be_asynchronous_is_answered_before_it_is_done(stage: Stage) -> None:
    answer = stage.upload(photo(), "late", **{"async": "true"})
    assert (answer["status"], answer["public_id"]) == ("pending", "late")
    for _ in range(100):
        if stage.client.get("/demo/image/upload/late").status_code == 200:
            return
        time.sleep(0.02)
    raise AssertionError("it never came")
