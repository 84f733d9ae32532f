"""What every store promises, as rows and tests; a medium's test file inherits :class:`StoreContract`.

A subclass gives the fixture ``store``: a store that is empty below ``FOLDER``.
"""

import io
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from media.stores.store import PIECE_BYTES, PreconditionFailed, Store, copy

FOLDER = "contract"

KEYS = [
    "plain",
    "folder/plain.png",
    "deep/er/and/deeper/still.json",
    "with space/and  two spaces",
    "unicode/Größe-猫-🐈",
    "composed/é-and-e\u0301",
    "sharp#hash/after#hash",
    "plus+plus/a+b",
    "percent%/100%25 %2F",
    "query?x=1&y=2/a?b",
    "punctuation/!$'()*,;:=@[]{}|~^`<>\"",
    "dots/a..b.c.",
    "MiXeD/Case",
    "long/" + "x" * 240,
    "many/" + "/".join(["segment"] * 90),
]

BAD_KEYS = [
    "",
    "/absolute",
    "folder/",
    "a//b",
    "../outside",
    "a/../../outside",
    "a/./b",
    ".hidden",
    "a/.hidden",
    "a\\b",
    "nul\x00",
    "line\nfeed",
    "long/" + "x" * 241,
    "x/" * 450 + "x",
    "lone surrogate \ud800",
]

BODIES = [b"", b"\x00", b"text", b"\xff\xd8\xff" + bytes(range(256)) * 700, b"cutout/1", b"\r\n" * 9]

METADATA = [{}, {"content-type": "image/png"}, {"a": "1", "model-name": "cutout v1; edges=fine"}, {"long": "x" * 1500}]

#: In the order of their code points, which is the order of their UTF-8 bytes.
ORDERED = ["A", "a b", "a#x", "a-b", "a.b", "a/b", "a/c/d", "a0", "aZ", "b", "b/x", "z", "é", "猫", "🐈"]
FILES_ONLY = [name for name in ORDERED if not any(other.startswith(f"{name}/") for other in ORDERED)]

LISTINGS = [
    ("", "", 100, FILES_ONLY),
    ("a", "", 100, [name for name in FILES_ONLY if name.startswith("a")]),
    ("a/", "", 100, ["a/b", "a/c/d"]),
    ("a/c", "", 100, ["a/c/d"]),
    ("", "a-b", 3, ["a.b", "a/b", "a/c/d"]),
    ("", "a/", 2, ["a/b", "a/c/d"]),
    ("", "a/b", 2, ["a/c/d", "a0"]),
    ("", "a/bb", 1, ["a/c/d"]),
    ("a/", "a/c/d", 5, []),
    ("", "🐈", 5, []),
    ("missing/", "", 5, []),
]


HOUR_SECONDS = 3600
#: S3 tells the age of an object in whole seconds.
TICK_SECONDS = 1.1


def modified(store: Store, key: str) -> float:
    return store.entries(key)[0].modified


