"""Bytes that records name: found wherever they lie, young when a record begins to name them."""

from dataclasses import replace

import pytest

from media.errors import Unavailable
from media.records.catalog import Catalog
from media.records.sources import check_source, load_source, renew_source, retired_path, save_source, source_path
from media.stores.memory import MemoryStore
from tests.media.records.test_catalog import REF, asset

DIGEST = "c" * 64
KEPT = "e" * 64


class Clock:
    now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(clock: Clock) -> MemoryStore:
    return MemoryStore(clock)


def age(store: MemoryStore, digest: str) -> float:
    return store.entries(source_path(digest))[0].modified


def test_retired_bytes_are_still_found(store: MemoryStore) -> None:
    assert load_source(store, DIGEST) is None
    store.put(retired_path(DIGEST), b"pixels")
    assert load_source(store, DIGEST) == b"pixels"


def test_saving_again_makes_bytes_young(store: MemoryStore, clock: Clock) -> None:
    save_source(store, DIGEST, b"pixels")
    clock.now += 50
    save_source(store, DIGEST, b"pixels")
    assert age(store, DIGEST) == clock.now


def test_no_record_is_written_of_bytes_that_are_gone_or_about_to_go(store: MemoryStore) -> None:
    store.put(retired_path(DIGEST), b"pixels")
    with pytest.raises(Unavailable, match="send it again"):
        check_source(store, DIGEST)
    renew_source(store, DIGEST)
    check_source(store, DIGEST)


def test_a_rename_makes_the_bytes_of_every_kept_version_young(store: MemoryStore, clock: Clock) -> None:
    for digest in (DIGEST, KEPT):
        save_source(store, digest, b"pixels")
    kept = replace(asset().backup(), digest=KEPT)
    catalog = Catalog(store)
    catalog.save(asset(backups=(kept,)))
    clock.now += 50
    catalog.rename(REF, replace(REF, public_id="boot"), lambda found: found, overwrite=False)
    assert [age(store, digest) for digest in (DIGEST, KEPT)] == [clock.now] * 2
