"""remove.bg's clients, unmodified but for the host: ``removebg`` of PyPI and ``remove.bg`` of npm."""

import base64
import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from removebg import RemoveBg, removebg

from tests.conftest import Server
from tests.pictures import opened
from tests.proxy.apis import Site
from tests.sdk.conftest import Npm

HOSTED = "https://api.remove.bg"
NODE_SECONDS = 60


@pytest.fixture
def client(open_server: Server, tmp_path: Path) -> Iterator[RemoveBg]:
    hosted = removebg.API_ENDPOINT
    removebg.API_ENDPOINT = hosted.replace(HOSTED, open_server.address)
    yield RemoveBg("demo-token", str(tmp_path / "error.log"))
    removebg.API_ENDPOINT = hosted


def test_python_a_file(client: RemoveBg, input_jpg: Path) -> None:
    client.remove_background_from_img_file(str(input_jpg), size="4k")
    picture = opened(Path(f"{input_jpg}_no_bg.png").read_bytes())
    assert (picture.width, picture.height, picture.bands) == (200, 133, 4)


def test_python_an_address(client: RemoveBg, photographs: Site, tmp_path: Path) -> None:
    target = tmp_path / "no-bg.png"
    client.remove_background_from_img_url(photographs.url("/input.jpg"), new_file_name=str(target))
    assert opened(target.read_bytes()).bands == 4


def test_python_base64_on_a_colour(client: RemoveBg, input_jpg: Path, tmp_path: Path) -> None:
    target = tmp_path / "white.jpg"
    encoded = base64.b64encode(input_jpg.read_bytes())
    client.remove_background_from_base64_img(encoded, new_file_name=str(target), bg_color="white")
    assert opened(target.read_bytes()).bands == 3


SCRIPT = """
const { removeBackgroundFromImageFile, removeBackgroundFromImageUrl } = require("remove.bg");
const [path, url] = process.argv.slice(2);
const options = { apiKey: "demo-token", size: "regular", type: "auto" };
(async () => {
  const file = await removeBackgroundFromImageFile({ ...options, path, crop: true });
  const fetched = await removeBackgroundFromImageUrl({ ...options, url, bg_color: "81d4fa" });
  const refused = await removeBackgroundFromImageUrl({ ...options, url, size: "huge" }).catch((errors) => errors);
  console.log(JSON.stringify([file, fetched, refused]));
})().catch((error) => { console.error(error); process.exit(1); });
"""


def test_node(npm: Npm, open_server: Server, photographs: Site, input_jpg: Path, tmp_path: Path) -> None:
    folder = tmp_path / "client"
    shutil.copytree(npm("remove.bg@1.3.0"), folder)
    source = folder / "node_modules/remove.bg/dist/index.js"
    source.write_text(source.read_text().replace(HOSTED, open_server.address))
    (folder / "walk.js").write_text(SCRIPT)
    command = ["node", "walk.js", str(input_jpg), photographs.url("/input.jpg")]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=NODE_SECONDS, check=False)
    assert done.returncode == 0, done.stderr
    file, fetched, refused = json.loads(done.stdout)
    assert (file["creditsCharged"], fetched["resultWidth"], fetched["resultHeight"]) == ("0.25", "200", "133")
    assert opened(base64.b64decode(file["base64img"])).bands == 4
    assert opened(base64.b64decode(fetched["base64img"])).bands == 3
    assert refused[0]["code"] == "invalid_size"
