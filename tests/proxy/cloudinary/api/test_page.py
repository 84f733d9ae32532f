"""docs/dialects/cloudinary_api.md names every call of the table."""

from pathlib import Path

import pytest

from proxy.dialects.cloudinary.api.routes import ADMIN, FILES, UPLOAD

PAGE = Path(__file__).parents[4] / "docs" / "dialects" / "cloudinary_api.md"
CALLS = sorted({path for _, path, _ in (*ADMIN, *FILES)} | {path for path, _ in UPLOAD})


@pytest.mark.parametrize("path", CALLS)
def test_the_page_names_the_call(path: str) -> None:
    assert f"`{path.replace(':anything', '')}`" in PAGE.read_text()
