"""Make the stored DATA_DIR with the code of another checkout, whose proxy and worker are run for it.

    git worktree add ../before 75b7229
    python -m tests.stored.make ../before

writes ``data.tar.xz`` (the store), ``answers.tsv`` (what every path was answered) and ``documents.json`` beside itself.

    python -m tests.stored.make --renew .

leaves records, sources and everything else of that store as they are and adds what the given checkout derives anew.
To be renewed only if RENDER_VERSION or MATTING_VERSION is raised, by the commit that raises it.
"""

import contextlib
import hashlib
import http.server
import io
import json
import os
import shutil
import signal
import subprocess
import sys
import tarfile
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import httpx
import numpy as np
import pyvips
from PIL import Image

from proxy.commands.embedded_redis import embedded_redis
from tests.conftest import free_port
from tests.media.formats.photoshop import PaintedLayer, document
from tests.signing import signed
from tests.stored.requests import DOCUMENTS, KEY, ORIGIN_PORT, pictures

#: A path, the headers sent with it, type and digest of what was answered.
Answer = tuple[str, dict[str, str], tuple[str, str]]
FOLDER = Path(__file__).parent
DATA, ANSWERS, RECORDS = FOLDER / "data.tar.xz", FOLDER / "answers.tsv", FOLDER / "documents.json"
CLOUD = {"keys": {"demo-key": "demo-secret"}, "presets": {"plain": {"unsigned": True, "folder": "plain"}}}
SETTINGS = {
    "CUTOUT_SERVER__PUBLIC_URL": "https://img.example",
    "CUTOUT_ORIGIN__ALLOW_PRIVATE": "true",
    "CUTOUT_WEBHOOKS__ALLOW_PRIVATE": "true",
    "CUTOUT_DELIVERY__LOOK_WAIT_SECONDS": "60",
    "CUTOUT_DELIVERY__MAX_WAIT_SECONDS": "60",
    "CUTOUT_CLOUDIMAGE__ALIASES": "{pictures: 'cloud://demo'}",
    "CUTOUT_CLOUDIMAGE__PRESETS": "{card: 'w=40&h=30&func=fit'}",
    "CUTOUT_CLOUDS__DEMO": json.dumps(CLOUD),
}
#: What was a key of every API then is a token of those that take one now.
CLOUD_TODAY = {**CLOUD, "tokens": {"removals": {"secrets": KEY["X-Api-Key"], "apis": "remove_bg, rembg"}}}
TODAY = {**SETTINGS, "CUTOUT_CLOUDS__DEMO": json.dumps(CLOUD_TODAY)}
#: What the calls of :func:`remove` are listed as.
REMOVALS = ("removebg webp", "removebg coral", "rembg", "rembg matte")
#: Folders of the store in which everything can be made again.
MADE = ("maps", "cutouts", "faces", "derived", "catalog/derived", "made")
#: Folders of the store that hold nothing between two requests.
PASSING = {".locks", ".incoming"}
#: Nobody answers there with success: the notification stays to be sent.
CLOSED = f"http://127.0.0.1:{ORIGIN_PORT}/hook"


