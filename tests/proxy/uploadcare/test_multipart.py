"""Files in parts: twice, out of order, wrong, late; and one that is too large for any memory."""

import hashlib
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest

from media.config import Limits
from media.records.sources import PIECES
from proxy.dialects.uploadcare.settings import Uploadcare
from proxy.dialects.uploadcare.upload.multipart import sign_part
from tests.conftest import MakeStage
from tests.pictures import photo
from tests.proxy.uploadcare.conftest import CLOUDS, SECRET, Uploads, error_of

BODY = photo(200, 150)
PART = len(BODY) // 3 + 1


def start(uploads: Uploads, body: bytes = BODY, part_size: int = PART, **fields: str) -> dict[str, Any]:
    named = {"filename": "/home/me/big.jpg", "size": str(len(body)), "content_type": "image/jpeg"}
    answer = uploads.post("/multipart/start/", {**named, "part_size": str(part_size), **fields})
    assert answer.status_code == 200, answer.text
    begun: dict[str, Any] = answer.json()
    return begun


def pieces(body: bytes, part_size: int = PART) -> list[bytes]:
    return [body[at : at + part_size] for at in range(0, len(body), part_size)]


def send(uploads: Uploads, address: str, body: bytes) -> httpx.Response:
    headers = {"Content-Type": "application/octet-stream"}
    return uploads.stage.client.put(address, content=body, headers=headers)


def complete(uploads: Uploads, file_uuid: str) -> httpx.Response:
    return uploads.post("/multipart/complete/", {"uuid": file_uuid})


def test_parts_may_come_in_any_order_and_twice(uploads: Uploads) -> None:
    begun = start(uploads, **{"metadata[a]": "1", "tags": "big"})
    assert len(begun["parts"]) == 3
    assert all(each.startswith("http://testserver/multipart/parts/") for each in begun["parts"])
    for number in (2, 0, 2, 1):
        assert send(uploads, begun["parts"][number], pieces(BODY)[number]).status_code == 200
    done = complete(uploads, begun["uuid"]).json()
    assert (done["uuid"], done["size"], done["is_image"]) == (begun["uuid"], len(BODY), True)
    assert (done["original_filename"], done["metadata"], done["tags"]) == ("big.jpg", {"a": "1"}, ["big"])
    assert complete(uploads, begun["uuid"]).json() == done, "whoever asks again is told the same"
    assert list(uploads.stage.store.keys(PIECES)) == []


def test_one_picture_is_one_source_however_it_came(uploads: Uploads) -> None:
    uploads.upload(BODY)
    begun = start(uploads)
    for address, body in zip(begun["parts"], pieces(BODY), strict=True):
        send(uploads, address, body)
    complete(uploads, begun["uuid"])
    assert len(uploads.stage.store.keys("sources/")) == 1


def test_a_file_with_a_gap_is_not_complete(uploads: Uploads) -> None:
    begun = start(uploads)
    for number in (0, 2):
        send(uploads, begun["parts"][number], pieces(BODY)[number])
    assert error_of(complete(uploads, begun["uuid"])) == (400, "MultipartUploadIncompleteError")
    send(uploads, begun["parts"][1], pieces(BODY)[1])
    assert complete(uploads, begun["uuid"]).status_code == 200


def test_a_part_of_another_size_is_refused(uploads: Uploads) -> None:
    begun = start(uploads)
    for body in (b"", b"short", pieces(BODY)[0] + b"x"):
        assert send(uploads, begun["parts"][0], body).status_code in (400, 413)


def test_only_its_address_lets_a_part_in(uploads: Uploads) -> None:
    """Of this part, of this file, until it expires."""
    begun = start(uploads)
    first, second = begun["parts"][:2]
    path, query = urlsplit(first).path, dict(parse_qsl(urlsplit(first).query))
    late = int(time.time()) - 1
    old = {"expires": str(late), "signature": sign_part(SECRET, begun["uuid"], 0, late)}
    for parameters in ({}, {**query, "signature": "0" * 64}, {**query, "expires": "9999999999"}, old):
        answer = uploads.stage.client.put(path, params={"jsonerrors": "1", **parameters}, content=pieces(BODY)[0])
        assert error_of(answer) == (403, "SignatureInvalidError")
    crossed = f"{urlsplit(second).path}?{urlsplit(first).query}"
    assert send(uploads, crossed, pieces(BODY)[1]).status_code == 403
    assert list(uploads.stage.store.keys(PIECES)) == []


def test_a_file_is_completed_by_its_own_project(uploads: Uploads) -> None:
    begun = start(uploads)
    shop = Uploads(uploads.stage, "shopkey")
    assert error_of(complete(shop, begun["uuid"])) == (404, "MultipartUploadNotFoundError")


SIZES = {
    "no name": ({"filename": ""}, 400, "FilenameRequiredError"),
    "no size": ({"size": ""}, 400, "SizeRequiredError"),
    "a size in words": ({"size": "large"}, 400, "SizeInvalidError"),
    "nothing": ({"size": "0"}, 400, "MultipartFileSizeInvalidError"),
    "too much": ({"size": "99999999999999"}, 413, "MultipartFileSizeInvalidError"),
    "parts of nothing": ({"part_size": "0"}, 400, "MultipartPartSizeInvalidError"),
    "too many parts": ({"size": "2001", "part_size": "1"}, 400, "MultipartPartSizeInvalidError"),
    "parts that no request may have": ({"part_size": "999999999999"}, 400, "MultipartPartSizeInvalidError"),
    "no file to complete": ({"uuid": ""}, 400, "UuidRequiredError"),
    "no such file": ({"uuid": "0" * 8 + "-0000-0000-0000-" + "0" * 12}, 404, "MultipartUploadNotFoundError"),
}


@pytest.mark.parametrize(("fields", "status", "code"), SIZES.values(), ids=SIZES)
def test_what_is_refused_has_the_vendors_code(uploads: Uploads, fields: dict[str, str], status: int, code: str) -> None:
    path = "/multipart/complete/" if "uuid" in fields else "/multipart/start/"
    named = {"filename": "a", "size": "10", "content_type": "text/plain"}
    assert error_of(uploads.post(path, {**named, **fields})) == (status, code)


@pytest.fixture
def small(make_stage: MakeStage) -> Iterator[Uploads]:
    """An application to which everything above 10,000 bytes is too large to be worked on."""
    with make_stage(Uploadcare(), clouds=CLOUDS, limits=replace(Limits(), max_source_bytes=10_000)) as stage:
        yield Uploads(stage)


def test_what_is_too_large_to_be_worked_on_stays_in_its_parts(small: Uploads) -> None:
    body = bytes(range(256)) * 100
    begun = start(small, body, 4000, content_type="video/mp4", filename="film.mp4")
    for address, part in zip(begun["parts"], pieces(body, 4000), strict=True):
        send(small, address, part)
    done = complete(small, begun["uuid"]).json()
    assert (done["size"], done["is_image"], done["mime_type"]) == (len(body), False, "video/mp4")
    kept = [small.stage.store.get(key) for key in small.stage.store.keys("sources/")]
    assert max(len(blob.body) for blob in kept if blob) == 4000
    assert hashlib.sha256(body).hexdigest() not in "".join(small.stage.store.keys("sources/"))
