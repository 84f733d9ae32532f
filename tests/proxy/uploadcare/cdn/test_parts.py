"""A file that is too large for any memory is sent from its parts: whole, in ranges, packed."""

import io
import tarfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass

import httpx
import pytest

from media.config import Limits
from proxy.dialects.uploadcare.settings import Uploadcare
from tests.conftest import MakeStage
from tests.proxy.uploadcare.conftest import CLOUDS, Uploads

PART, MOST = 4000, 10_000
BODY = bytes(range(256)) * 90 + b"the end"
LENGTH = len(BODY)


@dataclass
class Film:
    uploads: Uploads
    file: str

    def get(self, path: str = "", **headers: str) -> httpx.Response:
        return self.uploads.stage.client.get(f"/{self.file}/{path}", headers=headers)


@pytest.fixture
def film(make_stage: MakeStage) -> Iterator[Film]:
    with make_stage(Uploadcare(), clouds=CLOUDS, limits=Limits(max_source_bytes=MOST)) as stage:
        uploads = Uploads(stage)
        said = {"filename": "film.mp4", "size": str(LENGTH), "content_type": "video/mp4", "part_size": str(PART)}
        begun = uploads.post("/multipart/start/", said).json()
        for number, address in enumerate(begun["parts"]):
            stage.client.put(address, content=BODY[number * PART :][:PART])
        done = uploads.post("/multipart/complete/", {"uuid": begun["uuid"]})
        assert done.status_code == 200, done.text
        yield Film(uploads, begun["uuid"])


def test_it_is_whole(film: Film) -> None:
    answer = film.get()
    assert (answer.content == BODY, answer.headers["content-length"]) == (True, str(LENGTH))
    assert answer.headers["content-disposition"] == 'attachment; filename="film.mp4"'
    assert answer.headers["accept-ranges"] == "bytes"
    assert film.get(**{"if-none-match": answer.headers["etag"]}).status_code == 304
    head = film.uploads.stage.client.head(f"/{film.file}/")
    assert (head.content, head.headers["content-length"]) == (b"", str(LENGTH))


@pytest.mark.parametrize(
    ("asked", "start", "end"),
    [
        ("0-0", 0, 1), ("0-3999", 0, 4000), ("3999-4000", 3999, 4001), ("4000-7999", 4000, 8000),
        ("100-12100", 100, 12101), ("23000-", 23000, LENGTH), ("-7", LENGTH - 7, LENGTH),
        ("-999999", 0, LENGTH), ("4000-999999", 4000, LENGTH),
    ],
)  # fmt: skip
def test_a_range_is_of_the_parts_that_hold_it(film: Film, asked: str, start: int, end: int) -> None:
    answer = film.get(range=f"bytes={asked}")
    assert (answer.status_code, answer.content == BODY[start:end]) == (206, True)
    assert answer.headers["content-range"] == f"bytes {start}-{end - 1}/{LENGTH}"
    assert answer.headers["content-length"] == str(end - start)


def test_a_range_beyond_it_is_refused_and_a_changed_file_is_sent_whole(film: Film) -> None:
    refused = film.get(range=f"bytes={LENGTH}-")
    assert (refused.status_code, refused.headers["content-range"]) == (416, f"bytes */{LENGTH}")
    etag = film.get().headers["etag"]
    assert film.get(range="bytes=0-9", **{"if-range": etag}).status_code == 206
    assert film.get(range="bytes=0-9", **{"if-range": '"another"'}).content == BODY
    assert film.get(range="bytes=0-1,5-6").content == BODY


def test_it_takes_no_operations(film: Film) -> None:
    assert film.get("-/preview/").status_code == 400


@pytest.mark.parametrize("kind", ["zip", "tar"])
def test_it_is_packed_with_others(film: Film, kind: str) -> None:
    small = film.uploads.upload(b"words", "a.txt")
    group = film.uploads.post("/group/", {"files[0]": small, "files[1]": film.file}).json()["id"]
    packed = io.BytesIO(film.uploads.stage.client.get(f"/{group}/archive/{kind}/").content)
    if kind == "zip":
        with zipfile.ZipFile(packed) as archive:
            found = [archive.read(name) for name in archive.namelist()]
    else:
        with tarfile.open(fileobj=packed) as tar:
            found = [file.read() for file in map(tar.extractfile, tar.getmembers()) if file]
    assert found == [b"words", BODY]
