"""Every API is given the same bytes: what each of them says. As a program: without a decoder of HEIC."""

import json
import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import httpx

from media.config import Cloud, Origin, RedisSettings, Settings
from media.isolation.children import InProcess, instead
from tests.proxy.apis import IMPATIENT, TOKENS, Site, serving
from tests.signing import signed
from tests.stage import Stage, open_stage

KEY = {"x-api-key": "live_all"}
CLOUD = Cloud(keys={"demo-key": "demo-secret"}, tokens=TOKENS)


def cloudinary_upload(stage: Stage, site: Site, body: bytes) -> httpx.Response:
    return stage.client.post("/v1_1/demo/image/upload", data=signed({"public_id": "a"}), files={"file": body})


def cloudinary_fetch(stage: Stage, site: Site, body: bytes) -> httpx.Response:
    return stage.client.get(f"/demo/image/fetch/w_40/{site.url('/picture')}")


def cloudimage(stage: Stage, site: Site, body: bytes) -> httpx.Response:
    return stage.client.get(f"/v7/{site.url('/picture')}?w=40")


def remove_bg(stage: Stage, site: Site, body: bytes) -> httpx.Response:
    return stage.client.post("/v1.0/removebg", headers=KEY, files={"image_file": body})


def rembg(stage: Stage, site: Site, body: bytes) -> httpx.Response:
    return stage.client.post("/api/remove", headers=KEY, files={"file": body})


def background_remover(stage: Stage, site: Site, body: bytes) -> httpx.Response:
    sent = {"convert_to": "image-backgroundremover"}
    made = stage.client.post("/v1/convert/", headers={"authorization": "live_all"}, data=sent, files={"files": body})
    told = stage.client.post("/v1/results/", data=made.json())
    # A file that is refused is told apart from the others, in an answer that is none.
    return httpx.Response(422, json=told.json()) if told.json()["errors"] else told


APIS: dict[str, Callable[[Stage, Site, bytes], httpx.Response]] = {
    each.__name__: each
    for each in (cloudinary_upload, cloudinary_fetch, cloudimage, remove_bg, rembg, background_remover)
}


def answers(settings: Settings, body: bytes) -> dict[str, tuple[int, str]]:
    """Status and words of each API, in the body or in a header."""
    own = replace(settings, clouds={"demo": CLOUD}, origin=Origin(allow_private=True), delivery=IMPATIENT)
    with open_stage(own) as stage, serving(Site({"/picture": body})) as site:
        given = {name: ask(stage, site, body) for name, ask in APIS.items()}
        return {name: (each.status_code, _words(each)) for name, each in given.items()}


def _words(answer: httpx.Response) -> str:
    is_text = answer.headers.get("content-type", "").startswith(("application/json", "text/"))
    return (answer.text if is_text else "") + json.dumps(dict(answer.headers))


def main(redis_url: str) -> dict[str, Any]:
    # A child would have the decoder.
    with instead(InProcess()):
        return answers(Settings(redis=RedisSettings(url=redis_url)), sys.stdin.buffer.read())


if __name__ == "__main__":
    json.dump(main(sys.argv[1]), sys.stdout)
