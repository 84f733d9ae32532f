"""SIGTERM to a proxy that has its hands full: not ready first, then not listening; what runs is finished, who waits for
a worker is told to come back, in the words of the API, and nobody is cut off."""

import contextlib
import os
import signal
import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import httpx

from proxy.commands.embedded_redis import embedded_redis
from tests.attacks.conftest import HOT, Victim, eventually, running_proxy, upload
from tests.pictures import photo
from tests.signing import signed

IMAGE = {"Sec-Fetch-Dest": "image"}
#: Far longer than the process has, if nobody told those who wait.
SECONDS = 50
DELIVERY = {"image_wait_seconds": SECONDS, "max_wait_seconds": SECONDS, "synchronous_wait_seconds": SECONDS}
RAW = os.urandom(20 * 1024 * 1024)
RENDERS = 16


class Site:
    def __init__(self, victim: Victim) -> None:
        self.victim = victim
        self.client = httpx.Client(base_url=f"http://127.0.0.1:{victim.port}", timeout=2 * SECONDS)

    def waiting(self) -> int:
        lines = self.client.get("/metrics").text.splitlines()
        return next(int(float(line.split()[-1])) for line in lines if line.startswith("cutout_waiting_requests "))

    def terminate(self) -> None:
        self.victim.process.send_signal(signal.SIGTERM)

    def is_listening(self) -> bool:
        with contextlib.suppress(ConnectionRefusedError), self.victim.connect():
            return True
        return False


@contextlib.contextmanager
def site(folder: Path, **server: float) -> Iterator[Site]:
    """No worker comes, and one thread renders."""
    sections = {
        "server": server,
        "delivery": DELIVERY,
        "rendering": {"threads": 1},
        "cloudimage": {"aliases": {"samples": "cloud://demo"}},
    }
    with embedded_redis() as url, running_proxy(folder, url, **sections) as running:
        upload(running, "hot")
        upload(running, "large", photo(3000, 2000))
        with contextlib.closing(Site(running).client):
            yield Site(running)


def cloudinary(site: Site) -> httpx.Response:
    return site.client.get("/demo/image/upload/e_background_removal/hot.png", headers=IMAGE)


def cloudimage(site: Site) -> httpx.Response:
    return site.client.get("/v7/_samples_/hot.jpg?bg_remove=1", headers=IMAGE)


def remove_bg(site: Site) -> httpx.Response:
    key = {"X-Api-Key": "demo-token"}
    return site.client.post("/v1.0/removebg", headers=key, files={"image_file": photo()}, data={"size": "auto"})


def rembg(site: Site) -> httpx.Response:
    return site.client.post("/api/remove", files={"file": photo()})


def gravity(site: Site) -> httpx.Response:
    wait = {"Prefer": f"wait={SECONDS}"}
    return site.client.get("/demo/image/upload/c_fill,w_50,h_50,g_auto/hot.jpg", headers=wait)


#: Who waits for a worker → status of the answer, and how its body or its Cache-Control begins.
WAITERS: dict[Callable[[Site], httpx.Response], tuple[int, str]] = {
    cloudinary: (423, "no-store"),
    remove_bg: (503, '{"errors": [{"title":'),
    rembg: (503, '{"detail":'),
    # A picture for a short time: the original, or by no more than its attention.
    cloudimage: (200, "public, max-age=5"),
    gravity: (200, "public, max-age=5"),
}


class SlowUpload:
    """Half of a form is sent, the other half when it is told to."""

    def __init__(self, site: Site) -> None:
        request = httpx.Request(
            "POST",
            f"http://127.0.0.1:{site.victim.port}/v1_1/demo/image/upload",
            data=signed({"public_id": "slow"}),
            files={"file": photo(900, 600)},
        )
        head = "\r\n".join(f"{name}: {value}" for name, value in request.headers.items())
        sent = f"POST {request.url.path} HTTP/1.1\r\n{head}\r\n\r\n".encode() + request.read()
        self._line, self._rest = site.victim.connect(), sent[-4000:]
        self._line.sendall(sent[:-4000])

    def finish(self) -> bytes:
        self._line.sendall(self._rest)
        return read_all(self._line)


