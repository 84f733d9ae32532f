"""Copies to buckets that the operator named, by the names a pattern makes."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from media.stores.s3 import S3Store
from proxy.dialects.uploadcare.settings import Uploadcare
from tests.conftest import MakeStage
from tests.pictures import opened, photo
from tests.proxy.uploadcare.conftest import CLOUDS, Client, Uploads
from tests.stores import servers

KEYS = {
    None: "{uuid}/my_cat.jpg",
    "${default}": "{uuid}/my_cat.jpg",
    "${auto_filename}": "my_cat.jpg",
    "${uuid}/${filename}${ext}": "{uuid}/my_cat.jpg",
    "flat-${uuid}": "flat-{uuid}",
}


@pytest.fixture
def client(make_stage: MakeStage) -> Iterator[Client]:
    with servers.moto() as settings:
        servers.TestBucket(settings)
        storages = Uploadcare(storages={"mine": f"{settings.bucket}/copies"})
        with make_stage(storages, clouds=CLOUDS, store=settings) as stage:
            yield Client(stage)


def copied(client: Client, key: str) -> bytes:
    blob = S3Store(replace(client.stage.settings.store, prefix="copies")).get(key)
    assert blob, key
    return blob.body


def test_a_file_is_copied_under_the_name_of_a_pattern(client: Client) -> None:
    file_id = Uploads(client.stage).upload(name="my cat.jpg")
    for pattern, key in KEYS.items():
        sent = {"source": file_id, "target": "mine", **({"pattern": pattern} if pattern else {})}
        answer = client.ask("POST", "/files/remote_copy/", json=sent)
        wanted = key.format(uuid=file_id)
        bucket = client.stage.settings.store.bucket
        assert (answer.status_code, answer.json()) == (201, {"type": "url", "result": f"s3://{bucket}/copies/{wanted}"})
        assert copied(client, wanted) == photo()


def test_operations_are_applied_to_what_is_copied(client: Client) -> None:
    file_id = Uploads(client.stage).upload(name="cat.jpg")
    source = f"{file_id}/-/resize/48x/-/format/png/"
    answer = client.ask("POST", "/files/remote_copy/", json={"source": source, "target": "mine"})
    picture = opened(copied(client, answer.json()["result"].partition("/copies/")[2]))
    assert (picture.width, picture.height) == (48, 32)


@pytest.mark.parametrize("pattern", ["../x", "/x", "a//b", "x\ny"])
def test_a_pattern_that_is_no_key_is_refused(client: Client, pattern: str) -> None:
    sent = {"source": Uploads(client.stage).upload(), "target": "mine", "pattern": pattern}
    assert client.ask("POST", "/files/remote_copy/", json=sent).status_code == 400
