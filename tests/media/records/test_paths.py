import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.records.asset import SourceRef
from media.records.paths import (
    asset_id_path,
    asset_path,
    asset_path_of_marker,
    assets_prefix,
    marker_path,
    quote_id,
    quote_name,
    record_path,
    unquote_id,
)
from media.stores.store import check_key

#: Public id → what stands in the key.
QUOTED = [
    ("shoe", "shoe"),
    ("folder/shoe.png", "folder/shoe.png"),
    ("Größe 猫", "Größe%20猫"),
    ("50% off #1!", "50%25%20off%20%231%21"),
    ("", "%"),
    ("/a//b/", "%/a/%/b/%"),
    ("..", "%2E."),
    ("../../etc/passwd", "%2E./%2E./etc/passwd"),
    (".hidden", "%2Ehidden"),
    ("a\\b", "a%5Cb"),
    ("nul\x00\x7f", "nul%00%7F"),
    ("https://cdn.example/a.jpg?w=1&h=2", "https:/%/cdn.example/a.jpg?w=1&h=2"),
]

ids = st.text(max_size=60)
#: Characters that a dot or an empty segment cannot disturb, with many neighbours of the escape and end marks.
plain = st.text(
    alphabet=st.one_of(
        st.sampled_from("!\"#$%&'()-019AZaz~é猫🐈 "), st.characters(codec="utf-8", exclude_characters="./\\\x7f")
    )
)


@pytest.mark.parametrize(("public_id", "quoted"), QUOTED)
def test_a_public_id_is_readable_in_its_key(public_id: str, quoted: str) -> None:
    assert quote_id(public_id) == quoted
    assert unquote_id(quoted) == public_id


@given(ids)
def test_any_text_can_be_a_public_id_and_comes_back(public_id: str) -> None:
    check_key(asset_path(SourceRef("demo", "image", "upload", public_id)))
    assert unquote_id(quote_id(public_id)) in (public_id, None)


@given(st.text(alphabet=st.characters(codec=None), max_size=900), ids)
def test_any_text_is_a_valid_key_wherever_it_stands(text: str, tag: str) -> None:
    for path in (
        asset_path(SourceRef(text, text, text, text)),
        asset_id_path(text),
        marker_path("moderations", SourceRef(text, text, text, text), text),
        marker_path("tags", SourceRef("demo", "image", "upload", text * 3), tag),
        record_path(text, text),
    ):
        check_key(path)


@given(plain, plain)
def test_keys_sort_as_public_ids_do(one: str, other: str) -> None:
    first, second = (asset_path(SourceRef("demo", "image", "upload", entry)) for entry in (one, other))
    assert (first < second) == (one < other)


@given(ids, ids)
def test_different_public_ids_have_different_keys_and_none_is_a_folder_of_another(one: str, other: str) -> None:
    first, second = (asset_path(SourceRef("demo", "image", "upload", entry)) for entry in (one, other))
    assert (first == second) == (one == other)
    assert not second.startswith(f"{first}/")


@given(st.one_of(ids, ids.map(lambda text: text * 40)), st.integers(0, 100))
def test_a_public_id_is_found_below_each_of_its_prefixes(public_id: str, length: int) -> None:
    path = asset_path(SourceRef("demo", "image", "upload", public_id))
    assert path.startswith(assets_prefix("demo", "image", "upload", public_id[:length]))


@pytest.mark.parametrize("length", [100, 121, 301, 5000])
def test_long_public_ids_keep_their_head_and_differ(length: int) -> None:
    one, other = (asset_path(SourceRef("demo", "image", "fetch", "https://x/" + "y" * length + end)) for end in "ab")
    assert one != other
    assert one.startswith("catalog/assets/demo/image/fetch/https:/%/x/" + "y" * 90)


def test_one_name_is_one_segment() -> None:
    assert quote_name("a/b.c") == "a%2Fb.c"
    assert "/" not in quote_name("猫/" * 300)


@given(ids, ids)
def test_a_marker_leads_to_its_asset(public_id: str, tag: str) -> None:
    ref = SourceRef("demo", "image", "upload", public_id)
    assert asset_path_of_marker(marker_path("tags", ref, tag), "demo", "image") == asset_path(ref)
