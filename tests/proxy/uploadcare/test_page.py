"""Pages about Uploadcare's APIs: every call that there is, no directive that there is not."""

import re
from pathlib import Path

import pytest

from proxy.dialects.uploadcare.cdn.syntax.directives import SYNTAX
from proxy.dialects.uploadcare.rest.routes import ROWS
from proxy.dialects.uploadcare.upload.routes import ROWS as UPLOAD_ROWS

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "dialects" / "uploadcare_api.md").read_text()
PLAYGROUND = (ROOT / "proxy" / "playground" / "language" / "uploadcare.js").read_text()
SPELT = {"{uuid:uuid36}": "<uuid>", "{count:int}": "<n>", "{key}": "<key>", "{id}": "<id>", "{kind}": "document"}
#: Told in a row's own words.
ELSEWHERE = ("/convert/", "/addons/", "/multipart/parts")


@pytest.mark.parametrize("path", sorted({row[1] for row in (*ROWS, *UPLOAD_ROWS)}))
def test_a_call_is_named(path: str) -> None:
    if path.startswith(ELSEWHERE):
        return
    spelt = re.sub(r"\{[^}]+\}", lambda found: SPELT[found[0]], path)
    assert f"{spelt}/" in PAGE, spelt


def test_the_playground_writes_directives_that_there_are() -> None:
    words = PLAYGROUND[PLAYGROUND.index("const WORDS") : PLAYGROUND.index("/** `{ path")]
    names = {*re.findall(r"`([a-z_]+)/", words), *re.findall(r'directives: \["([a-z_]+)"\]', words)}
    assert {"remove_bg", "scale_crop", "blur", "format"} <= names <= set(SYNTAX)
