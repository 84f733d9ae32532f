"""What can be made again: the least used goes beyond the bound, the rest stays; lists do not outlive what they list."""

import pytest

from media.derived.cutouts import has_cutout, load_cutout
from media.derived.paths import (
    cutout_colour_path,
    cutout_matte_path,
    derived_path,
    faces_path,
    maps_path,
)
from media.derived.units import key_of, note_made
from media.records.asset import DerivedEntry, SourceRef
from media.retention.made import ASKED_ONCE_SECONDS
from media.work.jobs import MADE
from tests.media.retention.conftest import GRACE, House, digest_of

KIB = 1024
BOUND = 100 * KIB
REF = SourceRef("demo", "image", "upload", "shoe")
DAY_SECONDS = 86_400


def key(number: int) -> str:
    return digest_of(f"{number}".encode())


def derive(house: House, number: int, size: int = 3 * KIB) -> None:
    house.store.put(derived_path(key(number)), b"x" * size)


def stored(house: House, prefix: str = "derived/") -> int:
    return sum(entry.size for entry in house.store.entries(prefix, limit=100_000))


def test_nothing_goes_below_the_bound(house: House) -> None:
    for number in range(10):
        derive(house, number)
    house.sweep(derived_max_bytes=BOUND)
    assert len(house.paths("derived/")) == 10


def test_the_oldest_go_first_and_the_used_stay_beyond_the_bound(house: House) -> None:
    for number in range(100):
        derive(house, number)
        house.wait(600)
    hot = [0, 7, 50]
    house.marks.moments = {key(number): house.clock.now for number in hot}
    measured = house.sweep(derived_max_bytes=BOUND)
    left = house.paths("derived/")
    assert all(derived_path(key(number)) in left for number in hot)
    assert derived_path(key(99)) in left
    assert derived_path(key(1)) not in left
    assert stored(house) <= measured[MADE] <= BOUND * 0.8


def test_a_flood_of_what_is_asked_for_once_takes_no_place_from_what_is_asked_for_again(house: House) -> None:
    for number in range(8):
        derive(house, number)
    house.wait(600)
    house.marks.moments = {key(number): house.clock.now for number in range(8)}
    house.wait(ASKED_ONCE_SECONDS / 2)
    for number in range(8, 500):
        derive(house, number)
    house.sweep(derived_max_bytes=BOUND)
    assert all(derived_path(key(number)) in house.paths("derived/") for number in range(8))
    assert stored(house) < BOUND


def test_without_marks_the_last_write_counts(house: House) -> None:
    for number in range(60):
        derive(house, number)
        house.wait(600)
    house.sweep(derived_max_bytes=BOUND)
    left = {derived_path(key(number)) in house.paths("derived/") and number for number in range(60)}
    assert max(left) == 59
    assert derived_path(key(0)) not in house.paths("derived/")


def test_a_flood_of_empty_files_has_a_bound_too(house: House) -> None:
    for number in range(200):
        derive(house, number, size=0)
    house.sweep(derived_max_bytes=BOUND)
    assert len(house.paths("derived/")) <= BOUND // 4096


@pytest.mark.parametrize(("max_age", "is_left"), [(10 * DAY_SECONDS, False), (0, True), (60 * DAY_SECONDS, True)])
def test_what_nobody_asks_for_goes_with_age(house: House, max_age: int, is_left: bool) -> None:
    derive(house, 0)
    derive(house, 1)
    house.wait(30 * DAY_SECONDS)
    house.marks.moments = {key(1): house.clock.now - DAY_SECONDS}
    house.sweep(derived_max_age_seconds=max_age)
    assert (derived_path(key(0)) in house.paths()) is is_left
    assert derived_path(key(1)) in house.paths()


def make_cutout(house: House, number: int, source: str = "") -> None:
    if source:
        note_made(house.store, source, "cutouts", key(number))
        note_made(house.store, source, "maps", key(number))
    house.store.put(maps_path(key(number)), b"m" * KIB)
    house.store.put(faces_path(key(number)), b"[]")
    house.store.put(cutout_colour_path(key(number)), b"c" * 9 * KIB)
    house.store.put(cutout_matte_path(key(number)), b"m" * KIB)


