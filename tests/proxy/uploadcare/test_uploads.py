"""The Upload API: files in a body, what they are, who may send them, and every refusal."""

import base64
import hashlib
import hmac
import json
import time
from typing import Any

import httpx
import pytest

from media.config import StoreSettings
from proxy.dialects.uploadcare.settings import Uploadcare
from proxy.dialects.uploadcare.upload.auth import sign
from tests.conftest import MakeStage
from tests.pictures import photo
from tests.proxy.uploadcare.conftest import ACCEPT, CLOUDS, PUBLIC, SECRET, Client, Uploads, error_of

SHOP_SECRET = "shop-secret"


def test_a_signature_is_that_of_the_sdk() -> None:
    assert sign("sec", "1795222137") == "3ceb0f8fc99139aa06aafe6ef1cdc64dc57c0461e037b2c97efbeba9dbcdba93"


def test_a_picture_is_described_at_once(uploads: Uploads) -> None:
    file_id = uploads.upload(name="C:\\photos\\my cat.jpg", source="local")
    shown = uploads.get("/info/", file_id=file_id).json()
    assert (shown["uuid"], shown["file_id"], shown["is_ready"], shown["is_image"]) == (file_id, file_id, True, True)
    assert (shown["original_filename"], shown["filename"]) == ("my cat.jpg", "my_cat.jpg")
    assert shown["mime_type"] == "image/jpeg"
    assert shown["size"] == shown["total"] == shown["done"] == len(photo())
    assert shown["image_info"] == shown["content_info"]["image"]
    image = shown["image_info"]
    assert (image["format"], image["width"], image["height"], image["color_mode"]) == ("JPEG", 96, 64, "RGB")


def test_answers_are_keyed_by_the_fields_whatever_they_are_called(uploads: Uploads) -> None:
    sent = {"a.jpg": ("a.jpg", photo()), "b.txt": ("b.txt", b"plain text"), "c": ("", b"")}
    answer = uploads.post("/base/", files=sent)
    assert set(answer.json()) == {"a.jpg", "b.txt"}
    text = uploads.get("/info/", file_id=answer.json()["b.txt"]).json()
    assert (text["is_image"], text["mime_type"], text["image_info"]) == (False, "text/plain", None)


#: What is no picture that can be worked on is a file all the same.
FILES = {
    "text": (b"hello", "a.txt", "text/plain"),
    "half a picture": (photo()[:400], "half.jpg", "application/octet-stream"),
    "a page with a picture's name": (b"<html><script>1</script>", "cat.png", "application/octet-stream"),
    "a drawing with scripts": (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "a.svg", "application/octet-stream"),
    "an archive": (b"PK\x03\x04rest", "a.zip", "application/zip"),
    "nothing": (b"", "empty.bin", "application/octet-stream"),
}


@pytest.mark.parametrize(("body", "name", "mime"), FILES.values(), ids=FILES)
def test_any_bytes_are_a_file(uploads: Uploads, body: bytes, name: str, mime: str) -> None:
    shown = uploads.get("/info/", file_id=uploads.upload(body, name)).json()
    assert (shown["is_image"], shown["mime_type"], shown["size"]) == (False, mime, len(body))


STORES = {"1": True, "0": False, "true": True, "false": False, "auto": True, "": True}


@pytest.mark.parametrize("store", STORES)
def test_a_file_is_stored_as_asked_else_as_the_project_says(uploads: Uploads, store: str) -> None:
    file_id = uploads.upload(UPLOADCARE_STORE=store)
    assert uploads.get("/info/", file_id=file_id).json()["is_stored"] is STORES[store]


def expiring(seconds: int = 60, secret: str = SHOP_SECRET) -> dict[str, str]:
    expire = str(int(time.time()) + seconds)
    return {"expire": expire, "signature": sign(secret, expire)}


def token(claims: dict[str, Any], secret: str = SHOP_SECRET, algorithm: str = "HS256") -> str:
    """A JWT as the specification makes it."""
    parts = [{"alg": algorithm, "typ": "JWT"}, claims]
    text = ".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts)
    proof = hmac.new(hashlib.sha256(secret.encode()).digest(), text.encode(), hashlib.sha256).digest()
    return f"{text}.{base64.urlsafe_b64encode(proof).decode().rstrip('=')}"


@pytest.fixture
def shop(uploads: Uploads) -> Uploads:
    """Of a project that asks for signatures, and stores nothing of itself."""
    return Uploads(uploads.stage, "shopkey")


def test_a_project_that_asks_for_signatures_takes_signed_files(shop: Uploads) -> None:
    file_id = shop.upload(**expiring())
    assert shop.get("/info/", file_id=file_id).json()["is_stored"] is False


