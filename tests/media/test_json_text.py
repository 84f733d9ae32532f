"""JSON of strangers: read within bounds, refused with the rest of a sentence."""

from typing import Any

import pytest

from media.json_text import MAX_DEPTH, MAX_MARKS, read_json
from tests.growth import grows_linearly

DOCUMENTS: dict[str, Any] = {
    "{}": {},
    '{"a": [1, -2, 1.5, true, null]}': {"a": [1, -2, 1.5, True, None]},
    '"é"': "é",
    '"\\ud83d\\ude00"': "😀",
    "[" * MAX_DEPTH + "]" * MAX_DEPTH: None,
    '"' + "," * (MAX_MARKS // 2) + '"': None,
}
REFUSED: dict[str, tuple[str | bytes, str]] = {
    "empty": ("", "is not JSON"),
    "half": ('{"a":', "is not JSON"),
    "deep": ("[" * (MAX_DEPTH + 1) + "]" * (MAX_DEPTH + 1), "deeper than"),
    "deep objects": ('{"a":' * 40 + "1" + "}" * 40, "deeper than"),
    "an endless opening": ("[" * (MAX_MARKS - 1), "deeper than"),
    "many lists": ('{"a":[' + "[]," * MAX_MARKS + "[]]}", "more than"),
    "not a number": ("NaN", "holds NaN"),
    "infinity": ('{"a":-Infinity}', "holds -Infinity"),
    "a float beyond range": ("1e999", "too large"),
    "a long integer": ("9" * 16, "digits"),
    "a longer integer": ('{"a":' + "1" * 6000 + "}", "digits"),
    "half a pair": ('"\\ud800"', "surrogate"),
    "half a pair as a name": ('{"\\udfff":1}', "surrogate"),
    "half a pair far inside": ('{"a":[{"b":["x\\uD83Dy"]}]}', "surrogate"),
    "not UTF-8": (b'{"a":"\xff"}', "UTF-8"),
    "UTF-16": ('{"a":1}'.encode("utf-16"), "UTF-8"),
    "a pair in UTF-8": (b'"\xed\xa0\x80"', "UTF-8"),
}


@pytest.mark.parametrize("text", DOCUMENTS)
def test_a_document_is_read(text: str) -> None:
    expected = DOCUMENTS[text]
    assert read_json(text) == (expected or read_json(text.encode()))


@pytest.mark.parametrize("name", REFUSED)
def test_what_costs_or_cannot_be_kept_is_refused(name: str) -> None:
    text, reason = REFUSED[name]
    with pytest.raises(ValueError, match=reason) as refusal:
        read_json(text)
    assert len(str(refusal.value)) < 200


@pytest.mark.parametrize("repeated", ["[", "[[],", '{"a":', "1", '"', "\\", '"a",', '"\\ud800"'])
def test_hostile_text_takes_linear_time(repeated: str) -> None:
    def read(size: int) -> None:
        with pytest.raises(ValueError, match=r"."):
            read_json(repeated * (size // len(repeated)))

    assert grows_linearly(read, 200_000)
