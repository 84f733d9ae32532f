"""`cutout warm`: a list of URLs, asked for until each is there."""

import http.server
import threading
from collections.abc import Iterator

import pytest
from typer.testing import CliRunner

from proxy.commands.cli import app
from proxy.commands.warm import read_urls


def test_lines_are_urls_or_paths_each_once() -> None:
    lines = ["# list", "", "http://a.example/x", "/y", "/y\n"]
    assert read_urls(lines, "http://b.example/") == ["http://a.example/x", "http://b.example/y"]


@pytest.fixture
def address() -> Iterator[str]:
    asked: dict[str, int] = {}

    class Slow(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked[self.path] = asked.get(self.path, 0) + 1
            status = {"/slow": 423 if asked[self.path] < 3 else 200, "/wrong": 400}.get(self.path, 200)
            self.send_response(status)
            self.send_header("Retry-After", "0")
            self.send_header("X-Cld-Error", "Invalid width")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *values: object) -> None:  # noqa: A002 (the base class names it)
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Slow)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


def test_what_is_pending_is_asked_again_and_what_fails_is_named(address: str) -> None:
    ready = CliRunner().invoke(app, ["warm", "-", "--base", address], input="/slow\n/fast\n")
    assert ready.exit_code == 0, ready.output
    assert "2 of 2 are ready." in ready.output
    failed = CliRunner().invoke(app, ["warm", "-", "--base", address], input="/fast\n/wrong\nno-url\n")
    assert failed.exit_code == 1
    assert f"400  {address}/wrong  Invalid width" in failed.output
    assert "no answer  no-url  it is no http(s) URL" in failed.output