class SlowDownload:
    """Asked for, and read when it is told to."""

    def __init__(self, site: Site) -> None:
        self._line = site.victim.connect()
        self._line.sendall(b"GET /demo/raw/upload/raw.bin HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert self._line.recv(15) == b"HTTP/1.1 200 OK"

    def finish(self) -> bytes:
        return read_all(self._line)


def read_all(line: socket.socket) -> bytes:
    with line:
        return b"".join(iter(lambda: line.recv(1 << 16), b""))


def last_sights(site: Site) -> list[tuple[int, int, str | None]]:
    """Readiness, a hot answer's status and its ``Connection``, until nobody listens any more."""
    seen = []
    while site.is_listening():
        with contextlib.suppress(httpx.ConnectError), httpx.Client(base_url=site.client.base_url, timeout=60) as fresh:
            ready, hot = fresh.get("/health/ready"), fresh.get(HOT)
            seen.append((ready.status_code, hot.status_code, hot.headers.get("connection")))
        time.sleep(0.05)
    return seen


def renders(site: Site, crowd: ThreadPoolExecutor, chain: str) -> "list[Future[httpx.Response]]":
    urls = [f"/demo/image/upload/c_scale,w_{1500 + number}/{chain}/large.jpg" for number in range(RENDERS)]
    return [crowd.submit(site.client.get, url) for url in urls]


def test_nobody_is_cut_off(tmp_path: Path) -> None:
    with site(tmp_path, drain_seconds=3, shutdown_seconds=30) as busy, ThreadPoolExecutor(2 * RENDERS) as crowd:
        fields = signed({"public_id": "raw.bin"})
        assert busy.client.post("/v1_1/demo/raw/upload", data=fields, files={"file": RAW}).status_code == 200
        waiters = {ask: crowd.submit(ask, busy) for ask in WAITERS}
        assert eventually(lambda: busy.waiting() == len(WAITERS))
        started, coming, going = renders(busy, crowd, "e_blur:300"), SlowUpload(busy), SlowDownload(busy)
        busy.terminate()
        seen = last_sights(busy)
        # First it was not ready and answered all the same, with the last answer of each connection.
        assert (503, 200, "close") in seen
        assert {status for _, status, _ in seen} == {200}
        assert [ready for ready, _, _ in seen] == sorted(ready for ready, _, _ in seen)
        # Now it does not listen. What was under way goes on.
        assert coming.finish().startswith(b"HTTP/1.1 200 OK")
        assert going.finish().endswith(RAW)
        assert {each.result().status_code for each in started} == {200}
        for ask, (status, beginning) in WAITERS.items():
            answer = waiters[ask].result()
            assert (answer.status_code, ask) == (status, ask)
            assert any(each.startswith(beginning) for each in (answer.text, answer.headers["cache-control"])), (
                answer.text
            )
            assert status == 200 or int(answer.headers["retry-after"]) > 0
        assert busy.victim.process.wait(60) == 0


def test_what_takes_longer_than_the_process_has_is_told_to_ask_again(tmp_path: Path) -> None:
    with site(tmp_path, drain_seconds=0, shutdown_seconds=2) as busy, ThreadPoolExecutor(RENDERS) as crowd:
        started = renders(busy, crowd, "e_oil_paint:50")
        assert eventually(lambda: any(each.done() for each in started))
        busy.terminate()
        answers = [each.result() for each in started]
        assert {answer.status_code for answer in answers} == {200, 503}
        for answer in answers:
            if answer.status_code == 503:
                assert answer.headers["x-cld-error"] == "The server is being restarted; try again."
                assert int(answer.headers["retry-after"]) > 0
        assert busy.victim.process.wait(60) == 0
