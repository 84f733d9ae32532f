import json
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from media.errors import AlreadyExists, MediaError, NotFound, RequestError, Unavailable
from media.records.asset import Asset, Backup, DerivedEntry, SourceRef
from media.records.catalog import Catalog
from media.records.documents import Documents
from media.records.paths import asset_id_path, asset_path, marker_path
from media.stores.filesystem import FilesystemStore
from media.stores.memory import MemoryStore
from media.stores.store import PreconditionFailed, Stat, Store

REF = SourceRef("demo", "image", "upload", "shoe")
WRITERS = 50


def asset(public_id: str = "shoe", **changes: object) -> Asset:
    plain = Asset(
        asset_id=f"{abs(hash(public_id)):032x}"[:32],
        cloud="demo",
        resource_type="image",
        type="upload",
        public_id=public_id,
        version=1_700_000_000,
        version_id="b" * 32,
        format="png",
        width=4,
        height=3,
        pages=1,
        bytes=70,
        digest="c" * 64,
        etag="d" * 32,
        has_alpha=True,
        created_at="2026-11-21T05:42:00Z",
        uploaded_at="2026-11-21T05:42:00Z",
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def tagged(tag: str) -> Callable[[Asset], Asset]:
    return lambda found: replace(found, tags=(*found.tags, tag))


def untagged(tag: str) -> Callable[[Asset], Asset]:
    return lambda found: replace(found, tags=tuple(entry for entry in found.tags if entry != tag))


def in_memory(folder: Path) -> Store:
    return MemoryStore()


def in_files(folder: Path) -> Store:
    return FilesystemStore(folder)


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


@pytest.fixture
def catalog(store: MemoryStore) -> Catalog:
    return Catalog(store)


def test_an_asset_of_earlier_with_too_many_tags_may_lose_them_but_gain_none(
    store: MemoryStore, catalog: Catalog
) -> None:
    grown = asset(tags=tuple(f"t{number}" for number in range(1500)))
    store.put(asset_path(REF), json.dumps(grown.to_document()).encode())
    with pytest.raises(RequestError, match="at most 1000, got 1501"):
        catalog.update(REF, tagged("more"))
    assert len(catalog.update(REF, untagged("t0")).tags) == 1499
    assert catalog.update(REF, lambda found: replace(found, display_name="x")).display_name == "x"


RECORDS = [
    asset(),
    asset("Größe/猫 100%", tags=("a", "b/c"), context={"alt": "Schuh"}, info={"deep": {"list": [1, None, "x"]}}),
    asset("with a past", backups=(Backup(
        version_id="e" * 32, version=1, digest="f" * 64, format="jpg", width=1, height=2, pages=1, bytes=3,
        etag="0" * 32, has_alpha=False, uploaded_at="2026-11-20T05:42:00Z",
    ),)),
]  # fmt: skip


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.public_id)
def test_a_saved_asset_is_found_by_name_and_by_id(catalog: Catalog, record: Asset) -> None:
    assert catalog.get("demo", "image", "upload", record.public_id) is None
    assert catalog.save(record) == record
    assert catalog.get("demo", "image", "upload", record.public_id) == record
    assert catalog.get_by_asset_id(record.asset_id) == record


def test_fields_of_a_newer_version_survive_a_change_by_this_one(catalog: Catalog, store: MemoryStore) -> None:
    document = {**asset().to_document(), "invented_later": {"x": [1]}}
    store.put(asset_path(REF), json.dumps(document).encode())
    catalog.update(REF, tagged("new"))
    blob = store.get(asset_path(REF))
    assert blob is not None
    stored = json.loads(blob.body)
    assert stored["invented_later"] == {"x": [1]}
    assert stored["tags"] == ["new"]


def test_a_record_of_an_older_version_gets_defaults(catalog: Catalog, store: MemoryStore) -> None:
    newer = {"info", "backups", "placeholder", "display_name"}
    document = {name: value for name, value in asset().to_document().items() if name not in newer}
    store.put(asset_path(REF), json.dumps(document).encode())
    assert catalog.get("demo", "image", "upload", "shoe") == asset()


