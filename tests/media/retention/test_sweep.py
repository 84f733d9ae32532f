"""A whole sweep: fetched sources, leftovers, dry runs; again after a kill; two at once; in a folder, too."""

import contextlib
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from media.records.paths import asset_path, record_path
from media.records.sources import PIECES, source_path
from media.retention.rules import RECORDS_MAX_AGE_SECONDS
from media.stores.filesystem import FilesystemStore
from media.work.conversion import CONVERSION_FILES, CONVERSIONS, Conversion, File
from media.work.jobs import BATCHES, GUESTS, NOTICES, REPLACEMENTS
from tests.media.retention.conftest import SETTINGS, Clock, FixedMarks, House, digest_of, new_house
from tests.media.retention.test_made import DAY_SECONDS, derive, key
from tests.stores.hooked import HookedStore

KIB = 1024
#: Eight fetched sources of 12 KiB.
BOUND = 8 * 16 * KIB


def body(number: int) -> bytes:
    return f"{number:012}".encode() * KIB


def urls(house: House) -> set[str]:
    return {found.public_id for found in house.catalog.every_asset() if found.type == "fetch"}


def test_fetched_sources_go_with_age_and_uploads_stay(house: House) -> None:
    house.upload(body(0))
    house.fetch(body(1), "https://a.example/1")
    house.wait(20 * DAY_SECONDS)
    house.fetch(body(2), "https://a.example/2")
    house.wait(20 * DAY_SECONDS)
    house.sweep()
    assert urls(house) == {"https://a.example/2"}
    house.wait()
    house.sweep()
    assert {path[-64:] for path in house.paths("sources/")} == {digest_of(body(0)), digest_of(body(2))}


@pytest.mark.parametrize("said", [{"tags": ("mine",)}, {"context": {"alt": "x"}}, {"moderation": "manual/approved"}])
def test_a_fetched_source_of_which_somebody_said_something_is_his(house: House, said: dict[str, object]) -> None:
    house.fetch(body(1), "https://a.example/1", **said)
    house.wait(400 * DAY_SECONDS)
    house.sweep(guest_max_bytes=1)
    assert urls(house) == {"https://a.example/1"}


def test_fetched_sources_that_were_longest_not_asked_for_go_beyond_the_bound(house: House) -> None:
    for number in range(20):
        house.fetch(body(number), f"https://a.example/{number:02}")
        house.wait(600)
    house.fetch(body(0), "https://a.example/00")
    for _ in range(3):
        measured = house.sweep(guest_max_bytes=BOUND)
        house.wait()
    assert urls(house) == {"https://a.example/00", *(f"https://a.example/{number}" for number in range(15, 20))}
    assert sum(entry.size for entry in house.store.entries("sources/")) <= measured[GUESTS] <= BOUND


def test_what_others_record_too_is_no_guest(house: House) -> None:
    house.upload(body(0))
    house.fetch(body(0), "https://a.example/0")
    house.fetch(body(1), "https://a.example/1")
    house.store.put(f"sources/ab/{'ab' * 32}", body(2))
    assert house.sweep()[GUESTS] == 2 * 16 * KIB


def test_pieces_of_an_upload_go_together_when_no_more_of_them_come(house: House) -> None:
    for folder in ("left", "under-way"):
        house.store.put(f"{PIECES}{folder}/0-1-", b"x")
    house.wait(SETTINGS.chunks_max_age_seconds - 1)
    house.store.put(f"{PIECES}under-way/1-2-", b"x")
    house.wait(10)
    house.sweep()
    assert house.paths(PIECES) == [f"{PIECES}under-way/0-1-", f"{PIECES}under-way/1-2-"]


@pytest.mark.parametrize("kind", [BATCHES, REPLACEMENTS, NOTICES])
def test_records_of_work_long_done_go(house: House, kind: str) -> None:
    house.catalog.records(kind).put("old", {"id": "old", "source_digest": digest_of(b"")})
    house.wait(RECORDS_MAX_AGE_SECONDS - DAY_SECONDS)
    house.catalog.records(kind).put("new", {"id": "new", "source_digest": digest_of(b"")})
    house.sweep()
    assert len(house.paths("catalog/records/")) == 2
    house.wait(2 * DAY_SECONDS)
    house.sweep()
    assert house.paths("catalog/records/") == [record_path(kind, "new")]


def test_probes_of_killed_processes_go(house: House) -> None:
    house.store.put("probe/conditional-write-1", b"")
    house.sweep()
    assert house.paths() == ["probe/conditional-write-1"]
    house.wait()
    house.sweep()
    assert house.paths() == []


