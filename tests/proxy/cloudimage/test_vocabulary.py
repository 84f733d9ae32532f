"""Parameters to chains: rows with the documented result, and any text."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from media.config import Limits
from media.errors import LimitExceeded
from media.formats.source import SourceInfo
from media.geometry import Size
from media.operations import format_chain, format_steps, parse_chain
from media.render.plan import plan
from proxy.dialects.cloudimage import vocabulary
from proxy.dialects.cloudimage.grammar import read_pairs
from proxy.dialects.cloudimage.vocabulary import Compiled, Facts
from tests.proxy.cloudimage.texts import PARAMETERS

VECTORS = Path(__file__).parents[2] / "vectors" / "cloudimage_chains.yaml"
STATIC = "logo.example/static.png"


def rows() -> list[Any]:
    return [pytest.param(row, id=row["query"] or "nothing") for row in yaml.safe_load(VECTORS.read_text())]


def compiled(query: str, source: str = "1000x500", format_name: str = "jpg") -> Compiled:
    width, height = source.split("x")
    return vocabulary.compile(read_pairs(query).ours, Facts(Size(int(width), int(height)), format_name, STATIC))


def planned_size(made: Compiled, source: str) -> str | None:
    width, height = source.split("x")
    size = plan(made.chain, SourceInfo("jpg", int(width), int(height)), Limits()).size
    return size and f"{size.width}x{size.height}"


@pytest.mark.parametrize("row", rows())
def test_a_query_becomes_its_chain(row: dict[str, Any]) -> None:
    made = compiled(row["query"], row["source"], row.get("format", "jpg"))
    steps = format_steps(made.chain.steps)
    wanted = [each if isinstance(each, dict) else {each: {}} for each in row["steps"]]
    assert [name for name, _ in steps] == [name for each in wanted for name in each]
    for (name, arguments), expected in zip(steps, wanted, strict=True):
        assert arguments | expected[name] == arguments
    if "size" in row:
        assert planned_size(made, row["source"]) == row["size"]
    if "formats" in row:
        assert list(made.chain.output.candidates) == row["formats"]
    if "plain" in row:
        assert (list(made.formats.modern), list(made.formats.plain)) == (row["modern"], row["plain"])


@pytest.mark.parametrize(
    ("query", "quality"),
    [("q=85", 85), ("q=0", 1), ("q=500", 100), ("q=x", 0), ("", 0), ("optipress=1", "auto:best"), ("optipress=9", 0)],
)
def test_quality_is_clamped_to_what_encoders_take(query: str, quality: int | str) -> None:
    assert compiled(query).chain.output.quality == quality


@pytest.mark.parametrize(("query", "max_age"), [("ci_cache=60", 60), ("ci_cache=-5", 0), ("ci_cache=x", None)])
def test_ci_cache_is_a_number_of_seconds(query: str, max_age: int | None) -> None:
    assert compiled(query).max_age == max_age


def test_sides_beyond_every_limit_are_refused_by_the_planner() -> None:
    with pytest.raises(LimitExceeded):
        planned_size(compiled("w=1000000000"), "1000x500")


@given(
    PARAMETERS,
    st.tuples(st.integers(1, 3000), st.integers(1, 3000)),
)
def test_any_parameters_become_a_chain_that_has_one_text(parameters: dict[str, str], sides: tuple[int, int]) -> None:
    made = vocabulary.compile(parameters, Facts(Size(*sides), "jpg", STATIC))
    assert format_chain(parse_chain(format_chain(made.chain))) == format_chain(made.chain)
    try:
        plan(made.chain, SourceInfo("jpg", *sides), Limits())
    except LimitExceeded:
        return
