"""Delivery URLs fall apart as tests/vectors/cloudinary_urls.yaml says."""

import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from media import errors
from media.errors import RequestError
from proxy.dialects.cloudinary import grammar, url
from tests.proxy.cloudinary.vectors import read_yaml

ROWS = read_yaml("cloudinary_urls.yaml")


@pytest.mark.parametrize("row", [row for row in ROWS if "error" not in row], ids=lambda row: row["path"])
def test_path_falls_apart_as_written(row: dict[str, Any]) -> None:
    parsed = url.parse(row["path"], cloud=row.get("host_cloud"))
    found = {
        "cloud": parsed.cloud,
        "type": f"{parsed.resource_type}/{parsed.delivery_type}",
        "chain": [[str(each) for each in component.parameters] for component in parsed.components],
        "version": parsed.version,
        "ids": [candidate.public_id for candidate in parsed.candidates],
        "extension": parsed.extension,
        "signature": parsed.signature,
        "remote": parsed.remote,
        "to_sign": parsed.to_sign[0],
    }
    assert {name: found[name] for name in found if name in row} == {name: row[name] for name in found if name in row}
    if "doubt" in row:
        assert (parsed.doubt is None) == (row["doubt"] is None)
        assert (row["doubt"] or "") in (parsed.doubt or "")


@pytest.mark.parametrize("row", [row for row in ROWS if "error" in row], ids=lambda row: row["path"])
def test_bad_path_is_refused_with_its_reason(row: dict[str, Any]) -> None:
    with pytest.raises(getattr(errors, row["error"]), match=row.get("says")):
        url.parse(row["path"])


def test_too_long_url_is_refused() -> None:
    with pytest.raises(RequestError, match="at most 8192"):
        url.parse("/demo/image/upload/" + "a" * 9000)


def test_too_many_components_are_refused() -> None:
    with pytest.raises(RequestError, match="at most 100"):
        url.parse("/demo/image/upload/" + "w_1/" * 200 + "sample")


PIECES = st.sampled_from(
    [
        "/",
        "%2F",
        ",",
        "%2C",
        "%25",
        "(",
        ")",
        "_",
        ":",
        "$",
        "!",
        "s--abcdefgh--",
        "v1",
        "w_",
        "if_",
        "http:",
        "é",
        "%FF",
        "\0",
        "a",
    ]
)


@given(st.lists(PIECES, max_size=40).map("".join) | st.text(max_size=60))
@settings(max_examples=300, deadline=None)
def test_any_text_gives_a_url_or_a_request_error(text: str) -> None:
    try:
        url.parse("/demo/image/upload/" + text)
    except RequestError:
        return


@pytest.mark.parametrize("unit", ["(", ")", ",", "/", "%25", "w_1,", "e_a:(", "$a_", "http:", "%2F", "s--", "l_text:"])
def test_time_grows_no_faster_than_the_text(unit: str) -> None:
    """Eight times the text may take some sixteen times the time, not sixty-four: a fair machine's noise included."""

    def seconds(text: str) -> float:
        best = 1.0
        for _ in range(5):
            started = time.perf_counter()
            try:
                grammar.parse(text)
                url.parse("/demo/image/upload/" + text + "/x")
            except RequestError:
                pass
            best = min(best, time.perf_counter() - started)
        return best

    short = seconds(unit * (900 // len(unit)))
    assert seconds(unit * (7200 // len(unit))) < 16 * short + 0.002
