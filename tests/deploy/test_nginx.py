"""The shipped nginx configuration in front of a running proxy: what it keeps, what never, one request for a crowd."""

import asyncio
import contextlib
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.attacks.conftest import Victim, running_proxy, upload
from tests.conftest import SERVER_START_SECONDS, free_port
from tests.test_docs import ROOT

pytestmark = pytest.mark.skipif(not shutil.which("nginx"), reason="nginx is not on PATH")
CROWD = 24


@contextlib.contextmanager
def nginx(folder: Path, victim: Victim) -> Iterator[str]:
    """The files of deploy/nginx with this machine's folders and ports in them."""
    port = free_port()
    changes = {
        "proxy:8000": f"127.0.0.1:{victim.port}",
        "listen 80": f"listen 127.0.0.1:{port}",
        "/run/nginx.pid": str(folder / "pid"),
        "/var/cache/pictures": str(folder / "pictures"),
        "access_log /dev/stdout": f"access_log {folder / 'access'}",
        "error_log /dev/stderr": f"error_log {folder / 'error'}",
        "include mime.types": "include /etc/nginx/mime.types",
        "include cutout.conf": f"include {ROOT / 'deploy/nginx/cutout.conf'}",
    }
    text = (ROOT / "deploy/nginx/nginx.conf").read_text()
    for shipped, here in changes.items():
        assert shipped in text
        text = text.replace(shipped, here)
    path = folder / "nginx.conf"
    path.write_text(text)
    command = ["nginx", "-p", str(folder), "-c", str(path), "-e", str(folder / "early")]
    subprocess.run([*command, "-t"], check=True, timeout=30, capture_output=True)
    process = subprocess.Popen([*command, "-g", "daemon off; user root;"])
    try:
        _await(port)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(30)


def _await(port: int) -> None:
    deadline = time.monotonic() + SERVER_START_SECONDS
    while time.monotonic() < deadline:
        with contextlib.suppress(httpx.TransportError):
            httpx.get(f"http://127.0.0.1:{port}/health/ready")
            return
        time.sleep(0.05)
    raise AssertionError("nginx did not answer")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, redis_server: str) -> Iterator[tuple[str, Victim]]:
    folder = tmp_path_factory.mktemp("nginx")
    with running_proxy(folder, redis_server, server={"trusted_proxies": ["127.0.0.1"]}) as victim:
        upload(victim, "shoe")
        with nginx(folder, victim) as address:
            yield address, victim


Site = tuple[str, Victim]


def cache(answer: httpx.Response) -> str:
    return answer.headers["x-cache"]


def test_a_derived_picture_is_asked_for_once(site: Site) -> None:
    url = f"{site[0]}/demo/image/upload/c_scale,w_31/shoe.png"
    first, second = httpx.get(url), httpx.get(url)
    assert (first.status_code, cache(first), cache(second)) == (200, "MISS", "HIT")
    assert first.content == second.content


def test_what_is_negotiated_is_kept_once_for_each_kind_of_client(site: Site) -> None:
    url = f"{site[0]}/demo/image/upload/c_scale,w_32,f_auto/shoe"
    kinds = [httpx.get(url, headers={"Accept": accept}) for accept in ("image/webp,*/*", "image/avif,*/*", "*/*")]
    assert len({answer.headers["content-type"] for answer in kinds}) == 3
    assert [cache(answer) for answer in kinds] == ["MISS"] * 3
    assert cache(httpx.get(url, headers={"Accept": "image/webp,*/*"})) == "HIT"


def test_a_pending_answer_is_never_kept(site: Site) -> None:
    url = f"{site[0]}/demo/image/upload/e_background_removal/shoe.png"
    answers = [httpx.get(url) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [423] * 3
    assert [cache(answer) for answer in answers] == ["MISS"] * 3


def test_a_crowd_is_one_request_to_the_proxy(site: Site) -> None:
    address, victim = site
    before = victim.count("200")

    async def ask() -> list[httpx.Response]:
        async with httpx.AsyncClient(timeout=60) as client:
            url = f"{address}/demo/image/upload/c_scale,w_600/e_blur:300/shoe.png"
            return await asyncio.gather(*(client.get(url) for _ in range(CROWD)))

    answers = asyncio.run(ask())
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.content for answer in answers}) == 1
    # Reading the counter is an answer, too.
    assert victim.count("200") - before <= 2


def test_what_only_a_key_opens_is_answered_by_the_proxy_each_time(site: Site) -> None:
    url = f"{site[0]}/demo/image/upload/c_scale,w_33/shoe.png"
    headers = {"Authorization": "Basic eDp5"}
    assert [cache(httpx.get(url, headers=headers)) for _ in range(2)] == ["BYPASS"] * 2
    assert cache(httpx.get(url)) == "MISS"


def test_an_address_in_a_path_arrives_as_it_was_written(site: Site) -> None:
    answer = httpx.get(f"{site[0]}/v7/http://127.0.0.1:1/a.jpg?w=3")
    assert answer.status_code == 403
    assert "127.0.0.1" in answer.text


def test_numbers_for_operators_are_not_for_visitors(site: Site) -> None:
    assert httpx.get(f"{site[0]}/metrics").status_code == 404
    assert httpx.get(f"{site[0]}/health/ready").status_code == 200


def test_an_upload_passes_and_a_larger_one_than_permitted_is_refused(site: Site) -> None:
    small = httpx.post(f"{site[0]}/v1_1/demo/image/upload", data={"upload_preset": "none"}, files={"file": b"x"})
    assert small.status_code in (400, 401)
    assert "error" in small.json()


def test_what_is_kept_is_shown_while_the_proxy_is_away(tmp_path: Path, redis_server: str) -> None:
    with running_proxy(tmp_path, redis_server) as victim:
        upload(victim, "shoe")
        path = "/demo/image/upload/c_scale,w_34/shoe.png"
        with nginx(tmp_path, victim) as address:
            assert cache(httpx.get(address + path)) == "MISS"
            victim.process.terminate()
            victim.process.wait(30)
            assert httpx.get(address + path).status_code == 200
            assert httpx.get(f"{address}/demo/image/upload/c_scale,w_35/shoe.png").status_code == 502
