"""Rules of access: when they let anybody in, however the SDKs write a time."""

import math
from typing import Any

import pytest

from media.records.access_rules import open_until, window

NOON = 1_551_873_600.0  # 2019-03-06T12:00:00Z

ROWS: list[tuple[list[dict[str, Any]], float | None]] = [
    ([], None),
    ([{"access_type": "token"}], None),
    ([{"access_type": "anonymous"}], math.inf),
    ([{"access_type": "anonymous", "start": "2019-03-06T12:00:01Z"}], None),
    ([{"access_type": "anonymous", "end": "2019-03-06T12:00:00Z"}], NOON),
    ([{"access_type": "anonymous", "end": "2019-03-06T14:00:10+02:00"}], NOON + 10),
    ([{"access_type": "anonymous", "end": "2019-03-06 14:01 +0200"}], NOON + 60),
    ([{"access_type": "anonymous", "end": "2019-03-06 12:00:05.000Z"}], NOON + 5),
    ([{"access_type": "anonymous", "start": "2019-03-06", "end": "2019-03-07"}], NOON + 43_200),
    ([{"access_type": "anonymous", "start": "soon"}], None),
    ([{"access_type": "anonymous", "end": ["2020"]}], None),
    (
        [
            {"access_type": "token"},
            {"access_type": "anonymous", "end": "2019-03-06T12:00:05Z"},
            {"access_type": "anonymous", "start": "2019-03-06T11:00:00Z", "end": "2019-03-06T12:00:09Z"},
            {"access_type": "anonymous", "start": "2020-01-01T00:00:00Z"},
        ],
        NOON + 9,
    ),
]  # fmt: skip


@pytest.mark.parametrize(("rules", "end"), ROWS, ids=str)
def test_rules_let_anybody_in_until_the_last_that_holds_ends(rules: list[dict[str, Any]], end: float | None) -> None:
    assert open_until(rules, NOON) == end


def test_what_is_no_time_is_named() -> None:
    with pytest.raises(ValueError, match="expected a time"):
        window({"start": "soon"})
