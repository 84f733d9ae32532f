"""The official Cloudinary SDK for Node: its script runs unmodified but for the host; npm installs it into a cache."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from proxy.dialects.cloudinary.signature import verify_notification
from tests.conftest import Server, running_server
from tests.pictures import photo
from tests.receiver import listening
from tests.sdk.shelf import stock

VERSION = "2.11.0"
INSTALL_SECONDS = 60
RUN_SECONDS = 90
#: Outside of the repository, kept between runs.
CACHE = Path(os.environ.get("CUTOUT_TEST_CACHE") or Path(tempfile.gettempdir()) / "cutout-sdk") / f"node-{VERSION}"


@pytest.fixture(scope="module")
def sdk() -> Path:
    if not shutil.which("node") or not shutil.which("npm"):
        pytest.skip("node and npm are not on PATH")
    if not (CACHE / "node_modules" / "cloudinary").is_dir():
        CACHE.mkdir(parents=True, exist_ok=True)
        command = [
            "npm",
            "install",
            "--no-audit",
            "--no-fund",
            "--no-save",
            "--prefix",
            str(CACHE),
            f"cloudinary@{VERSION}",
        ]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=INSTALL_SECONDS, check=False)
        except subprocess.TimeoutExpired:
            pytest.skip(f"npm did not install cloudinary@{VERSION} within {INSTALL_SECONDS} s")
        if done.returncode:
            pytest.skip(f"npm cannot install cloudinary@{VERSION}: {done.stderr.strip()[-200:]}")
    return CACHE


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    permitted = {"CUTOUT_WEBHOOKS__ALLOW_PRIVATE": "true", "CUTOUT_ORIGIN__ALLOW_PRIVATE": "true"}
    with running_server(tmp_path_factory.mktemp("node"), **permitted) as running:
        yield running


def test_the_node_sdk_works_after_a_change_of_host(sdk: Path, server: Server, tmp_path: Path) -> None:
    stock(server.data, "many", 2500)
    file = tmp_path / "shoe.jpg"
    file.write_bytes(photo())
    script = Path(__file__).parent / "cloudinary_node.js"
    with listening() as receiver:
        command = ["node", str(script), server.address, receiver.url, str(sdk), str(file)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=RUN_SECONDS, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        told = receiver.wait("eager")
    batch_id = next(line.split()[1] for line in done.stdout.splitlines() if line.startswith("BATCH"))
    assert told.document["batch_id"] == batch_id
    signature = told.headers["x-cld-signature"]
    assert verify_notification(told.body, int(told.headers["x-cld-timestamp"]), signature, "demo-secret")
