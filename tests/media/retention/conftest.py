"""A store whose clock is set by hand, filled with what others would store, and sweeps of it."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import pytest

from media.config import StoreSettings
from media.records.asset import Asset, SourceRef
from media.records.catalog import Catalog
from media.records.sources import check_source, save_source
from media.retention.bin import Bin, Tally
from media.retention.sweep import sweep
from media.stores.memory import MemoryStore
from tests.media.records.test_catalog import asset
from tests.stores.hooked import HookedStore

START = 1_700_000_000.0
GRACE = 900
SETTINGS = StoreSettings(grace_seconds=GRACE)


class Clock:
    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> float:
        return self.now


def digest_of(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


@dataclass
class FixedMarks:
    """What was last used, by key."""

    moments: dict[str, float] = field(default_factory=dict)

    def last_used(self, keys: Sequence[str]) -> Sequence[float | None]:
        return [self.moments.get(key) for key in keys]


@dataclass
class House:
    """``upload`` and its kin do what the proxy does, in its order."""

    store: HookedStore
    clock: Clock
    marks: FixedMarks = field(default_factory=FixedMarks)
    tallies: dict[str, Tally] = field(default_factory=dict)

    @property
    def catalog(self) -> Catalog:
        return Catalog(self.store)

    def upload(self, body: bytes, public_id: str = "shoe", **fields: object) -> Asset:
        name = digest_of(body)
        save_source(self.store, name, body)
        check_source(self.store, name)
        now = datetime.fromtimestamp(self.clock.now, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        made = asset(public_id, digest=name, bytes=len(body), uploaded_at=now, **fields)
        return self.catalog.save(made)

    def fetch(self, body: bytes, url: str, **fields: object) -> Asset:
        return self.upload(body, url, type="fetch", **fields)

    def rename(self, name: str, to: str) -> Asset:
        ref = SourceRef("demo", "image", "upload", name)
        return self.catalog.rename(ref, replace(ref, public_id=to), lambda found: found, overwrite=False)

    def wait(self, seconds: float = GRACE + 1) -> None:
        self.clock.now += seconds

    def sweep(self, *, dry_run: bool = False, **settings: object) -> Mapping[str, int]:
        found = replace(SETTINGS, **settings)  # type: ignore[arg-type]
        bin_ = Bin(self.store, dry_run=dry_run)
        sweep(self.store, self.catalog, found, self.marks, bin_)
        self.tallies = bin_.tallies
        return bin_.measured

    def paths(self, prefix: str = "") -> list[str]:
        return list(self.store.keys(prefix, limit=100_000))


def new_house(*, moves_at_once: bool = True) -> House:
    clock = Clock()
    return House(HookedStore(MemoryStore(clock), moves_at_once=moves_at_once), clock)


@pytest.fixture
def house() -> House:
    return new_house()