class Origin(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(disc("jpg"))

    def do_POST(self) -> None:
        self.send_error(503)

    def log_message(self, format: str, *values: object) -> None:  # noqa: A002 (the base class names it)
        pass


def disc(format_name: str, *, shade: int = 0, **options: object) -> bytes:
    """A red disc before a blue gradient, 120 × 90."""
    across = pyvips.Image.xyz(120, 90)
    away = (((across[0] - 60) ** 2 + (across[1] - 45) ** 2) ** 0.5) < 32
    ground = (across[0] * 0.6).bandjoin([across[1] + 60, across[0] * 0 + 150 + shade])
    picture = away.ifthenelse([220, 40, 30 + shade], ground).cast("uchar").copy(interpretation="srgb")
    return bytes(picture.write_to_buffer(f".{format_name}", **options))


def cut() -> bytes:
    across = pyvips.Image.xyz(80, 60)
    picture = (across[0] * 3).bandjoin([across[1] * 4, across[0] * 0 + 90, 255 - across[0] * 3])
    return bytes(picture.cast("uchar").copy(interpretation="srgb").write_to_buffer(".png"))


def frames(format_name: str) -> bytes:
    stills = [Image.new("RGB", (48, 36), (80 * index, 40, 200 - 60 * index)) for index in range(3)]
    for index, still in enumerate(stills):
        still.paste((250, 250, 90), (8 + 10 * index, 10, 18 + 10 * index, 26))
    body = io.BytesIO()
    stills[0].save(body, format_name, save_all=True, append_images=stills[1:], duration=90, loop=2)
    return body.getvalue()


def turned() -> bytes:
    picture = pyvips.Image.new_from_buffer(disc("png"), "").copy()
    picture.set_type(pyvips.GValue.gint_type, "orientation", 6)
    return bytes(picture.write_to_buffer(".jpg"))


def layers() -> bytes:
    planes = [np.full((30, 40), value, np.uint8) for value in (20, 120, 220)]
    drawn = (
        PaintedLayer("ground", (200, 60, 40), (0, 0, 30, 40)),
        PaintedLayer("square", (40, 60, 200), (5, 10, 20, 25), 200),
    )
    return document(planes, drawn)


class Server:
    """One proxy of the other checkout, as a client with the cloud's key."""

    def __init__(self, address: str) -> None:
        self.client = httpx.Client(base_url=address, timeout=120, headers={"Prefer": "wait=60"})

    def upload(self, body: bytes, public_id: str, resource_type: str = "image", **fields: str) -> dict[str, object]:
        sent = signed({"public_id": public_id, **fields})
        answer = self.client.post(f"/v1_1/demo/{resource_type}/upload", data=sent, files={"file": body})
        assert answer.status_code == 200, answer.text
        found: dict[str, object] = answer.json()
        return found

    def admin(self, method: str, path: str, **fields: object) -> object:
        answer = self.client.request(
            method, f"/v1_1/demo/{path}", auth=("demo-key", "demo-secret"), json=fields or None
        )
        assert answer.status_code == 200, f"{path}: {answer.text}"
        return answer.json()


def fill(server: Server) -> None:
    """Everything that there is before the first delivery."""
    server.admin("POST", "transformations", name="card", transformation="c_fill,w_44,h_30,g_north")
    server.admin("POST", "transformations", name="grey", transformation="t_card/e_grayscale")
    server.admin(
        "POST", "upload_presets", name="web", unsigned=True, tags="red", eager="w_30", transformation="c_limit,w_70"
    )
    server.admin("POST", "triggers", uri=CLOSED, event_type="delete")
    server.admin("POST", "folders/shop/spring")
    server.upload(disc("jpg"), "disc", tags="red,round", context="width=42|alt=A disc")
    server.upload(cut(), "cut")
    server.upload(cut(), "logo")
    server.upload(frames("GIF"), "turns")
    server.upload(frames("PNG"), "moving")
    server.upload(frames("WEBP"), "film")
    server.upload(layers(), "layers")
    server.upload(turned(), "turned")
    server.upload(disc("png"), "small", transformation="w_30,f_bmp")
    server.upload(b"plain text", "notes.txt", "raw")
    server.upload(disc("jpg", shade=8), "eager", eager="c_fill,h_36,w_48/webp|w_30,e_sepia/png")
    server.upload(disc("jpg", shade=16), "kept", backup="true")
    server.upload(disc("jpg", shade=24), "kept", backup="true", moderation="manual")
    server.upload(disc("jpg", shade=24), "shop/inside", asset_folder="shop/spring", display_name="inside")
    server.upload(disc("jpg", shade=32), "gone", backup="true")
    server.admin("DELETE", "resources/image/upload", public_ids=["gone"])
    related = ["image/upload/cut"]
    server.admin("POST", "resources/related_assets/image/upload/shop/inside", assets_to_relate=related)
    unsigned = {"upload_preset": "web", "public_id": "welcome"}
    sent = server.client.post("/v1_1/demo/image/upload", data=unsigned, files={"file": disc("jpg", shade=48)})
    assert sent.status_code == 200, sent.text
    server.upload(disc("jpg", shade=40), "cleaned", background_removal="cloudinary_ai")
    deadline = time.monotonic() + 60
    while server.client.head("/demo/image/upload/cleaned.png").headers.get("content-type") != "image/png":
        assert time.monotonic() < deadline
        time.sleep(0.5)


def leave_to_do(server: Server) -> dict[str, object]:
    """What waits for a worker that is stopped by now: a batch, a replacement, a notice."""
    waiting = {"eager": "w_33/webp", "eager_async": "true", "eager_notification_url": CLOSED}
    batch = server.upload(disc("jpg", shade=56), "waiting", notification_url=CLOSED, **waiting)
    replacement = server.upload(disc("jpg", shade=64), "uncut", background_removal="cloudinary_ai")
    return {"batch": batch["batch_id"], "uncut": replacement["asset_id"]}


def ask(client: httpx.Client, path: str, headers: Mapping[str, str]) -> tuple[str, str]:
    """Type and digest of a picture."""
    return _seen(client.get(path, headers=dict(headers)))


def remove(client: httpx.Client) -> Iterator[tuple[str, str]]:
    """The answers of the APIs that take a file and give its cutout."""
    for path, field, fields in (
        ("/v1.0/removebg", "image_file", {"format": "webp", "size": "auto"}),
        ("/v1.0/removebg", "image_file", {"format": "png", "crop": "true", "bg_color": "coral"}),
        ("/api/remove", "file", {}),
        ("/api/remove", "file", {"om": "true"}),
    ):
        answer = client.post(path, headers=KEY, data=fields, files={field: ("disc.jpg", disc("jpg"))})
        yield _seen(answer)


def _seen(answer: httpx.Response) -> tuple[str, str]:
    assert answer.status_code == 200, f"{answer.request.url}: {answer.headers}"
    return answer.headers["content-type"], hashlib.sha256(answer.content).hexdigest()


@contextlib.contextmanager
def running(tree: Path, module: str, environment: Mapping[str, str]) -> Iterator[None]:
    command = [sys.executable, "-m", module]
    with subprocess.Popen(command, cwd=tree, env={**environment, "PYTHONPATH": str(tree)}) as process:
        try:
            yield
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(60)


def await_ready(address: str) -> None:
    for _ in range(300):
        with contextlib.suppress(httpx.TransportError):
            if httpx.get(f"{address}/health/ready").status_code == 200:
                return
        time.sleep(0.2)
    raise AssertionError("the proxy did not become ready")


def main(tree: Path) -> None:
    with tempfile.TemporaryDirectory() as folder, served(tree, Path(folder), SETTINGS) as (server, environment):
        with running(tree, "worker", environment):
            fill(server)
            asked = asked_of(server)
        to_do = leave_to_do(server)
        documents = {path: server.admin("GET", path) for path in DOCUMENTS}
        write(Path(folder), asked, {"to do": to_do, **documents})


def renew(tree: Path) -> None:
    """The stored store stays; what ``tree`` derives from it comes in addition."""
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as kept:
        for each in (folder, kept):
            with tarfile.open(DATA) as archive:
                archive.extractall(each, filter="data")
        with served(tree, Path(folder), TODAY) as (server, environment), running(tree, "worker", environment):
            asked = asked_of(server)
        for path in (made for shelf in MADE for made in Path(folder, "store", shelf).rglob("*") if made.is_file()):
            into = Path(kept) / path.relative_to(folder)
            if not into.exists():
                into.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(path, into)
        with served(tree, Path(kept), TODAY) as (server, _):
            documents = {path: server.admin("GET", path) for path in DOCUMENTS}
        to_do = json.loads(RECORDS.read_text())["to do"]
        write(Path(kept), asked, {"to do": to_do, **documents})


def asked_of(server: Server) -> list[Answer]:
    asked = [(path, headers, ask(server.client, path, headers)) for path, headers in pictures()]
    return [*asked, *((path, {}, row) for path, row in zip(REMOVALS, remove(server.client), strict=True))]


@contextlib.contextmanager
def served(tree: Path, folder: Path, settings: Mapping[str, str]) -> Iterator[tuple[Server, Mapping[str, str]]]:
    """A proxy of ``tree`` over the store in ``folder``, and its environment."""
    origin = http.server.ThreadingHTTPServer(("127.0.0.1", ORIGIN_PORT), Origin)
    threading.Thread(target=origin.serve_forever, daemon=True).start()
    with embedded_redis() as redis:
        address = f"http://127.0.0.1:{(port := free_port())}"
        own = {"CUTOUT_STORE__PATH": f"{folder}/store", "CUTOUT_REDIS__URL": redis, "CUTOUT_SERVER__PORT": str(port)}
        environment = {**os.environ, **settings, **own}
        with running(tree, "proxy", environment):
            await_ready(address)
            yield Server(address), environment
    origin.shutdown()
    origin.server_close()


def write(folder: Path, asked: list[Answer], documents: object) -> None:
    ANSWERS.write_text("\n".join("\t".join((path, json.dumps(sent), *row)) for path, sent, row in asked) + "\n")
    RECORDS.write_text(json.dumps(documents, indent=1, sort_keys=True) + "\n")
    with tarfile.open(DATA, "w:xz") as archive:
        archive.add(folder / "store", "store", filter=lambda each: None if Path(each.name).name in PASSING else each)


if __name__ == "__main__":
    {"--renew": renew}.get(sys.argv[1], main)(Path(sys.argv[-1]).absolute())
