"""The runner of tests/corpus.py says how far a string came, and why no further."""

from pathlib import Path

import pytest

from tests import corpus
from tests.corpus import Outcome, judge
from tests.pictures import photo


@pytest.mark.parametrize(
    ("text", "stage", "error"),
    [
        ("c_fill,w_10,h_10/e_sepia", "compiled", ""),
        ("https://res.cloudinary.com/demo/image/upload/w_10/v1/cat.jpg", "compiled", ""),
        ("http://demo-res.cloudinary.com/image/upload/w_10/cat", "compiled", ""),
        ("w_abc", "parsed", "BadTransformation"),
        ("e_gen_restore", "parsed", "Forbidden"),
        ("w_10,,h_10", "", "BadTransformation"),
    ],
)
def test_string_is_judged(text: str, stage: str, error: str) -> None:
    outcome = judge(text)
    assert (outcome.stage, outcome.error) == (stage, error)


def test_chain_is_asked_for_over_http() -> None:
    with corpus.http(photo()) as deliver:
        for text in (
            "f_auto,w_10/l_logo,w_5",
            "e_background_removal/c_pad,w_20,h_20",
            "cs_icc:coated.icc",
            "l_text:ours.ttf_9:a",
        ):
            assert judge(text, deliver) == Outcome(text, "rendered")


def test_file_of_strings_is_read_by_its_first_column(tmp_path: Path) -> None:
    path = tmp_path / "strings.tsv"
    path.write_text("transformation_or_url\tsdk\nw_10\tjs\n\ne_sepia\tgo\n")
    assert corpus.read_strings(path) == ["w_10", "e_sepia"]


def test_report_names_every_refusal_without_a_purpose() -> None:
    outcomes = [judge(text) for text in ("w_10", "w_abc", "h_xyz", "e_gen_restore")]
    lines = list(corpus.report(outcomes, lists_refused=False))
    assert lines[0] == "4 strings"
    assert [line.split("\t")[1] for line in lines if "\t" in line] == ["h_xyz"]
    assert corpus.purpose("e_gen_restore") == "needs a generative model"
