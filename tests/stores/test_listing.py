"""Listings of large folders: kept names and the way around them give the same answer as sorting everything."""

import os
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.stores.listing import KEPT_NAMES, Listing, Span
from media.stores.memory import MemoryStore

LONG_AGO = 1_700_000_000


def fill(folder: Path, names: list[str], *, changed: float = LONG_AGO) -> Path:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    os.utime(folder, (changed, changed))
    return folder


NUMBERS = [f"{number:05}" for number in range(2000)]


def test_a_settled_large_folder_is_read_once(tmp_path: Path) -> None:
    below = Listing(fill(tmp_path, NUMBERS))
    assert below.keys("", "", 10) == NUMBERS[:10]
    (tmp_path / "99999").touch()
    os.utime(tmp_path, (LONG_AGO, LONG_AGO))  # the disk says that nothing changed: the names are not read again
    assert below.keys("", "01998", 10) == ["01999"]


def test_a_change_is_seen_by_its_time_stamp(tmp_path: Path) -> None:
    below = Listing(fill(tmp_path, NUMBERS))
    below.keys("", "", 10)
    (tmp_path / "00000a").touch()
    (tmp_path / "00001").unlink()
    assert below.keys("", "", 3) == ["00000", "00000a", "00002"]


def test_a_folder_that_changed_just_now_is_not_kept(tmp_path: Path) -> None:
    soon = time.time() + 60  # however long a busy machine takes to fill the folder
    below = Listing(fill(tmp_path, NUMBERS, changed=soon))
    below.keys("", "", 10)
    fill(tmp_path, ["00000a"], changed=soon)
    assert below.keys("", "", 2) == ["00000", "00000a"]


names = st.lists(st.text("ab-./0", min_size=1, max_size=5), max_size=12)


def is_key(name: str) -> bool:
    return all(segment and not segment.startswith(".") for segment in name.split("/"))


@given(names, st.text("ab-./0", max_size=3), st.text("ab-./0", max_size=4), st.integers(1, 4))
def test_a_span_wants_what_sorting_would_give(keys: list[str], prefix: str, after: str, limit: int) -> None:
    wanted = [key for key in keys if is_key(key) and key > after and key.startswith(prefix)]
    for key in wanted:
        folders = [key[: at + 1] for at, letter in enumerate(key) if letter == "/"]
        assert all(Span(prefix, after).wants(entry) for entry in [*folders, key])
        for folder in ["", *folders]:
            name, slash, _ = key.removeprefix(folder).partition("/")
            assert Span(prefix, after).first(folder) <= name + slash


@pytest.mark.parametrize("kept_names", [KEPT_NAMES, 3])
def test_kept_or_not_the_pages_are_the_same(tmp_path: Path, kept_names: int) -> None:
    keys = [f"{one}{two}" for one in ("a", "a-", "a/b", "a/c/", "b", "b/") for two in ("", "0", "x", "é")]
    keys = [key for key in keys if is_key(key) and not any(other.startswith(f"{key}/") for other in keys)]
    reference = MemoryStore()
    for key in keys:
        reference.put(key, b"")
    below = Listing(fill(tmp_path, keys), kept_names=kept_names)
    for prefix in ("", "a", "a/", "a/c", "a/c/", "b/", "b/x", "c", "c/"):
        for after in ("", "a", "a-", "a-x", "a/", "a/b", "a/c/", "a/c/x", "b", "b/zz", "zz"):
            for limit in (1, 2, 50):
                assert below.keys(prefix, after, limit) == reference.keys(prefix, after=after, limit=limit)
