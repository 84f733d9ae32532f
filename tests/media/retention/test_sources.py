"""Sources: what a record names stays, whoever writes, renames, sweeps or dies at whatever moment."""

import contextlib
from collections.abc import Callable
from dataclasses import asdict, replace

import pytest

from media.errors import MediaError
from media.records.asset import SourceRef
from media.records.paths import asset_path
from media.records.sources import load_source, retired_path, source_path
from media.work.batch import Batch, Replacement, Row
from media.work.jobs import BATCHES, REPLACEMENTS
from tests.media.retention.conftest import GRACE, House, digest_of, new_house

REF = SourceRef("demo", "image", "upload", "shoe")
BODY = b"pixels"
DIGEST = digest_of(BODY)
LATER = 10 * GRACE


def is_there(house: House, body: bytes = BODY) -> bool:
    return load_source(house.store, digest_of(body)) == body


def sweep_for_long(house: House) -> None:
    for _ in range(4):
        house.wait()
        house.sweep()


def test_bytes_of_a_deleted_asset_are_retired_then_deleted(house: House) -> None:
    house.upload(BODY)
    house.wait(LATER)
    house.catalog.delete(REF)
    house.sweep()
    assert house.paths("sources/") == []
    assert house.paths("retired/") == [retired_path(DIGEST)]
    assert is_there(house)
    house.wait()
    house.sweep()
    assert not is_there(house)


def test_bytes_younger_than_the_grace_stay_whatever_names_them(house: House) -> None:
    house.upload(BODY)
    house.catalog.delete(REF)
    house.wait(GRACE - 1)
    house.sweep()
    assert house.paths("sources/") == [source_path(DIGEST)]


def backed_up(house: House) -> None:
    house.upload(BODY, backups=(replace(house.upload(BODY).backup()),))
    house.upload(b"newer")


def deleted_but_restorable(house: House) -> None:
    backed_up(house)
    house.catalog.update(REF, lambda found: replace(found, placeholder=True))


def of_two_assets(house: House) -> None:
    house.upload(BODY)
    house.upload(BODY, "other")
    house.catalog.delete(REF)


def of_a_batch(house: House) -> None:
    house.upload(BODY)
    row = Row("k" * 64, "", {"shoe": DIGEST}, "", "", {})
    house.catalog.records(BATCHES).put("b", Batch("b", "demo", "a", digest_of(b"other"), (row,)).to_document())
    house.catalog.delete(REF)


def of_a_replacement(house: House) -> None:
    house.upload(BODY)
    wanted = Replacement("r", "demo", "image", "upload", "shoe", "v", DIGEST, "{}", "s")
    house.catalog.records(REPLACEMENTS).put("r", asdict(wanted))
    house.catalog.delete(REF)


@pytest.mark.parametrize("name", [backed_up, deleted_but_restorable, of_two_assets, of_a_batch, of_a_replacement])
def test_bytes_that_any_record_names_stay(house: House, name: Callable[[House], None]) -> None:
    name(house)
    sweep_for_long(house)
    assert house.paths("sources/").count(source_path(DIGEST)) == 1


def test_a_damaged_record_ends_the_sweep_before_any_source_is_deleted(house: House) -> None:
    house.upload(BODY)
    house.store.put(asset_path(REF), b"{")
    house.store.put(f"derived/ab/{'ab' * 32}", b"x" * 10_000)
    house.wait(LATER)
    with pytest.raises(MediaError, match="damaged"):
        house.sweep(derived_max_bytes=1)
    assert is_there(house)
    assert house.paths("derived/") == []


def uploads_again(house: House) -> None:
    house.upload(BODY)


def renames_to_the_front(house: House) -> None:
    house.rename("kept", "a-name-that-the-walk-has-passed")


def renames_to_and_fro(house: House) -> None:
    house.rename("kept", "a")
    house.rename("a", "kept")


def sweeps_too(house: House) -> None:
    house.sweep()


def loses_the_worker(house: House) -> None:
    raise KilledError


class KilledError(Exception):
    pass


def prepared(*, moves_at_once: bool) -> House:
    """An old orphan whose bytes somebody may upload again, and an asset that stays."""
    house = new_house(moves_at_once=moves_at_once)
    house.upload(BODY)
    house.upload(b"kept", "kept", tags=("a",))
    house.upload(b"last", "z")
    house.catalog.delete(REF)
    house.wait(LATER)
    return house


@pytest.mark.parametrize("moves_at_once", [True, False])
@pytest.mark.parametrize("act", [uploads_again, renames_to_the_front, renames_to_and_fro, sweeps_too, loses_the_worker])
def test_nothing_that_a_record_names_is_lost_whatever_happens_at_any_moment_of_a_sweep(
    act: Callable[[House], None], moves_at_once: bool
) -> None:
    moment, was_hit = 0, True
    while was_hit:
        moment += 1
        house = prepared(moves_at_once=moves_at_once)
        hits: list[int] = []
        house.store.call_at(moment, lambda: (hits.append(1), act(house)))  # noqa: B023  called within this round
        with contextlib.suppress(KilledError):
            house.sweep()
        was_hit = bool(hits)
        house.store.call_at(0, lambda: None)
        assert source_path(digest_of(b"kept")) in house.paths("sources/"), "a rename hid it from the walk"
        # Whatever the sweep did is found or put back: at once, and after every later sweep.
        for _ in range(4):
            assert is_there(house, b"kept"), moment
            assert is_there(house, b"last"), moment
            assert is_there(house) or act is not uploads_again or not was_hit, moment
            house.wait()
            house.sweep()
        names = [found.public_id for found in house.catalog.every_asset()]
        expected = 2 + (act is uploads_again and was_hit)
        assert len(names) == expected, names
        assert len(house.paths("sources/")) == expected, moment
        assert house.paths("retired/") == []
    assert moment > 10


def test_two_who_upload_and_delete_the_same_bytes_while_others_sweep_lose_nothing(house: House) -> None:
    for turn in range(6):
        house.upload(BODY)
        house.sweep()
        house.wait()
        house.upload(BODY, "other")
        house.catalog.delete(REF)
        house.sweep()
        house.wait()
        assert is_there(house), turn
        house.upload(BODY)
        house.catalog.delete(replace(REF, public_id="other"))
        assert is_there(house), turn