def filled() -> House:
    """Something to do for every step."""
    house = new_house()
    house.store.put(f"{PIECES}left/0-1-", b"x")
    for number in range(12):
        house.fetch(body(number), f"https://a.example/{number}")
        derive(house, number)
        house.wait(600)
    house.upload(b"kept", "kept", tags=("a", "b"), context={"alt": "x"})
    gone = house.upload(b"gone", "gone")
    house.store.put(f"made/ab/{gone.digest}/cutouts-{key(0)}", b"")
    house.catalog.delete(gone.ref)
    house.wait(40 * DAY_SECONDS)
    house.fetch(body(99), "https://a.example/99")
    house.marks = FixedMarks({key(3): house.clock.now})
    return house


SMALL = {"derived_max_bytes": 40 * KIB, "guest_max_bytes": BOUND}


def test_a_dry_run_says_what_would_go_and_changes_nothing() -> None:
    house = filled()
    before = [(path, house.store.stat(path)) for path in house.paths()]
    house.sweep(dry_run=True, **SMALL)
    said = house.tallies
    assert [(path, house.store.stat(path)) for path in house.paths()] == before
    house.sweep(**SMALL)
    for step in ("leftovers", "records", "sources", "least used"):
        assert said[step].deleted > 0, step
        assert said[step] == house.tallies[step], step


def end_state(house: House) -> list[str]:
    """What is left after more sweeps. Index entries that lead nowhere may be left by whoever is killed."""
    for _ in range(3):
        house.wait()
        house.sweep(**SMALL)
    names = sorted(found.public_id for found in house.catalog.every_asset())
    return [*names, *(path for path in house.paths() if not path.startswith("catalog/"))]


class KilledError(Exception):
    pass


def kill(house: House) -> None:
    raise KilledError


def sweep_too(house: House) -> None:
    house.sweep(**SMALL)


@pytest.mark.parametrize("act", [kill, sweep_too])
def test_a_killed_sweep_and_two_at_once_end_where_one_would(act: Callable[[House], None]) -> None:
    house = filled()
    house.sweep(**SMALL)
    expected = end_state(house)
    moment, was_hit = 0, True
    while was_hit:
        moment += 7
        house = filled()
        hits: list[int] = []
        house.store.call_at(moment, lambda: (hits.append(1), act(house)))  # noqa: B023  called within this round
        with contextlib.suppress(KilledError):
            house.sweep(**SMALL)
        was_hit = bool(hits)
        house.store.call_at(0, lambda: None)
        assert end_state(house) == expected, moment
    assert moment > 70


def test_a_folder_is_swept_like_memory(tmp_path: Path) -> None:
    house = House(HookedStore(FilesystemStore(tmp_path)), Clock())
    kept, gone = house.upload(b"kept", "kept"), house.upload(b"gone", "gone")
    house.catalog.delete(gone.ref)
    derive(house, 0, size=90 * KIB)
    for _ in range(3):
        house.sweep(grace_seconds=0, derived_max_bytes=KIB)
    left = [path for path in house.paths() if not path.startswith("catalog/")]
    assert left == [source_path(kept.digest)]


def test_a_conversion_keeps_its_sources_until_it_has_expired(house: House) -> None:
    asset = house.upload(b"photo")
    conversion = Conversion("id", "demo", house.clock.now, (File("file", "a.jpg", "a.png", source=asset),))
    house.catalog.records(CONVERSIONS).put("id", conversion.to_document())
    house.catalog.records(CONVERSION_FILES).put("file", {"conversion": "id", "number": 0})
    house.catalog.delete(asset.ref)
    assert Conversion.from_document(conversion.to_document()) == conversion
    house.wait()
    house.sweep()
    assert house.paths("sources/")
    house.wait(DAY_SECONDS)
    house.sweep()
    assert not house.paths("catalog/records/conversion")
    house.wait()
    house.sweep()
    assert not house.paths("sources/")


def test_what_finds_an_asset_goes_if_its_process_was_killed_before_the_record_came(house: House) -> None:
    house.upload(b"kept", "kept", tags=("red",), context={"alt": "x"}, asset_folder="folder")
    kept = set(house.paths("catalog/"))
    lost = house.upload(b"lost", "lost", tags=("red", "blue"), context={"alt": "y"}, asset_folder="folder")
    house.store.delete(asset_path(lost.ref))
    house.sweep()
    assert set(house.paths("catalog/")) > kept
    house.wait()
    house.sweep()
    assert set(house.paths("catalog/")) == kept
    house.upload(b"lost", "lost", tags=("red",))
    assert [each.public_id for each in house.catalog.list_tagged("demo", "image", "red").assets] == ["kept", "lost"]


def test_a_record_that_was_moved_by_a_killed_process_leaves_nothing_in_its_place(house: House) -> None:
    house.upload(b"kept", "kept")
    paths = set(house.paths("catalog/"))
    moved = replace(house.upload(b"moved", "moved").ref)
    house.store.put(asset_path(moved), json.dumps({"moved": "elsewhere"}).encode())
    house.wait()
    house.sweep(dry_run=True)
    assert asset_path(moved) in house.paths("catalog/")
    house.sweep()
    assert set(house.paths("catalog/")) == paths
