"""Listing 100,000 assets page by page: time per page and memory must stay flat (`make bench`).

The records are laid as files into the store's folder, as a restored backup would: it is the reading that is measured.
"""

import json
import resource
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from pathlib import Path

import boto3
import pytest
from moto.core import DEFAULT_ACCOUNT_ID
from moto.s3.models import FakeKey, s3_backends

from media.config import StoreSettings
from media.records.catalog import Catalog
from media.records.documents import cursor_at
from media.records.paths import asset_path
from media.stores.filesystem import FilesystemStore
from media.stores.listing import SETTLED_SECONDS
from media.stores.s3 import S3Store
from media.stores.store import Stat, Store
from media.stores.trailer import trailer
from tests.media.records.test_catalog import asset
from tests.stores import servers

ASSETS = 100_000
#: rclone reads and hashes every file of the folder for each page it lists (minutes at 100,000), S3 and MinIO do not.
RCLONE_ASSETS = 4_000
PAGE = 500
#: How much the last pages may cost more than the first; the machine is shared.
FLAT = 3.0
MEMORY_KIB = 60_000
#: Pages read at each place of the large bucket.
SAMPLE = 4


@contextmanager
def in_files(folder: Path) -> Iterator[Store]:
    fill(folder, ASSETS, ends_in_trailer=True)
    yield FilesystemStore(folder)


@contextmanager
def in_rclone(folder: Path) -> Iterator[Store]:
    with servers.rclone(folder) as settings:
        fill(folder / settings.bucket / settings.prefix, RCLONE_ASSETS, ends_in_trailer=False)
        yield S3Store(settings)


def fill(folder: Path, assets: int, *, ends_in_trailer: bool) -> None:
    document = asset().to_document()
    for number in range(assets):
        name = f"photo {number:06}"
        path = folder / asset_path(replace(asset().ref, public_id=name))
        if not number:
            path.parent.mkdir(parents=True)
        body = json.dumps({**document, "public_id": name}).encode()
        path.write_bytes(body + (trailer(Stat(len(body), "etag")) if ends_in_trailer else b""))
    time.sleep(SETTLED_SECONDS + 0.1)


@pytest.mark.parametrize(
    ("place", "assets"), [(in_files, ASSETS), (in_rclone, RCLONE_ASSETS)], ids=["filesystem", "s3"]
)
def test_pages_of_a_large_catalog_cost_the_same(
    tmp_path: Path, place: Callable[[Path], AbstractContextManager[Store]], assets: int
) -> None:
    with place(tmp_path) as store:
        seconds, grown, found = list_all(store)
    assert found == assets
    ordered = sorted(seconds)
    median = ordered[len(ordered) // 2]
    print(
        f"\n{type(store).__name__}: {len(seconds)} pages of {PAGE}, median {median * 1000:.0f} ms, "
        f"first {seconds[0] * 1000:.0f} ms, slowest {ordered[-1] * 1000:.0f} ms, memory +{grown // 1024} MiB"
    )
    quarter = len(seconds) // 4
    assert sum(seconds[-quarter:]) < FLAT * sum(seconds[:quarter])
    assert ordered[int(len(ordered) * 0.9)] < FLAT * median
    assert grown < MEMORY_KIB


def list_all(store: Store) -> tuple[list[float], int, int]:
    catalog, seconds, cursor, found = Catalog(store), [], "", 0
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    while True:
        start = time.perf_counter()
        page = catalog.list_assets("demo", "image", "upload", cursor=cursor, limit=PAGE)
        seconds.append(time.perf_counter() - start)
        found, cursor = found + len(page.assets), page.cursor
        if not cursor:
            break
    return seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before, found


def test_pages_anywhere_in_a_large_bucket_cost_the_same() -> None:
    """100,000 records in moto's bucket, put there behind its HTTP face; pages at the start, in the middle, at the end.

    moto runs in this process and costs most of a page: only the comparison of the three places says something.
    """
    with servers.moto() as settings:
        boto3.client(
            "s3", endpoint_url=settings.endpoint, region_name=settings.region,
            aws_access_key_id=settings.access_key, aws_secret_access_key=settings.secret_key,
        ).create_bucket(Bucket=settings.bucket)  # fmt: skip
        store = S3Store(settings)
        fill_moto(settings)
        seconds = {place: [*pages_from(store, place)] for place in (0, ASSETS // 2, ASSETS - SAMPLE * PAGE)}
    medians = {place: sorted(each)[len(each) // 2] for place, each in seconds.items()}
    print(
        f"\nS3Store on moto, {ASSETS} records: "
        + ", ".join(f"at {at} {median:.2f} s" for at, median in medians.items())
    )
    assert max(medians.values()) < FLAT * min(medians.values())


def fill_moto(settings: StoreSettings) -> None:
    document = asset().to_document()
    bucket = s3_backends[DEFAULT_ACCOUNT_ID]["aws"].buckets[settings.bucket]
    for number in range(ASSETS):
        name = f"photo {number:06}"
        body = json.dumps({**document, "public_id": name}).encode()
        key = "/".join(part for part in (settings.prefix.strip("/"), path_of(number)) if part)
        bucket.keys[key] = FakeKey(key, body, DEFAULT_ACCOUNT_ID, settings.region, bucket_name=settings.bucket)


def path_of(number: int) -> str:
    return asset_path(replace(asset().ref, public_id=f"photo {number:06}"))


def pages_from(store: Store, first: int) -> Iterator[float]:
    catalog, cursor = Catalog(store), cursor_at(path_of(first)) if first else ""
    for number in range(SAMPLE):
        start = time.perf_counter()
        page = catalog.list_assets("demo", "image", "upload", cursor=cursor, limit=PAGE)
        yield time.perf_counter() - start
        assert page.assets[0].public_id == f"photo {first + number * PAGE:06}"
        assert len(page.assets) == PAGE
        cursor = page.cursor