def test_cutouts_go_whole(house: House) -> None:
    for number in range(50):
        make_cutout(house, number)
        house.wait(600)
    house.sweep(derived_max_bytes=4 * BOUND)
    colours = {path.rpartition(".")[0] for path in house.paths("cutouts/") if path.endswith(".jpg")}
    mattes = {path.rpartition(".")[0] for path in house.paths("cutouts/") if path.endswith(".png")}
    assert 0 < len(colours) < 50
    assert colours == mattes
    assert {key_of(path) for path in house.paths("faces/")} <= {key_of(path) for path in house.paths("maps/")}


def test_a_sweep_that_is_killed_between_the_two_halves_of_a_cutout_leaves_none_that_counts(house: House) -> None:
    make_cutout(house, 0)
    house.store.delete(cutout_matte_path(key(0)))
    assert not has_cutout(house.store, key(0))
    make_cutout(house, 0)
    house.store.delete(cutout_colour_path(key(0)))  # beside a worker that made it anew
    assert load_cutout(house.store, key(0)) is None
    assert not has_cutout(house.store, key(0))


def note(house: House, number: int, asset_id: str, digest: str) -> None:
    derive(house, number)
    entry = DerivedEntry(key=key(number), transformation="w_1", extension="", format="png", bytes=1)
    house.catalog.note_derived(asset_id, digest, entry)


def test_lists_lose_what_is_gone_and_keep_what_is_there(house: House) -> None:
    asset = house.upload(b"pixels")
    for number in range(3):
        note(house, number, asset.asset_id, asset.digest)
    house.store.delete(derived_path(key(1)))
    house.wait()
    house.sweep()
    entries, _ = house.catalog.list_derived(asset.asset_id, asset.digest)
    assert {entry.key for entry in entries} == {key(0), key(2)}


def test_what_was_made_of_a_version_that_is_gone_goes_with_it(house: House) -> None:
    asset = house.upload(b"pixels")
    other = house.upload(b"other", "other")
    note(house, 0, asset.asset_id, asset.digest)
    note(house, 1, other.asset_id, other.digest)
    make_cutout(house, 2, asset.digest)
    make_cutout(house, 3, other.digest)
    house.catalog.delete(REF)
    house.wait()
    house.sweep()
    left = [path for path in house.paths() if not path.startswith(("catalog/assets", "catalog/ids", "sources", "ret"))]
    assert key(0) not in " ".join(left)
    assert key(2) not in " ".join(left)
    for path in (derived_path(key(1)), cutout_matte_path(key(3)), maps_path(key(3)), faces_path(key(3))):
        assert path in left
    assert len([path for path in left if path.startswith(("made/", "catalog/derived/"))]) == 3


def test_an_entry_written_while_the_sweep_runs_stays(house: House) -> None:
    asset = house.upload(b"pixels")
    house.wait(10 * GRACE)
    entry = DerivedEntry(key=key(0), transformation="w_1", extension="", format="png", bytes=1)
    house.catalog.note_derived(asset.asset_id, asset.digest, entry)
    house.sweep()
    assert len(house.paths("catalog/derived/")) == 1


def test_what_was_made_ahead_stays_open_when_it_has_to_be_made_again(house: House) -> None:
    asset = house.upload(b"pixels")
    for number, is_eager in enumerate((True, False)):
        derive(house, number)
        entry = DerivedEntry(key=key(number), transformation="w_1", extension="", format="png", bytes=1, eager=is_eager)
        house.catalog.note_derived(asset.asset_id, asset.digest, entry)
        house.store.delete(derived_path(key(number)))
    house.wait()
    house.sweep()
    assert [house.catalog.is_eager(asset.asset_id, asset.digest, key(number)) for number in range(2)] == [True, False]
    entries, _ = house.catalog.list_derived(asset.asset_id, asset.digest)
    assert [entry.key for entry in entries] == [key(0)]
