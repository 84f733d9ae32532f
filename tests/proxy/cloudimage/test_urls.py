"""Whole URLs as pages write them, over HTTP: origin, size and format of every row."""

import csv
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, given, settings

from tests.pictures import photo
from tests.proxy.cloudimage.corpus import Runner, running
from tests.proxy.cloudimage.texts import PARAMETERS

VECTORS = Path(__file__).parents[2] / "vectors" / "cloudimage_urls.tsv"


@pytest.fixture(scope="module")
def runner() -> Iterator[Runner]:
    with running(photo(1600, 1067)) as made:
        yield made


def rows() -> list[object]:
    with VECTORS.open(newline="") as file:
        return [
            pytest.param(row, id=row["url"]) for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        ]


@pytest.mark.parametrize("row", rows())
def test_a_url_gives_the_documented_picture(runner: Runner, row: dict[str, str]) -> None:
    outcome = runner.ask(row["url"])
    assert (outcome.origin, outcome.result, outcome.problem) == (row["origin"], row["result"], "")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(parameters=PARAMETERS)
def test_any_parameters_are_answered_without_a_fault(runner: Runner, parameters: dict[str, str]) -> None:
    status = runner.status(f"/v7/https://sample.li/any.jpg?{urlencode(parameters, errors='replace')}")
    assert status in (200, 400, 404, 413)
