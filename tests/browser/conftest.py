"""One headless Chromium and one fake server per session; a fresh page per test."""

import shutil
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import uvicorn
from starlette.applications import Starlette

from tests.browser.fake_server import create_fake, forget, picture
from tests.browser.page import Page

#: Debian's browser needs no sandbox under root, and asks no server anything in a closed network.
ARGUMENTS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-dev-shm-usage",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--hide-scrollbars",
)  # fmt: skip
DESKTOP = (1280, 900)
START_SECONDS = 30


@dataclass(frozen=True)
class Fake:
    address: str
    app: Starlette


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[object]:
    chromium, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if not chromium or not driver:
        pytest.skip("no browser: install Debian's chromium and chromium-driver")
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    for argument in (*ARGUMENTS, f"--user-data-dir={tmp_path_factory.mktemp('chromium')}"):
        options.add_argument(argument)
    # The page's modules have run by then; pictures may still be under way.
    options.page_load_strategy = "eager"
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    # A named driver keeps selenium from looking for one to download.
    service = webdriver.ChromeService(executable_path=driver)
    chrome = webdriver.Chrome(options=options, service=service)
    yield chrome
    chrome.quit()


@pytest.fixture(scope="session")
def fake_server() -> Iterator[Fake]:
    app = create_fake()
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    deadline = time.monotonic() + START_SECONDS
    while not server.started and time.monotonic() < deadline:
        time.sleep(0.01)
    yield Fake(f"http://127.0.0.1:{listener.getsockname()[1]}", app)
    server.should_exit = server.force_exit = True
    thread.join()
    listener.close()


@pytest.fixture
def fake(fake_server: Fake) -> Fake:
    """The fake server without a memory of the tests before."""
    forget(fake_server.app)
    return fake_server


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """A file as a person has it on the disk."""
    path = tmp_path / "mine.png"
    path.write_bytes(picture().pngsave_buffer())
    return path


@pytest.fixture
def page(browser: object, tmp_path: Path) -> Iterator[Page]:
    """A page of desktop size; whatever the console says of an error or a refused policy fails the test."""
    chrome = Page(browser)
    chrome.resize(*DESKTOP)
    chrome.forget()
    yield chrome
    # Left before it is judged: a page that still asks would ask during the next test.
    chrome.leave()
    assert chrome.complaints() == []
