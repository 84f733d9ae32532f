"""Whatever a URL says, the answer is a chain or a request error, in time that grows no faster than the text."""

import time
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from media.errors import RequestError
from media.geometry import Size
from media.language.expression import Facts
from media.operations import format_chain, parse_chain
from media.render.binding import bind_recorded
from proxy.dialects.cloudinary.semantics import vocabulary
from proxy.dialects.cloudinary.semantics.effects import BLENDS
from proxy.dialects.cloudinary.syntax import grammar, url
from proxy.dialects.cloudinary.syntax.grammar import KEYS
from tests.proxy.cloudinary.vectors import read_tsv, read_yaml

SIZE = Size(400, 300)
FACTS = Facts(SIZE, SIZE, SIZE, tags=("a",))

#: Pieces that mean something to the grammar, so that chance finds its corners.
PIECES = st.sampled_from(
    [
        "/", "%2F", ",", "%2C", "%25", "(", ")", "_", ":", ";", ".", "$", "$a", "$(a)", "!", "s--abcdefgh--", "v1",
        "http:", "é", "%FF", "%00", "\0", "\ud800", "9" * 30, "0.5", "-1", "1e9", "auto", "if_", "if_else", "if_end",
        "w_gt_1", "iw", "_div_0", "_add_", "l_text:", "l_fetch:", "Arial_20", "fl_layer_apply", "t_x", "rgb:", "c_fill",
        "e_blur", "e_trim", "e_background_removal", "hints_(cat;", *(f"{key}_" for key in KEYS), *BLENDS,
    ]
)  # fmt: skip
KNOWN = [text for texts in read_yaml("cloudinary_chains.yaml")["same"] for text in texts]
TEXTS = st.lists(PIECES | st.sampled_from(KNOWN), max_size=30).map("".join) | st.text(max_size=60)


@given(TEXTS)
@settings(max_examples=400, deadline=None)
def test_any_text_gives_a_chain_or_a_request_error(text: str) -> None:
    with suppress(RequestError):
        chain = vocabulary.compile(grammar.parse(text), named={"x": "w_$a,f_auto"}.get).chain
        assert parse_chain(format_chain(chain)) == chain
        bind_recorded(chain, FACTS)


@given(TEXTS)
@settings(max_examples=200, deadline=None)
def test_any_path_gives_a_url_or_a_request_error(text: str) -> None:
    with suppress(RequestError):
        assert url.parse("/demo/image/upload/" + text).to_sign


@pytest.mark.parametrize("row", read_tsv("cloudinary_repetitions.tsv"), ids=lambda row: row["unit"])
def test_time_grows_no_faster_than_the_text(row: dict[str, str]) -> None:
    """Eight times the text may take some sixteen times the time (quadratic work would take sixty-four)."""
    short, long = (min(_seconds(row, length) for _ in range(5)) for length in (1000, 8000))
    assert long < 16 * short + 0.002


def _seconds(row: dict[str, str], length: int) -> float:
    """Processor time, which other programs on the machine do not lengthen."""
    text = row["head"] + row["unit"] * (length // len(row["unit"])) + row["tail"]
    started = time.process_time()
    for read in (_read_path, _read_transformation):
        with suppress(RequestError):
            read(text)
    return time.process_time() - started


def _read_path(text: str) -> None:
    url.parse(f"/demo/image/upload/{text}/x")


def _read_transformation(text: str) -> None:
    vocabulary.compile(grammar.parse(text))
