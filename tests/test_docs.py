"""The generated pages are what the code would write now, and what pages name exists."""

import re
import runpy
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
GENERATOR = runpy.run_path(str(ROOT / "docs" / "generate.py"))


@pytest.mark.parametrize("path", list(GENERATOR["pages"]()), ids=lambda path: path.name)
def test_a_generated_page_is_up_to_date(path: Path) -> None:
    assert path.read_text() == GENERATOR["pages"]()[path] + "\n", "run `make docs`"


def test_every_operation_is_described_and_pictured() -> None:
    page = GENERATOR["operations_page"]()
    rows = [row.split("|") for row in page.splitlines() if row.startswith("| ")][2:]
    # Control steps and those that need another picture have none of their own; a text looks as its font does.
    blind = {row[2].strip(" `") for row in rows if "![" not in row[1]}
    assert blind <= {"assign", "when", "output", "layer", "background_removal", "page", "text", "caption"}
    assert all(len(row[3].strip()) > 10 for row in rows)


SECURITY = (ROOT / "docs" / "security.md").read_text()
CASES = 44


def test_every_case_of_the_security_page_has_a_test_that_exists() -> None:
    rows = [line.split(" | ") for line in SECURITY.splitlines() if re.match(r"\| \d", line)]
    assert [row[0] for row in rows] == [f"| {number}" for number in range(1, CASES + 1)]
    for row in rows:
        named = re.findall(r"`([\w/.]+)::(\w+)`", row[-1])
        assert named, row[1]
        for path, test in named:
            assert f"def {test}(" in (ROOT / path).read_text(), f"{path} has no {test}"


def test_links_of_the_security_page_lead_somewhere() -> None:
    for page, heading in re.findall(r"\]\((\w+\.md)#?([\w-]*)\)", SECURITY):
        text = (ROOT / "docs" / page).read_text()
        headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
        assert not heading or heading in {re.sub(r"[^\w -]", "", each).lower().replace(" ", "-") for each in headings}