@pytest.mark.parametrize("text", [b"", b"{", b"[]", b"\xff", b'{"public_id": "shoe"}'])
def test_a_damaged_record_is_our_error(catalog: Catalog, store: MemoryStore, text: bytes) -> None:
    store.put(asset_path(REF), text)
    with pytest.raises(MediaError, match="damaged"):
        catalog.get("demo", "image", "upload", "shoe")


def test_saving_again_keeps_id_and_creation_and_raises_the_version(catalog: Catalog) -> None:
    first = catalog.save(asset())
    again = asset(asset_id="9" * 32, created_at="2027-01-01T00:00:00Z", digest="1" * 64)
    second = catalog.save(again)
    assert second == replace(again, asset_id=first.asset_id, created_at=first.created_at, version=first.version + 1)
    assert catalog.get_by_asset_id(first.asset_id) == second
    assert catalog.get_by_asset_id("9" * 32) is None


def test_saving_without_overwriting_refuses_a_taken_name(catalog: Catalog) -> None:
    first = catalog.save(asset(), overwrite=False)
    with pytest.raises(AlreadyExists, match="shoe"):
        catalog.save(asset(digest="1" * 64), overwrite=False)
    assert catalog.get("demo", "image", "upload", "shoe") == first


def test_updating_what_is_not_there_says_so(catalog: Catalog) -> None:
    with pytest.raises(NotFound, match="shoe"):
        catalog.update(REF, tagged("x"))


@pytest.mark.parametrize("changes", [{"public_id": "boot"}, {"asset_id": "0" * 32}, {"cloud": "other"}])
def test_a_change_cannot_rename(catalog: Catalog, changes: Mapping[str, str]) -> None:
    catalog.save(asset())
    with pytest.raises(ValueError, match="must keep"):
        catalog.update(REF, lambda found: replace(found, **changes))  # type: ignore[arg-type]


def test_a_change_that_changes_nothing_writes_nothing(catalog: Catalog, store: MemoryStore) -> None:
    catalog.save(asset())
    before = store.stat(asset_path(REF))
    catalog.update(REF, lambda found: found)
    assert store.stat(asset_path(REF)) is before


def test_a_deleted_asset_is_gone_from_every_list(catalog: Catalog, store: MemoryStore) -> None:
    catalog.save(asset(tags=("red", "blue")))
    assert catalog.delete(REF) == asset(tags=("red", "blue"))
    assert catalog.delete(REF) is None
    assert list(store.keys("")) == []


# --- lists -----------------------------------------------------------------------------------------------------

NAMES = ["B", "a", "a b", "a-1", "a/1", "a/2", "a0", "ab", "shoe", "Ä", "猫/1", "x" * 400, "x" * 400 + "y"]

LISTS = [
    ("", sorted(NAMES)),
    ("a", ["a", "a b", "a-1", "a/1", "a/2", "a0", "ab"]),
    ("a/", ["a/1", "a/2"]),
    ("猫", ["猫/1"]),
    ("x" * 399, ["x" * 400, "x" * 400 + "y"]),
    ("x" * 401, []),
    ("..", []),
    ("a//", []),
]


@pytest.mark.parametrize(("prefix", "expected"), LISTS, ids=[row[0][:9] for row in LISTS])
@pytest.mark.parametrize("limit", [1, 3, 100])
def test_assets_are_listed_by_prefix_page_by_page(
    catalog: Catalog, prefix: str, expected: list[str], limit: int
) -> None:
    for name in NAMES:
        catalog.save(asset(name))
    catalog.save(asset("shoe", cloud="other"))
    catalog.save(asset("shoe", type="private"))
    listed: list[str] = []
    cursor = ""
    while True:
        page = catalog.list_assets("demo", "image", "upload", prefix=prefix, cursor=cursor, limit=limit)
        assert len(page.assets) <= limit
        listed += [entry.public_id for entry in page.assets]
        cursor = page.cursor
        if not cursor:
            break
    # Long names end in a hash, so among themselves they have the hash's order.
    assert [name[:300] for name in listed] == [name[:300] for name in expected]
    assert sorted(listed) == expected