class StoreContract:
    #: What the store must find out about itself.
    conditional = True
    #: Whether judging and moving an object is one act.
    moves_at_once = True
    many = 2500

    @pytest.mark.parametrize("key", KEYS)
    def test_every_printable_key_round_trips(self, store: Store, key: str) -> None:
        name = f"{FOLDER}/{key}"
        assert store.get(name) is None
        store.put(name, key.encode())
        blob = store.get(name)
        assert blob is not None
        assert blob.body == key.encode()
        assert list(store.keys(f"{FOLDER}/")) == [name]
        store.delete(name)
        assert store.get(name) is None
        assert store.stat(name) is None
        assert list(store.keys(f"{FOLDER}/")) == []

    @pytest.mark.parametrize("key", BAD_KEYS)
    def test_a_key_no_medium_can_hold_is_refused_everywhere(self, store: Store, key: str) -> None:
        def put(key: str) -> object:
            return store.put(key, b"")

        def move_from(key: str) -> object:
            return store.move(key, FOLDER, written_before=0)

        def move_to(key: str) -> object:
            return store.move(FOLDER, key, written_before=0)

        for call in (store.get, store.stat, store.delete, store.touch, put, move_from, move_to):
            with pytest.raises(ValueError, match=r"key|surrogate"):
                call(key)

    @pytest.mark.parametrize("prefix", ["../", "/", "a/../../b", "a//b", ".hidden/"])
    def test_a_prefix_that_leaves_the_store_is_refused_everywhere(self, store: Store, prefix: str) -> None:
        with pytest.raises(ValueError, match=r"key"):
            store.keys(prefix)

    @pytest.mark.parametrize("body", BODIES, ids=range(len(BODIES)))
    def test_bytes_come_back_as_they_were_put(self, store: Store, body: bytes) -> None:
        put = store.put(f"{FOLDER}/body", body)
        blob = store.get(f"{FOLDER}/body")
        assert blob is not None
        assert blob.body == body
        assert blob.stat == put == store.stat(f"{FOLDER}/body")
        assert blob.stat.size == len(body)

    @pytest.mark.parametrize("body", [*BODIES, b"x" * (2 * PIECE_BYTES + 3)], ids=lambda body: str(len(body)))
    def test_a_file_is_put_and_read_in_pieces(self, store: Store, body: bytes) -> None:
        key = f"{FOLDER}/file"
        with io.BytesIO(body) as file:
            put = store.put_file(key, file, metadata={"note": "kept"})
            assert not file.closed
        assert (put.size, store.stat(key)) == (len(body), put)
        assert dict(put.metadata) == {"note": "kept"}
        for start, size in ((0, 4), (2, 3), (len(body) - 1, 9), (0, len(body) + 9), (len(body), 5)):
            if start >= 0:
                assert store.read(key, start, size) == body[start : start + size]
        copied = io.BytesIO()
        assert copy(store, key, copied)
        assert copied.getvalue() == body
        assert store.read(f"{FOLDER}/none", 0, 5) is None
        assert not copy(store, f"{FOLDER}/none", copied)

    @pytest.mark.parametrize("metadata", METADATA, ids=range(len(METADATA)))
    def test_metadata_is_kept_with_the_bytes(self, store: Store, metadata: dict[str, str]) -> None:
        store.put(f"{FOLDER}/described", b"first", metadata={"from": "before"})
        store.put(f"{FOLDER}/described", b"x", metadata=metadata)
        stat = store.stat(f"{FOLDER}/described")
        blob = store.get(f"{FOLDER}/described")
        assert stat is not None
        assert blob is not None
        assert dict(stat.metadata) == dict(blob.stat.metadata) == metadata

    def test_etag_changes_with_the_bytes(self, store: Store) -> None:
        first = store.put(f"{FOLDER}/etag", b"one")
        second = store.put(f"{FOLDER}/etag", b"two")
        assert first.etag
        assert first.etag != second.etag

    def test_deleting_nothing_is_no_error(self, store: Store) -> None:
        store.delete(f"{FOLDER}/nothing/here")

    def test_store_finds_out_whether_conditions_are_enforced(self, store: Store) -> None:
        assert store.conditional is self.conditional

    @pytest.mark.parametrize(
        ("stored", "if_match", "fails"),
        [
            (None, "", False),
            (None, "0" * 32, True),
            (b"old", "", True),
            (b"old", "0" * 32, True),
            (b"old", "149603e6c03516362a8da23f624db945", False),  # the md5 of "old"
        ],
    )
    def test_put_obeys_its_condition(self, store: Store, stored: bytes | None, if_match: str, fails: bool) -> None:
        key = f"{FOLDER}/condition"
        if stored is not None:
            store.put(key, stored)
        if not fails:
            store.put(key, b"new", if_match=if_match)
        else:
            with pytest.raises(PreconditionFailed):
                store.put(key, b"new", if_match=if_match)
        blob = store.get(key)
        assert (blob.body if blob else None) == (stored if fails else b"new")

    def test_one_of_many_writers_with_the_same_condition_wins(self, store: Store) -> None:
        if not store.conditional:
            pytest.skip("this server ignores If-Match; the catalog takes a lock instead")
        etag = store.put(f"{FOLDER}/race", b"start").etag

        def write(number: int) -> bool:
            try:
                store.put(f"{FOLDER}/race", f"writer {number}".encode(), if_match=etag)
            except PreconditionFailed:
                return False
            return True

        with ThreadPoolExecutor(8) as pool:
            assert sum(pool.map(write, range(8))) == 1

    def test_no_half_written_object_is_visible_during_writes(self, store: Store) -> None:
        key, size, stop = f"{FOLDER}/whole", 300_000, threading.Event()
        bodies = {bytes([letter]) * size for letter in b"abc"}
        store.put(key, b"a" * size)

        def read() -> bool:
            seen = True
            while not stop.is_set():
                blob = store.get(key)
                seen = seen and blob is not None and blob.body in bodies and blob.stat.size == size
            return seen

        with ThreadPoolExecutor(3) as pool:
            readers = [pool.submit(read) for _ in range(2)]
            for body in [*bodies] * 5:
                store.put(key, body)
            stop.set()
            assert all(reader.result() for reader in readers)

    def test_writers_and_deleters_of_one_folder_do_not_disturb_each_other(self, store: Store) -> None:
        def write_and_delete(number: int) -> bool:
            for turn in range(6):
                key = f"{FOLDER}/crowd/of/{number}"
                store.put(key, str(turn).encode())
                blob = store.get(key)
                if blob is None or blob.body != str(turn).encode():
                    return False
                store.delete(key)
            return True

        with ThreadPoolExecutor(6) as pool:
            assert all(pool.map(write_and_delete, range(6)))
        assert list(store.keys(f"{FOLDER}/crowd/")) == []

    def test_entries_are_the_keys_with_size_and_age(self, store: Store) -> None:
        for number, name in enumerate(FILES_ONLY):
            store.put(f"{FOLDER}/{name}", b"x" * number)
        for prefix, after, limit, _ in LISTINGS:
            mark = f"{FOLDER}/{after}" if after else ""
            found = store.entries(f"{FOLDER}/{prefix}", after=mark, limit=limit)
            assert [entry.key for entry in found] == list(store.keys(f"{FOLDER}/{prefix}", after=mark, limit=limit))
            for entry in found:
                # A folder's files have their facts behind the body.
                least = FILES_ONLY.index(entry.key.removeprefix(f"{FOLDER}/"))
                assert least <= entry.size <= least + 1000
                assert abs(entry.modified - time.time()) < HOUR_SECONDS

    def test_a_touch_makes_an_object_young_and_changes_nothing_else(self, store: Store) -> None:
        key = f"{FOLDER}/touched"
        assert not store.touch(key)
        assert store.stat(key) is None
        store.put(key, b"body", metadata={"note": "kept"})
        put, before = store.get(key), modified(store, key)
        time.sleep(TICK_SECONDS)
        assert store.touch(key)
        assert store.get(key) == put
        assert modified(store, key) > before

    def test_a_move_takes_bytes_and_facts_along_and_makes_them_young(self, store: Store) -> None:
        key, to = f"{FOLDER}/here/deep", f"{FOLDER}/there/deep"
        store.put(to, b"in the way")
        store.put(key, b"body", metadata={"note": "kept"})
        put, before = store.get(key), modified(store, key)
        time.sleep(TICK_SECONDS)
        assert store.move(key, to, written_before=before + HOUR_SECONDS)
        assert store.get(key) is None
        assert store.get(to) == put
        assert modified(store, to) > before
        assert list(store.keys(f"{FOLDER}/")) == [to]

    def test_what_is_young_or_absent_is_not_moved(self, store: Store) -> None:
        key, to = f"{FOLDER}/young", f"{FOLDER}/there"
        assert not store.move(key, to, written_before=time.time() + HOUR_SECONDS)
        store.put(key, b"body")
        assert not store.move(key, to, written_before=modified(store, key))
        assert list(store.keys(f"{FOLDER}/")) == [key]

    def test_an_object_is_moved_once_or_touched_first_whoever_is_at_it(self, store: Store) -> None:
        def move(number: int) -> bool:
            return store.move(f"{FOLDER}/{number % 8}", f"{FOLDER}/to/{number}", written_before=limit)

        for number in range(8):
            store.put(f"{FOLDER}/{number}", str(number).encode())
        limit = modified(store, f"{FOLDER}/7") + HOUR_SECONDS
        with ThreadPoolExecutor(8) as pool:
            moved = [number for number, done in enumerate(pool.map(move, range(16))) if done]
        if self.moves_at_once:
            assert sorted(number % 8 for number in moved) == list(range(8))
        for number in range(8):
            bodies = [store.get(f"{FOLDER}/to/{place}") for place in (number, number + 8)]
            assert str(number).encode() in [blob.body for blob in bodies if blob]

    @pytest.mark.parametrize("name", FILES_ONLY)
    def test_a_key_is_listed_under_itself(self, store: Store, name: str) -> None:
        store.put(f"{FOLDER}/{name}", b"")
        assert list(store.keys(f"{FOLDER}/{name}")) == [f"{FOLDER}/{name}"]

    def test_keys_are_listed_by_prefix_behind_a_mark_in_code_point_order(self, store: Store) -> None:
        for name in reversed(FILES_ONLY):
            store.put(f"{FOLDER}/{name}", b"")
        for prefix, after, limit, expected in LISTINGS:
            mark = f"{FOLDER}/{after}" if after else ""
            listed = store.keys(f"{FOLDER}/{prefix}", after=mark, limit=limit)
            assert [key.removeprefix(f"{FOLDER}/") for key in listed] == expected, (prefix, after, limit)

    def test_thousands_of_keys_are_paged_without_gap_or_repetition(self, store: Store) -> None:
        expected = sorted(f"{FOLDER}/page/{number % 7}/{number}" for number in range(self.many))
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda key: store.put(key, b""), expected))
        listed: list[str] = []
        while page := store.keys(f"{FOLDER}/page/", after=listed[-1] if listed else "", limit=700):
            listed += page
        assert listed == expected
        assert list(store.keys(f"{FOLDER}/page/", limit=self.many + 1)) == expected