def test_a_token_signs_too_and_a_signature_beside_it_wins(shop: Uploads) -> None:
    headers = {"Authorization": f"Bearer {token({'iat': time.time(), 'uc': {}})}"}
    sent = {"file": ("a.jpg", photo())}
    assert shop.post("/base/", files=sent, headers=headers).status_code == 200
    wrong = {**expiring(), "signature": "0" * 64}
    assert error_of(shop.post("/base/", wrong, files=sent, headers=headers)) == (403, "SignatureInvalidError")


NOW = time.time()
TOKENS = {
    "no token": ("x", "JWTInvalidError"),
    "of another secret": (token({"iat": NOW}, SECRET), "JWTInvalidError"),
    "of no algorithm": (token({"iat": NOW}, algorithm="none"), "JWTInvalidError"),
    "without a time": (token({"uc": {}}), "JWTInvalidError"),
    "of tomorrow": (token({"iat": NOW + 86_400}), "JWTInvalidError"),
    "of yesterday": (token({"iat": NOW - 86_400}), "JWTExpiredError"),
    "that has ended": (token({"iat": NOW - 9, "exp": NOW - 5}), "JWTExpiredError"),
}


@pytest.mark.parametrize(("written", "code"), TOKENS.values(), ids=TOKENS)
def test_a_token_that_is_none_opens_nothing(shop: Uploads, written: str, code: str) -> None:
    headers = {"Authorization": f"Bearer {written}"}
    assert error_of(shop.post("/base/", files={"file": ("a.jpg", b"a")}, headers=headers)) == (403, code)


#: Fields beside a small file → what is refused.
REFUSALS: dict[str, tuple[dict[str, str], int, str]] = {
    "no key": ({"UPLOADCARE_PUB_KEY": "", "pub_key": ""}, 403, "ProjectPublicKeyRequiredError"),
    "an unknown key": ({"UPLOADCARE_PUB_KEY": "nobody"}, 403, "ProjectPublicKeyInvalidError"),
    "a key of Cloudinary's": ({"UPLOADCARE_PUB_KEY": "demo-key"}, 403, "ProjectPublicKeyInvalidError"),
    "no signature": ({"expire": "1"}, 400, "SignatureRequiredError"),
    "no end": ({"signature": "0"}, 400, "SignatureExpirationRequiredError"),
    "an end in words": ({"signature": "0", "expire": "soon"}, 400, "SignatureExpirationInvalidError"),
    "a wrong signature": ({**expiring(), "signature": "0" * 64}, 403, "SignatureInvalidError"),
    "another project's signature": (expiring(), 403, "SignatureInvalidError"),
    "an old signature": (expiring(-1, SECRET), 403, "SignatureExpirationExpiredError"),
    "a store nobody knows": ({"UPLOADCARE_STORE": "maybe"}, 400, "StoreInvalidError"),
    "a key of metadata with spaces": ({"metadata[a b]": "1"}, 400, "FileMetadataKeyInvalidError"),
    "a key of metadata that is too long": ({f"metadata[{'k' * 65}]": "1"}, 400, "FileMetadataKeyInvalidError"),
    "a value that is too long": ({"metadata[a]": "v" * 513}, 400, "FileMetadataValueLengthLimitExceededError"),
    "too many keys": (
        {f"metadata[k{number}]": "1" for number in range(51)}, 400, "FileMetadataKeysLimitExceededError",
    ),
    "a tag with a space": ({"tags": "red shoe"}, 400, "FileTagsInvalidError"),
    "a tag that is too long": ({"tags": "t" * 101}, 400, "FileTagsInvalidError"),
    "too many tags": ({"tags": ",".join(map(str, range(51)))}, 400, "FileTagsInvalidError"),
    "tags that are no list": ({"tags": "[1]"}, 400, "FileTagsInvalidError"),
}  # fmt: skip


@pytest.mark.parametrize(("fields", "status", "code"), REFUSALS.values(), ids=REFUSALS)
def test_what_is_refused_has_the_vendors_code(uploads: Uploads, fields: dict[str, str], status: int, code: str) -> None:
    assert error_of(uploads.post("/base/", fields, files={"file": ("a.jpg", photo())})) == (status, code)


def test_a_project_that_asks_for_signatures_says_so(shop: Uploads) -> None:
    assert error_of(shop.post("/base/", files={"file": ("a", b"a")})) == (400, "SignatureRequiredError")


@pytest.mark.parametrize(
    ("path", "query", "status", "code"),
    [
        ("/info/", {}, 400, "FileIdRequiredError"),
        ("/info/", {"file_id": "x"}, 400, "FileIdInvalidError"),
        ("/info/", {"file_id": "0" * 8 + "-0000-0000-0000-" + "0" * 12}, 404, "FileNotFoundError"),
        ("/group/info/", {}, 400, "GroupIdRequiredError"),
        ("/group/info/", {"group_id": "x~1"}, 400, "GroupIdInvalidError"),
        ("/group/info/", {"group_id": "0" * 8 + "-0000-0000-0000-" + "0" * 12 + "~2"}, 404, "GroupNotFoundError"),
        ("/from_url/status/", {}, 400, "TokenRequiredError"),
        ("/base/nothing", {}, 404, "FileNotFoundError"),
    ],
)
def test_questions_that_cannot_be_answered(
    uploads: Uploads, path: str, query: dict[str, str], status: int, code: str
) -> None:
    assert error_of(uploads.get(path, **query)) == (status, code)


