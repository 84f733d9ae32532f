"""``s3://bucket/key`` as a file: only from buckets the operator named, read with the store's credentials."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from media.config import Origin
from media.stores.s3 import S3Store
from tests.conftest import MakeStage
from tests.pictures import photo
from tests.proxy.cloudinary.api.conftest import Api
from tests.signing import signed
from tests.stores import servers


@pytest.fixture
def api(make_stage: MakeStage) -> Iterator[Api]:
    with servers.moto() as settings:
        servers.TestBucket(settings)
        S3Store(replace(settings, prefix="")).put("shop/shoe.jpg", photo())
        with make_stage(store=settings, origin=Origin(s3_buckets=(settings.bucket,))) as stage:
            yield Api(stage)


CASES = [
    ("s3://{bucket}/shop/shoe.jpg", 200, ""),
    ("s3://{bucket}/shop/none.jpg", 404, "Resource not found - s3://"),
    ("s3://{bucket}/../x", 400, "is not a key of a bucket"),
    ("s3://secrets/shoe.jpg", 403, "The bucket secrets is not among the permitted ones"),
]


@pytest.mark.parametrize(("address", "status", "message"), CASES)
def test_a_file_in_a_bucket(api: Api, address: str, status: int, message: str) -> None:
    file = address.format(bucket=api.stage.settings.store.bucket)
    answer = api.stage.client.post("/v1_1/demo/image/upload", data={**signed({"public_id": "far"}), "file": file})
    assert answer.status_code == status, answer.text
    if status == 200:
        assert answer.json()["original_filename"] == "shoe"
    else:
        assert message in answer.json()["error"]["message"]
