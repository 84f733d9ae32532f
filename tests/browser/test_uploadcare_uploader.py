"""Uploadcare's File Uploader, unmodified: a page of another origin uploads through it and shows what is delivered."""

import contextlib
import functools
import http.server
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Server, running_server
from tests.pictures import photo
from tests.sdk.conftest import Npm, npm  # noqa: F401  (a fixture)

PACKAGE, VERSION = "@uploadcare/file-uploader", "1.33.2"
WAIT_SECONDS = 30
PAGE = """<!doctype html><title>uploader</title><meta charset="utf-8">
<link rel="stylesheet" href="/web/uc-file-uploader-inline.min.css">
<script type="module">
  import * as UC from "/web/file-uploader.min.js";
  UC.defineComponents(UC);
  window.told = [];
  const provider = document.querySelector("uc-upload-ctx-provider");
  for (const name of ["file-upload-success", "file-upload-failed", "common-upload-success", "group-created"]) {
    provider.addEventListener(name, (event) => window.told.push([name, event.detail]));
  }
  window.provider = provider;
</script>
<uc-config ctx-name="own" pubkey="demopublickey" base-url="SERVER" cdn-cname="SERVER" quality-insights="false"
  multiple="true" group-output="true" multipart-min-file-size="1000000"></uc-config>
<uc-file-uploader-inline ctx-name="own"></uc-file-uploader-inline>
<uc-upload-ctx-provider ctx-name="own"></uc-upload-ctx-provider>
"""


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *values: object) -> None:  # noqa: A002  (the base class names it)
        return


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running_server(tmp_path_factory.mktemp("uploader")) as running:
        yield running


@contextlib.contextmanager
def shop(folder: Path) -> Iterator[str]:
    """The address of a site of somebody else, which serves a folder."""
    handler = functools.partial(Quiet, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as site:
        threading.Thread(target=site.serve_forever, args=(0.05,), daemon=True).start()
        yield f"http://127.0.0.1:{site.server_port}"
        site.shutdown()


@pytest.fixture
def page(browser: Any, server: Server, npm: Npm, tmp_path: Path) -> Iterator[Any]:  # noqa: F811
    bundle = npm(f"{PACKAGE}@{VERSION}") / "node_modules" / PACKAGE / "web"
    (tmp_path / "web").symlink_to(bundle)
    (tmp_path / "cat.jpg").write_bytes(photo(320, 200))
    (tmp_path / "index.html").write_text(PAGE.replace("SERVER", server.address))
    with shop(tmp_path) as address:
        browser.get(f"{address}/index.html")
        browser.set_script_timeout(WAIT_SECONDS)
        yield browser


UPLOAD = """
const [size, done] = [arguments[0], arguments[arguments.length - 1]];
(async () => {
  while (!window.provider?.getAPI) await new Promise((resolve) => setTimeout(resolve, 50));
  await customElements.whenDefined("uc-upload-ctx-provider");
  const picture = await (await fetch("/cat.jpg")).blob();
  const large = new Blob([new Uint8Array(size)]);
  const api = window.provider.getAPI();
  api.addFileFromObject(new File([picture], "cat.jpg", { type: "image/jpeg" }));
  api.addFileFromObject(new File([large], "large.bin", { type: "application/octet-stream" }));
  api.uploadAll();
  const ended = () => window.told.filter(([name]) => name.startsWith("file-upload")).length === 2
    && window.told.some(([name]) => name === "group-created");
  while (!ended()) await new Promise((resolve) => setTimeout(resolve, 50));
  const shown = ({ uuid, cdnUrl, isImage, size, name, errors }) => ({ uuid, cdnUrl, isImage, size, name, errors });
  const group = window.told.find(([name]) => name === "group-created")[1];
  done({
    files: window.told.filter(([name]) => name.startsWith("file-upload")).map(([name, file]) => [name, shown(file)]),
    group: group.group.uuid,
  });
})().catch((error) => done({ fault: String(error), told: window.told.map(([name]) => name) }));
"""
SHOWN = """
const [address, done] = arguments;
const image = new Image();
image.onload = () => done([image.naturalWidth, image.naturalHeight]);
image.onerror = () => done(null);
image.src = address;
"""


def test_files_of_a_page_are_uploaded_grouped_and_delivered(page: Any, server: Server) -> None:
    size = 6_000_000
    told = page.execute_async_script(UPLOAD, size)
    assert "fault" not in told, told
    files = {file["name"]: file for name, file in told["files"] if name == "file-upload-success"}
    assert set(files) == {"cat.jpg", "large.bin"}, told
    assert (files["cat.jpg"]["isImage"], files["large.bin"]["size"]) == (True, size)
    address = files["cat.jpg"]["cdnUrl"]
    assert address.startswith(f"{server.address}/{files['cat.jpg']['uuid']}/")
    assert page.execute_async_script(SHOWN, f"{address}-/resize/160x/") == [160, 100]
    assert told["group"].endswith("~2")
    assert page.execute_async_script(SHOWN, f"{server.address}/{told['group']}/nth/0/-/preview/80x80/") == [80, 50]
