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

import pytest

from media.catalog import Catalog
from media.record_paths import asset_path
from media.stores.filesystem import FilesystemStore
from media.stores.listing import SETTLED_SECONDS
from media.stores.s3 import S3Store
from media.stores.store import Stat, Store
from media.stores.trailer import trailer
from tests.media.test_catalog import asset
from tests.stores import servers

ASSETS = 100_000
#: rclone reads and hashes every file of the folder for each page it lists (minutes at 100,000), S3 and MinIO do not.
RCLONE_ASSETS = 4_000
PAGE = 500
#: How much the last pages may cost more than the first; the machine is shared.
FLAT = 3.0
MEMORY_KIB = 60_000


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
