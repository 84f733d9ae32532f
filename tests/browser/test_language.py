"""The playground's pure modules against their rows: in Node if there is one, else in the browser."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.browser.conftest import Fake
from tests.browser.fake_server import PLAYGROUND

CASES = Path(__file__).parent / "language_cases.js"
#: From this version on Node takes a .js file with imports for a module without being told.
OLDEST_NODE = (20, 19)
_RUN = "import(process.argv[1]).then(m => m.failures(process.argv[2])).then(f => console.log(JSON.stringify(f)))"
_RUN_IN_PAGE = (
    "const done = arguments[0]; import('/cases.js').then(m => m.failures('/playground/language')).then(done, done)"
)


def _node() -> str | None:
    node = shutil.which("node")
    if node is None:
        return None
    said = subprocess.run([node, "--version"], capture_output=True, text=True, timeout=20, check=True).stdout
    version = tuple(int(part) for part in said.strip().removeprefix("v").split(".")[:2])
    return node if version >= OLDEST_NODE else None


NODE = _node()


@pytest.mark.skipif(NODE is None, reason="no Node.js 20.19 or newer on PATH: the rows run in the browser")
def test_language_meets_its_rows_in_node() -> None:
    command = [str(NODE), "--eval", _RUN, CASES.as_uri(), (PLAYGROUND / "language").as_uri()]
    answer = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
    assert answer.returncode == 0, answer.stderr
    assert json.loads(answer.stdout) == []


@pytest.mark.browser
@pytest.mark.skipif(NODE is not None, reason="the rows run in Node.js")
def test_language_meets_its_rows_in_the_browser(request: pytest.FixtureRequest) -> None:
    page, fake = request.getfixturevalue("page"), request.getfixturevalue("fake")
    assert isinstance(fake, Fake)
    page.open(fake.address)
    assert page.driver.execute_async_script(_RUN_IN_PAGE) == []
