"""What goes by itself: only what is due, never what was kept meanwhile, whoever sweeps at once."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from media.errors import NotFound
from media.records.asset import Asset
from media.records.catalog import Catalog
from media.records.expiry import Expiry, count, due, expire, forget, note
from media.stores.memory import MemoryStore
from tests.media.records.test_catalog import asset as make_asset

NOW = 1_800_000_000


@pytest.fixture
def catalog() -> Catalog:
    return Catalog(MemoryStore())


def expiring(catalog: Catalog, name: str, moment: int = NOW, cloud: str = "demo") -> Expiry:
    """An asset that goes at ``moment``, and its entry."""
    asset = replace(make_asset(name), cloud=cloud, asset_id=f"id-{cloud}-{name}", expires_at=moment)
    tomb = ("tombs", name, {"was": name})
    expiry = Expiry(asset.asset_id, cloud, moment, asset.ref, taken=[("index", name)], left=[tomb])
    note(catalog, expiry)
    catalog.records("index").put(name, {})
    catalog.save(asset)
    return expiry


def found(catalog: Catalog, expiry: Expiry) -> Asset | None:
    ref = expiry.ref
    assert ref is not None
    return catalog.get(ref.cloud, ref.resource_type, ref.type, ref.public_id)


def test_only_what_is_due_is_found_in_every_cloud(catalog: Catalog) -> None:
    rows = [("a", NOW - 9, "demo"), ("b", NOW + 9, "demo"), ("c", NOW, "demo"), ("d", NOW - 1, "demo-a"), ("e", 1, "z")]
    for row in rows:
        expiring(catalog, *row)
    names = [each.ref.public_id for each in due(catalog, NOW) if each.ref]
    assert sorted(names) == ["a", "c", "d", "e"]
    assert (count(catalog, "demo"), count(catalog, "demo-a"), count(catalog, "nobody")) == (3, 1, 0)


def test_what_goes_takes_its_records_and_leaves_others(catalog: Catalog) -> None:
    expiry = expiring(catalog, "a")
    assert expire(catalog, expiry)
    assert found(catalog, expiry) is None
    assert (catalog.records("index").get("a"), catalog.records("tombs").get("a")) == (None, {"was": "a"})
    assert list(due(catalog, NOW)) == []
    assert not expire(catalog, expiry), "again: nothing is left to go"
    assert catalog.records("tombs").get("a") == {"was": "a"}


@pytest.mark.parametrize("until", [0, NOW + 60])
def test_what_was_kept_meanwhile_stays(catalog: Catalog, until: int) -> None:
    expiry = expiring(catalog, "a")
    assert expiry.ref is not None
    catalog.update(expiry.ref, lambda asset: replace(asset, expires_at=until))
    assert not expire(catalog, expiry)
    assert found(catalog, expiry) is not None
    assert (catalog.records("index").get("a"), catalog.records("tombs").get("a")) == ({}, None)
    assert list(due(catalog, NOW)) == []


def test_sweeps_at_once_and_somebody_who_keeps_agree(catalog: Catalog) -> None:
    """Whoever is first: what the keeper was told is there stays."""
    expiries = [expiring(catalog, f"file-{number}") for number in range(40)]

    def keep(expiry: Expiry) -> bool:
        assert expiry.ref is not None
        try:
            catalog.update(expiry.ref, lambda asset: replace(asset, expires_at=0))
        except NotFound:
            return False
        forget(catalog, expiry)
        return True

    with ThreadPoolExecutor(8) as pool:
        kept = [pool.submit(keep, each) for each in expiries]
        for _ in range(3):
            for each in expiries:
                pool.submit(expire, catalog, each)
    for expiry, keeping in zip(expiries, kept, strict=True):
        assert (found(catalog, expiry) is not None) == keeping.result(), expiry


def test_records_go_without_an_asset_too(catalog: Catalog) -> None:
    note(catalog, Expiry("t", "demo", NOW, taken=[("tombs", "t")]))
    catalog.records("tombs").put("t", {})
    (only,) = due(catalog, NOW)
    assert expire(catalog, only)
    assert catalog.records("tombs").get("t") is None