def test_errors_are_plain_sentences_unless_json_is_asked_for(uploads: Uploads) -> None:
    answer = uploads.stage.client.post("/base/", data={"UPLOADCARE_PUB_KEY": "nobody"})
    assert (answer.status_code, answer.text) == (403, "UPLOADCARE_PUB_KEY is invalid.")
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"


def test_a_body_without_files_and_one_that_is_too_large(uploads: Uploads, make_stage: MakeStage) -> None:
    assert error_of(uploads.post("/base/")) == (400, "RequestBodyFilesRequiredError")
    with make_stage(Uploadcare(max_direct_bytes=100), clouds=CLOUDS) as stage:
        refused = Uploads(stage).post("/base/", files={"file": ("a", b"x" * 101)})
        assert error_of(refused) == (413, "FileSizeLimitExceededError")


def test_pages_of_other_origins_may_ask(uploads: Uploads) -> None:
    """Whatever headers they send: the SDK's own, and a token's."""
    answers = [
        uploads.stage.client.options("/base/", headers={"Origin": "https://a.example"}),
        uploads.post("/base/", files={"file": ("a.jpg", photo())}),
        uploads.post("/base/"),
    ]
    assert [each.headers["access-control-allow-origin"] for each in answers] == ["*"] * 3
    allowed = answers[0].headers["access-control-allow-headers"]
    assert {"*", "Authorization"} <= {each.strip() for each in allowed.split(",")}


def test_what_comes_without_a_signature_has_a_bound_of_its_own(make_stage: MakeStage) -> None:
    with make_stage(clouds=CLOUDS, store=StoreSettings(unsigned_max_bytes=50_000)) as stage:
        uploads = Uploads(stage)
        answers = [uploads.post("/base/", files={"file": ("a", bytes(20_000))}) for _ in range(4)]
        assert error_of(answers[-1]) == (503, "ServiceUnavailableError")
        assert uploads.post("/base/", expiring(60, SECRET), files={"file": ("a", bytes(20_000))}).status_code == 200


def test_an_uploader_that_calls_too_often_waits(make_stage: MakeStage) -> None:
    with make_stage(Uploadcare(upload_requests_per_minute=2), clouds=CLOUDS) as stage:
        answers = [Uploads(stage).get("/info/", file_id="x") for _ in range(5)]
        assert error_of(answers[-1]) == (429, "RequestThrottledError")
        assert 0 < int(answers[-1].headers["retry-after"]) <= 60


def test_files_of_one_cloud_are_none_of_another(uploads: Uploads, shop: Uploads) -> None:
    file_id = uploads.upload()
    assert error_of(shop.get("/info/", file_id=file_id)) == (404, "FileNotFoundError")
    answer = Client(uploads.stage, "shopkey", SHOP_SECRET).ask("GET", f"/files/{file_id}/")
    assert (answer.status_code, answer.json()) == (404, {"detail": "Not found."})


def group(uploads: Uploads, *members: str, **fields: str) -> httpx.Response:
    return uploads.post("/group/", {**{f"files[{i}]": each for i, each in enumerate(members)}, **fields})


def test_a_group_keeps_its_files_in_order_with_their_operations(uploads: Uploads) -> None:
    first, second = uploads.upload(name="1.jpg"), uploads.upload(name="2.jpg")
    made = group(uploads, f"https://ucarecdn.com/{second}/-/resize/20x/", first, second).json()
    assert made["id"].endswith("~3")
    assert (made["files_count"], made["cdn_url"]) == (3, f"http://testserver/{made['id']}/")
    assert [(each["uuid"], each["default_effects"]) for each in made["files"]] == [
        (second, "-/resize/20x/"), (first, ""), (second, ""),
    ]  # fmt: skip
    assert uploads.get("/group/info/", group_id=made["id"]).json() == made
    listed = uploads.post("/group//", {"files[]": [first, second]})
    assert listed.json()["id"].endswith("~2")


def test_a_group_of_nothing_or_of_unknown_files_is_refused(uploads: Uploads, shop: Uploads) -> None:
    file_id = uploads.upload()
    assert error_of(group(uploads)) == (400, "GroupFilesRequiredError")
    assert error_of(group(uploads, "cat.jpg")) == (400, "GroupFileURLParsingFailedError")
    assert error_of(group(shop, file_id, **expiring())) == (400, "GroupFilesNotFoundError")
    assert error_of(group(shop, file_id)) == (400, "SignatureRequiredError")


def test_accept_is_of_no_concern_here(uploads: Uploads) -> None:
    assert uploads.get("/info/", file_id=uploads.upload()).headers["content-type"] != ACCEPT
    assert PUBLIC in CLOUDS["demo"].projects
