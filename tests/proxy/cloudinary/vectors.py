"""Rows of tests/vectors/ for the tests of this folder."""

import csv
import json
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).parents[2] / "vectors"


def read_yaml(name: str) -> Any:
    return yaml.safe_load((FOLDER / name).read_text())


def read_json(name: str) -> Any:
    return json.loads((FOLDER / name).read_text())


def read_tsv(name: str) -> list[dict[str, str]]:
    with (FOLDER / name).open(newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
