"""The page of Uploadcare's APIs names every call that there is."""

import re
from pathlib import Path

import pytest

from proxy.dialects.uploadcare.rest.routes import ROWS
from proxy.dialects.uploadcare.upload.routes import ROWS as UPLOAD_ROWS

PAGE = (Path(__file__).parents[3] / "docs" / "dialects" / "uploadcare_api.md").read_text()
SPELT = {"{uuid:uuid36}": "<uuid>", "{count:int}": "<n>", "{key}": "<key>", "{id}": "<id>", "{kind}": "document"}
#: Told in a row's own words.
ELSEWHERE = ("/convert/", "/addons/", "/multipart/parts")


@pytest.mark.parametrize("path", sorted({row[1] for row in (*ROWS, *UPLOAD_ROWS)}))
def test_a_call_is_named(path: str) -> None:
    if path.startswith(ELSEWHERE):
        return
    spelt = re.sub(r"\{[^}]+\}", lambda found: SPELT[found[0]], path)
    assert f"{spelt}/" in PAGE, spelt
