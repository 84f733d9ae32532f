"""The generated pages are what the code would write now."""

import runpy
from pathlib import Path

import pytest

GENERATOR = runpy.run_path(str(Path(__file__).parent.parent / "docs" / "generate.py"))


@pytest.mark.parametrize("path", list(GENERATOR["pages"]()), ids=lambda path: path.name)
def test_a_generated_page_is_up_to_date(path: Path) -> None:
    assert path.read_text() == GENERATOR["pages"]()[path] + "\n", "run `make docs`"


def test_every_operation_is_described_and_pictured() -> None:
    page = GENERATOR["operations_page"]()
    rows = [row.split("|") for row in page.splitlines() if row.startswith("| ")][2:]
    # Control steps and those that need another picture have none of their own; a text looks as its font does.
    blind = {row[2].strip(" `") for row in rows if "![" not in row[1]}
    assert blind <= {"assign", "when", "output", "layer", "background_removal", "page", "text"}
    assert all(len(row[3].strip()) > 10 for row in rows)
