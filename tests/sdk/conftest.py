"""A server that may fetch from this machine, an origin to fetch from, and npm packages kept outside the repository."""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import pyvips
import skimage.data

from tests.conftest import Server, running_server
from tests.proxy.apis import Site, serving

NPM_SECONDS = 120
#: Packages, each at one version → the folder they are installed in.
Npm = Callable[..., Path]


@pytest.fixture(scope="session")
def open_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running_server(tmp_path_factory.mktemp("open"), CUTOUT_ORIGIN__ALLOW_PRIVATE="true") as running:
        yield running


@pytest.fixture(scope="session")
def cat() -> bytes:
    """A photograph with a subject, 200×133: the real network looks at it."""
    picture = pyvips.Image.new_from_array(skimage.data.chelsea()).thumbnail_image(200)
    return bytes(picture.write_to_buffer(".jpg"))


@pytest.fixture(scope="session")
def photographs(cat: bytes) -> Iterator[Site]:
    with serving(Site({"/input.jpg": cat})) as running:
        yield running


@pytest.fixture
def input_jpg(tmp_path: Path, cat: bytes) -> Path:
    path = tmp_path / "input.jpg"
    path.write_bytes(cat)
    return path


@pytest.fixture(scope="session")
def npm() -> Npm:
    """Installs once per machine; skips, saying why, if there is no Node.js or no registry."""

    def installed(*packages: str) -> Path:
        if shutil.which("node") is None or shutil.which("npm") is None:
            pytest.skip("node and npm are not on PATH")
        cache = Path(os.environ.get("CUTOUT_TEST_NPM", Path.home() / ".cache" / "cutout-tests" / "npm"))
        folder = cache / "+".join(package.replace("/", "-") for package in packages)
        names = [package.rpartition("@")[0] for package in packages]
        if not all((folder / "node_modules" / name).is_dir() for name in names):
            folder.mkdir(parents=True, exist_ok=True)
            command = [
                "npm",
                "install",
                "--no-audit",
                "--no-fund",
                "--ignore-scripts",
                "--prefix",
                str(folder),
                *packages,
            ]
            done = subprocess.run(command, capture_output=True, text=True, timeout=NPM_SECONDS, check=False)
            if done.returncode:
                pytest.skip(f"npm cannot install {' '.join(packages)}: {done.stderr.strip().splitlines()[-1:]}")
        return folder

    return installed