@pytest.mark.parametrize("cursor", ["%", "ÄÖ", "_w", "a"])
def test_an_invented_cursor_is_the_callers_mistake(catalog: Catalog, cursor: str) -> None:
    with pytest.raises(RequestError, match="next_cursor"):
        catalog.list_assets("demo", "image", "upload", cursor=cursor)


def names_tagged(catalog: Catalog, tag: str) -> list[str]:
    page = catalog.list_tagged("demo", "image", tag)
    return [entry.public_id for entry in page.assets]


def test_assets_are_listed_by_tag_as_tags_come_and_go(catalog: Catalog) -> None:
    catalog.save(asset("one", tags=("red", "sale/50%")))
    catalog.save(asset("two/three", tags=("red",)))
    catalog.save(asset("other", cloud="other", tags=("red",)))
    assert names_tagged(catalog, "red") == ["one", "two/three"]
    assert names_tagged(catalog, "sale/50%") == ["one"]
    assert names_tagged(catalog, "sale") == []
    catalog.update(replace(REF, public_id="one"), untagged("red"))
    catalog.update(replace(REF, public_id="two/three"), tagged("sale/50%"))
    catalog.save(asset("four", tags=("red",)))
    assert names_tagged(catalog, "red") == ["four", "two/three"]
    assert names_tagged(catalog, "sale/50%") == ["one", "two/three"]
    assert [len(catalog.list_tagged("demo", "image", "red", limit=1).assets) for _ in "x"] == [1]


def test_index_entries_that_lead_nowhere_are_passed_over(catalog: Catalog, store: MemoryStore) -> None:
    catalog.save(asset("kept", tags=("red",)))
    store.put(marker_path("tags", replace(REF, public_id="killed before its record"), "red"), b"")
    catalog.save(asset("untagged"))
    store.put(marker_path("tags", replace(REF, public_id="untagged"), "red"), b"")
    store.put(asset_id_path("5" * 32), json.dumps({"asset": asset_path(REF)}).encode())
    assert names_tagged(catalog, "red") == ["kept"]
    assert catalog.get_by_asset_id("5" * 32) is None


class KilledAfter(MemoryStore):
    """Takes ``writes`` puts, then its process is dead."""

    class Killed(Exception):
        pass

    def __init__(self, writes: int) -> None:
        super().__init__()
        self.writes = writes

    def put(
        self, key: str, body: bytes, *, metadata: Mapping[str, str] | None = None, if_match: str | None = None
    ) -> Stat:
        if not self.writes:
            raise self.Killed
        self.writes -= 1
        return super().put(key, body, metadata=metadata, if_match=if_match)


@pytest.mark.parametrize("writes", range(5))
def test_a_kill_at_any_moment_leaves_no_asset_that_a_list_misses(writes: int) -> None:
    store = KilledAfter(writes)
    try:
        Catalog(store).save(asset(tags=("red", "blue")))
    except KilledAfter.Killed:
        assert writes < 4
    store.writes = -1
    after = Catalog(store)
    there = ["shoe"] if after.get("demo", "image", "upload", "shoe") else []
    assert names_tagged(after, "red") == names_tagged(after, "blue") == there
    assert bool(after.get_by_asset_id(asset().asset_id)) is bool(there)


# --- many writers ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("open_one", [in_memory, in_files])
@pytest.mark.parametrize("proxies", [1, 2, WRITERS])
def test_no_update_of_fifty_parallel_writers_is_lost(
    tmp_path: Path, open_one: Callable[[Path], Store], proxies: int
) -> None:
    store = open_one(tmp_path)
    assert_no_update_is_lost([Catalog(store) for _ in range(proxies)])


def assert_no_update_is_lost(catalogs: Sequence[Catalog]) -> None:
    catalogs[0].save(asset())
    start = threading.Barrier(WRITERS)

    def write(number: int) -> None:
        start.wait()
        catalogs[number % len(catalogs)].update(REF, tagged(f"tag {number:02}"))

    with ThreadPoolExecutor(WRITERS) as pool:
        list(pool.map(write, range(WRITERS)))
    found = catalogs[0].get("demo", "image", "upload", "shoe")
    assert found is not None
    assert sorted(found.tags) == [f"tag {number:02}" for number in range(WRITERS)]
    assert all(names_tagged(catalogs[0], tag) == ["shoe"] for tag in found.tags)


