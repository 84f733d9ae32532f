"""Uploadcare's JavaScript clients, unmodified but for the host: ``upload-client`` and ``rest-client`` of npm."""

import hashlib
import hmac
import json
import re
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import Server, running_server
from tests.proxy.apis import Site
from tests.receiver import listening
from tests.sdk.conftest import Npm

VERSION = "6.21.0"
RUN_SECONDS, PATIENCE_SECONDS = 120, 30
SCRIPT = Path(__file__).parent / "uploadcare_node.mjs"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    permitted = {"CUTOUT_WEBHOOKS__ALLOW_PRIVATE": "true", "CUTOUT_ORIGIN__ALLOW_PRIVATE": "true"}
    with running_server(tmp_path_factory.mktemp("uploadcare"), **permitted) as running:
        yield running


def test_the_javascript_clients_work_after_a_change_of_host(
    npm: Npm, server: Server, photographs: Site, input_jpg: Path
) -> None:
    folders = [npm(f"@uploadcare/{name}@{VERSION}") for name in ("upload-client", "rest-client")]
    with listening() as receiver:
        command = ["node", SCRIPT, server.address, receiver.url, f"http://{photographs.host}", input_jpg, *folders]
        done = subprocess.run(list(map(str, command)), capture_output=True, text=True, timeout=RUN_SECONDS, check=False)
        assert done.returncode == 0, done.stderr + done.stdout
        assert "ALL STEPS PASSED" in done.stdout
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not receiver.received and time.monotonic() < deadline:
            time.sleep(0.1)
    (told,) = receiver.received
    uploaded = re.findall(r"UPLOADED (\S+)", done.stdout)
    assert [json.loads(told.body)["data"]["uuid"]] == uploaded
    proof = hmac.new(b"s3cret", told.body, hashlib.sha256).hexdigest()
    assert told.headers["x-uc-signature"] == f"v1={proof}"
