"""The URL builder shared by Cloudimage's React, Vue and plain JavaScript packages, pointed at our host."""

import json
import subprocess

import httpx
import pytest

from tests.conftest import Server
from tests.pictures import opened
from tests.proxy.apis import Site
from tests.sdk.conftest import Npm

SCRIPT = """
const { generateURL } = require("cloudimage-responsive-utils");
const [domain, src, asked] = process.argv.slice(1);
const { params, sizes } = JSON.parse(asked);
const config = { domain, customDomain: true, apiVersion: "v7", params: {} };
console.log(generateURL({ src, params, config, containerProps: { sizes } }));
"""


@pytest.mark.parametrize(
    ("params", "size", "expected"),
    [
        ({"func": "crop"}, {"width": 100, "height": 50}, (100, 50, 3)),
        ({"func": "bound", "q": 80}, {"width": 100}, (100, 67, 3)),
        ({"w": 60, "h": 60, "func": "fit", "bg_color": "fff", "fit_enlarge": 1}, None, (60, 60, 3)),
        ({"bg_remove": 1, "force_format": "png"}, None, (200, 133, 4)),
    ],
)
def test_a_built_url_is_answered(
    npm: Npm,
    open_server: Server,
    photographs: Site,
    params: dict[str, object],
    size: dict[str, int] | None,
    expected: tuple[int, int, int],
) -> None:
    asked = json.dumps({"params": params, "sizes": [size] if size else None})
    host = open_server.address.removeprefix("http://")
    command = ["node", "-e", SCRIPT, host, photographs.url("/input.jpg"), asked]
    folder = npm("cloudimage-responsive-utils@2.5.2")
    built = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60, check=True).stdout.strip()
    assert built.startswith(f"https://{host}/v7/http://")
    # The packages know https only; the test's server speaks http.
    answer = httpx.get(built.replace("https://", "http://", 1), headers={"Prefer": "wait=30"}, timeout=60)
    picture = opened(answer.content)
    assert (picture.width, picture.height, picture.bands) == expected, built