def test_tags_given_and_taken_at_once_leave_the_list_as_the_record_says(catalog: Catalog) -> None:
    catalog.save(asset())

    def flip(number: int) -> None:
        catalog.update(REF, tagged("red") if number % 2 else untagged("red"))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(flip, range(200)))
    found = catalog.get("demo", "image", "upload", "shoe")
    assert found is not None
    assert names_tagged(catalog, "red") == (["shoe"] if "red" in found.tags else [])


def test_fifty_first_uploads_of_one_name_make_one_asset(store: MemoryStore) -> None:
    catalogs = [Catalog(store) for _ in range(WRITERS)]

    def upload(number: int) -> Asset:
        return catalogs[number].save(asset(asset_id=f"{number:032x}"))

    with ThreadPoolExecutor(WRITERS) as pool:
        saved = list(pool.map(upload, range(WRITERS)))
    assert len({entry.asset_id for entry in saved}) == 1
    assert sorted(entry.version for entry in saved) == [asset().version + number for number in range(WRITERS)]


class Forgetful(MemoryStore):
    """Ignores conditions, as some S3 servers do."""

    conditional = False

    def put(
        self, key: str, body: bytes, *, metadata: Mapping[str, str] | None = None, if_match: str | None = None
    ) -> Stat:
        return super().put(key, body, metadata=metadata)


def test_where_conditions_are_ignored_the_given_lock_serves() -> None:
    store = Forgetful()
    shared = threading.Lock()
    taken: list[str] = []

    class Shared:
        def __init__(self, name: str) -> None:
            taken.append(name)

        def __enter__(self) -> None:
            shared.acquire()

        def __exit__(self, *exception: object) -> None:
            shared.release()

    catalogs = [Catalog(store, lock=Shared) for _ in range(5)]
    catalogs[0].save(asset())
    with ThreadPoolExecutor(10) as pool:
        list(pool.map(lambda number: catalogs[number % 5].update(REF, tagged(str(number))), range(40)))
    found = catalogs[0].get("demo", "image", "upload", "shoe")
    assert found is not None
    assert len(found.tags) == 40
    assert set(taken) == {asset_path(REF)}


class LosesAnswers(MemoryStore):
    """Takes a write, loses its answer, and refuses the repetition, as a retried PUT at S3 does."""

    def put(
        self, key: str, body: bytes, *, metadata: Mapping[str, str] | None = None, if_match: str | None = None
    ) -> Stat:
        stat = super().put(key, body, metadata=metadata, if_match=if_match)
        if if_match is not None:
            raise PreconditionFailed(key)
        return stat


def test_a_write_whose_answer_was_lost_is_not_made_twice() -> None:
    catalog = Catalog(LosesAnswers())
    catalog.save(asset())
    assert catalog.update(REF, tagged("once")).tags == ("once",)


class AlwaysBeaten(MemoryStore):
    def put(
        self, key: str, body: bytes, *, metadata: Mapping[str, str] | None = None, if_match: str | None = None
    ) -> Stat:
        raise PreconditionFailed(key)


def test_endless_competition_ends_in_unavailable() -> None:
    with pytest.raises(Unavailable, match="Too many writers"):
        Documents(AlwaysBeaten(), attempts=3).change("key", lambda found: {"never": "written"})


# --- other records ---------------------------------------------------------------------------------------------


def test_small_records_of_a_kind_are_kept_listed_and_changed(catalog: Catalog) -> None:
    presets = catalog.records("presets/demo")
    for number in range(5):
        presets.put(f"preset {number}", {"name": f"preset {number}"})
    catalog.records("presets").put("demo/preset 9", {"name": "of another kind"})
    first, cursor = presets.page(limit=3)
    last, end = presets.page(cursor=cursor, limit=3)
    assert [entry["name"] for entry in first + last] == [f"preset {number}" for number in range(5)]
    assert end == ""
    presets.change("preset 1", lambda found: {**(found or {}), "unsigned": True})
    assert presets.get("preset 1") == {"name": "preset 1", "unsigned": True}
    presets.delete("preset 1")
    assert presets.get("preset 1") is None


