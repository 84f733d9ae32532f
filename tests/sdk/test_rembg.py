"""The curl lines of rembg's documentation, as they stand there but for port and file names."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.conftest import Server
from tests.pictures import opened
from tests.proxy.apis import Site

LINES = (
    'curl -s "http://localhost:7000/api/remove?url=http://input.png" -o output.png',
    'curl -s -F file=@/path/to/input.jpg "http://localhost:7000/api/remove" -o output.png',
    'curl -s -F file=@/path/to/input.jpg -F a=true -F af=250 "http://localhost:7000/api/remove" -o output.png',
    'curl -s -F file=@/path/to/input.jpg -F model=u2net -F om=true "http://localhost:7000/api/remove" -o output.png',
)


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not on PATH")
@pytest.mark.parametrize("line", LINES)
def test_a_documented_line(open_server: Server, photographs: Site, input_jpg: Path, tmp_path: Path, line: str) -> None:
    here = (
        line.replace("http://localhost:7000", open_server.address)
        .replace("http://input.png", photographs.url("/input.jpg"))
        .replace("/path/to/input.jpg", str(input_jpg))
    )
    subprocess.run(here, shell=True, check=True, cwd=tmp_path, timeout=60)
    picture = opened((tmp_path / "output.png").read_bytes())
    assert (picture.width, picture.height, picture.bands) == (200, 133, 1 if "om=true" in line else 4)
