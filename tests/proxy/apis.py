"""What the tests of the synchronous APIs share: a worker that works between two tries, a network with eyes."""

import contextlib
import http.server
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

import httpx
import numpy as np

from media.config import Cloud, Delivery, Project, Token
from media.scene.classes import CLASSES
from proxy.runtime.secret_tokens import hashed
from tests.fakes import MAP_SIDE, DiscMatter
from tests.pictures import photo
from tests.stage import Stage
from worker.matting.maps import Maps
from worker.matting.photo import Photo

#: An API that never waits answers 503 at once: the test lets the worker work, then asks again.
IMPATIENT = Delivery(synchronous_wait_seconds=0)
PATIENT = Delivery(synchronous_wait_seconds=5)
TOKEN_APIS = ("remove_bg", "rembg", "cloudimage", "img_processing", "background_remover")
TOKENS = {
    "demo-token": Token(("demo-token",), TOKEN_APIS[:3]),
    "test_demo": Token(("test_demo",), TOKEN_APIS[3:4]),
    "live_demo": Token(("live_demo",), TOKEN_APIS[3:4]),
    "live_other": Token((hashed("live_other"),), TOKEN_APIS[3:4]),
    # One for all APIs: its credits are one counter.
    "live_all": Token(("live_all",), TOKEN_APIS),
}
CLOUDS = {
    "demo": Cloud(keys={"demo-key": "s"}, tokens=TOKENS, projects={"demopublickey": Project(("project-secret",))}),
    "shop": Cloud(keys={"shop": "s"}, tokens={"shop": Token(("shop-token",), TOKEN_APIS)}),
}
#: The disc of DiscMatter in a picture of 96×64: about this box.
TRIES = 4
#: How soon an origin of a test notices that it is to stop.
POLL_SECONDS = 0.01

Send = Callable[[], httpx.Response]


def answered(stage: Stage, send: Send) -> httpx.Response:
    """The final answer to ``send``: every 503 on the way lets the worker work."""
    answer = send()
    for _ in range(TRIES):
        if answer.status_code != 503:
            return answer
        assert int(answer.headers["retry-after"]) > 0
        stage.work()
        answer = send()
    raise AssertionError(f"still not ready: {answer.text}")


class SeeingMatter(DiscMatter):
    """Sees the disc, and one object in it."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name

    def infer(self, photo: Photo) -> Maps:
        disc = super().infer(photo).saliency_bytes
        classes = np.zeros((MAP_SIDE, MAP_SIDE, 21), np.uint8)
        classes[..., CLASSES.index(self.name)] = disc
        classes[..., 0] = 255 - disc
        return Maps(disc, classes)


class BlindMatter(DiscMatter):
    """Sees nothing at all."""

    def infer(self, photo: Photo) -> Maps:
        super().infer(photo)
        return Maps(np.zeros((MAP_SIDE, MAP_SIDE), np.uint8), None)


@dataclass
class Site:
    """A plain HTTP origin on this machine: paths to bodies."""

    pages: dict[str, bytes] = field(default_factory=lambda: {"/photo.jpg": photo()})
    host: str = ""

    def url(self, path: str) -> str:
        return f"http://{self.host}{path}"


@contextlib.contextmanager
def serving(site: Site) -> Iterator[Site]:
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, body = (200, site.pages[self.path]) if self.path in site.pages else (404, b"")
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002
            return

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        site.host = f"127.0.0.1:{server.server_port}"
        threading.Thread(target=server.serve_forever, args=(POLL_SECONDS,), daemon=True).start()
        yield site
        server.shutdown()


#: Addresses that no API may contact (spec/threats.md, rows 11 to 19): what is wrong with each → the address.
FORBIDDEN_ADDRESSES: Mapping[str, str] = {
    "loopback": "http://127.0.0.1/a.jpg",
    "localhost": "http://localhost/a.jpg",
    "unspecified": "http://0.0.0.0/a.jpg",
    "unspecified-6": "http://[::]/a.jpg",
    "loopback-6": "http://[::1]/a.jpg",
    "metadata": "http://169.254.169.254/latest/meta-data/",
    "metadata-6": "http://[fd00:ec2::254]/",
    "private-10": "http://10.0.0.1/a.jpg",
    "private-172": "http://172.16.0.1/a.jpg",
    "private-192": "http://192.168.1.1/a.jpg",
    "carrier": "http://100.64.0.1/a.jpg",
    "unique-local": "http://[fc00::1]/a.jpg",
    "site-local": "http://[fec0::1]/a.jpg",
    "decimal": "http://2130706433/a.jpg",
    "octal": "http://0177.0.0.1/a.jpg",
    "hexadecimal": "http://0x7f.0.0.1/a.jpg",
    "short": "http://127.1/a.jpg",
    "user": "http://allowed.com@127.0.0.1/a.jpg",
    "mapped": "http://[::ffff:127.0.0.1]/a.jpg",
    "compatible": "http://[::127.0.0.1]/a.jpg",
    "6to4": "http://[2002:7f00:1::]/a.jpg",
    "nat64": "http://[64:ff9b::7f00:1]/a.jpg",
    "file": "file:///etc/passwd",
    "ftp": "ftp://example.com/a.jpg",
    "gopher": "gopher://127.0.0.1/",
    "data": "data:image/png;base64,AAAA",
    "backslash": "http:\\\\127.0.0.1\\a.jpg",
}