# --- names, terms, derived assets ------------------------------------------------------------------------------


def test_a_renamed_asset_keeps_its_id_and_is_listed_under_its_new_name_alone(catalog: Catalog) -> None:
    catalog.save(asset(tags=("red",), context={"alt": "x"}))
    to = replace(REF, public_id="shop/boot")
    renamed = catalog.rename(REF, to, lambda found: found, overwrite=False)
    assert renamed == asset(public_id="shop/boot", asset_id=asset().asset_id, tags=("red",), context={"alt": "x"})
    assert catalog.get("demo", "image", "upload", "shoe") is None
    assert catalog.get_by_asset_id(renamed.asset_id) == renamed
    assert names_tagged(catalog, "red") == ["shop/boot"]
    with pytest.raises(NotFound, match="shoe"):
        catalog.rename(REF, to, lambda found: found, overwrite=True)


def test_a_taken_name_is_only_given_up_when_asked_for(catalog: Catalog) -> None:
    catalog.save(asset())
    catalog.save(asset("boot", tags=("blue",)))
    to = replace(REF, public_id="boot")
    with pytest.raises(AlreadyExists, match="boot"):
        catalog.rename(REF, to, lambda found: found, overwrite=False)
    assert catalog.rename(REF, to, lambda found: found, overwrite=True).asset_id == asset().asset_id
    assert names_tagged(catalog, "blue") == []


def test_an_update_while_an_asset_is_renamed_is_not_lost(catalog: Catalog) -> None:
    catalog.save(asset())
    late = iter([True])

    def change(found: Asset) -> Asset:
        if next(late, False):
            catalog.update(REF, tagged("late"))
        return found

    renamed = catalog.rename(REF, replace(REF, public_id="boot"), change, overwrite=False)
    assert renamed.tags == ("late",)
    assert names_tagged(catalog, "late") == ["boot"]


def test_every_index_finds_its_assets_and_names_its_terms(catalog: Catalog) -> None:
    long = "t" * 200
    catalog.save(asset("one", tags=("red", "red/dark", long), context={"alt": "A", "n": "1"}, asset_folder="shop/new"))
    catalog.save(asset("two", tags=("red",), context={"alt": "B"}, moderation="manual/pending"))

    def found(index: str, term: str) -> list[str]:
        return [entry.public_id for entry in catalog.list_indexed(index, "demo", "image", term).assets]

    assert found("contexts", "alt") == ["one", "two"]
    assert found("contexts", "alt=B") == ["two"]
    assert found("folders", "shop/new") == ["one"]
    assert found("moderations", "manual/pending") == ["two"]
    assert list(catalog.terms("tags", "demo", "image")) == ["red/dark", "red", long]
    assert list(catalog.terms("tags", "demo", "image", prefix="red/")) == ["red/dark"]
    assert list(catalog.terms("tags", "demo", "image", after="red/dark")) == ["red", long]
    assert catalog.count("demo", "image") == 2


def test_derived_assets_are_listed_by_their_asset_and_its_version(catalog: Catalog) -> None:
    entry = DerivedEntry(key="a" * 64, transformation="w_10", extension="png", format="png", bytes=7)
    catalog.note_derived("a" * 32, "c" * 64, entry)
    assert catalog.list_derived("a" * 32, "c" * 64) == ([entry], "")
    assert catalog.list_derived("b" * 32, "c" * 64) == ([], "")
    assert catalog.forget_derived("a" * 32, "c" * 64, entry.key)
    assert not catalog.forget_derived("a" * 32, "c" * 64, entry.key)
    assert catalog.list_derived("a" * 32, "c" * 64) == ([], "")


def test_a_placeholder_does_not_hold_its_name_and_backups_outlive_an_upload(catalog: Catalog) -> None:
    catalog.save(asset(backups=(asset().backup(),), placeholder=True))
    again = catalog.save(asset(version_id="9" * 32), overwrite=False)
    assert (again.placeholder, [entry.version_id for entry in again.backups]) == (False, ["b" * 32])
