"""Bodies that cost more than they say: refused at every API before they are kept, parsed or paid for."""

import base64
import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import httpx
import pytest

from media.config import Limits, Origin, Server
from tests.conftest import MakeStage, Stage
from tests.pictures import photo
from tests.proxy.apis import CLOUDS, IMPATIENT, Site, serving
from tests.signing import signed

CREDENTIALS = ("demo-key", "s")
KEY = {"x-api-key": "live_all"}
FORM = {"content-type": "application/x-www-form-urlencoded"}
JSON = {"content-type": "application/json"}
MULTIPART = {"content-type": "multipart/form-data; boundary=XX"}
TEXT_BYTES = 100_000


@dataclass(frozen=True)
class Api:
    """A call that takes a body, and how its caller is known."""

    path: str
    headers: dict[str, str]
    method: str = "POST"

    def send(self, stage: Stage, body: Any, headers: dict[str, str]) -> httpx.Response:
        answer: Any = stage.client.request(self.method, self.path, content=body, headers=self.headers | headers)
        return answer


BASIC = {"authorization": "Basic " + base64.b64encode(b"demo-key:s").decode()}
UPLOADCARE = {
    "authorization": "Uploadcare.Simple demopublickey:project-secret",
    "accept": "application/vnd.uploadcare-v0.7+json",
}
APIS = {
    "upload": Api("/v1_1/demo/image/upload", BASIC),
    "explicit": Api("/v1_1/demo/image/explicit", BASIC),
    "admin": Api("/v1_1/demo/upload_presets", BASIC),
    "admin update": Api("/v1_1/demo/upload_presets/a", BASIC, "PUT"),
    "admin delete": Api("/v1_1/demo/resources/image/upload", BASIC, "DELETE"),
    "search": Api("/v1_1/demo/resources/search", BASIC),
    "archive": Api("/v1_1/demo/image/generate_archive", BASIC),
    "remove.bg": Api("/v1.0/removebg", KEY),
    "remove.bg improve": Api("/v1.0/improve", KEY),
    "rembg": Api("/api/remove", {}),
    "img-processing": Api("/v1/images/upload", KEY),
    "img-processing create": Api("/v1/images", KEY),
    "background-remover": Api("/v1/convert/", {"authorization": "live_all"}),
    "background-remover results": Api("/v1/results/", {}),
    "uploadcare": Api("/files/local_copy/", UPLOADCARE),
    "uploadcare batch": Api("/files/storage/", UPLOADCARE, "DELETE"),
    "uploadcare webhooks": Api("/webhooks/", UPLOADCARE),
    "uploadcare add-on": Api("/addons/remove_bg/execute/", UPLOADCARE),
    "uploadcare upload": Api("/base/?pub_key=demopublickey", {}),
    "uploadcare address": Api("/from_url/?pub_key=demopublickey", {}),
    "uploadcare parts": Api("/multipart/start/?pub_key=demopublickey", {}),
    "uploadcare group": Api("/group/?pub_key=demopublickey", {}),
    "invalidate": Api("/invalidate", {"x-client-key": "demo-token"}),
}


@pytest.fixture
def stage(make_stage: MakeStage) -> Iterator[Stage]:
    limits = Limits(max_text_bytes=TEXT_BYTES, max_source_bytes=2_000_000)
    with make_stage(clouds=CLOUDS, limits=limits, server=Server(max_body_bytes=3_000_000)) as made:
        yield made


def part(disposition: str, body: bytes) -> bytes:
    return f"--XX\r\nContent-Disposition: form-data; {disposition}\r\n\r\n".encode() + body + b"\r\n"


#: What is sent → content type and body; all of it text, and more than there may be.
TEXTS: dict[str, tuple[dict[str, str], bytes]] = {
    "escapes": (FORM, b"a=" + b"%41" * 500_000),
    "pairs": (FORM, b"a&" * 500_000),
    "names": (FORM, b"a" * 1_000_000),
    "lists": (JSON, b'{"a":[' + b"[]," * 500_000 + b"[]]}"),
    "brackets": (JSON, b"[" * 1_000_000),
    "a text of JSON": (JSON, b'{"a":"' + b"x" * 1_000_000 + b'"}'),
    "a field": (MULTIPART, part('name="a"', b"x" * 1_000_000) + b"--XX--"),
    "fields": (MULTIPART, part('name="a"', b"x" * 1000) * 1000 + b"--XX--"),
    "empty fields": (MULTIPART, part('name="a"', b"") * 20_000 + b"--XX--"),
    "a head": (MULTIPART, b"--XX\r\nA: " + b"x" * 1_000_000),
}


@pytest.mark.parametrize("api", APIS)
def test_text_has_a_budget_at_every_api(stage: Stage, api: str) -> None:
    for name, (headers, body) in TEXTS.items():
        answer = APIS[api].send(stage, body, headers)
        assert 400 <= answer.status_code < 500, (name, answer.text)
        assert len(answer.content) < 1000, name
        assert answer.headers["cache-control"] == "no-store", name


@pytest.mark.parametrize("api", APIS)
def test_a_body_is_bounded_whatever_it_says(stage: Stage, api: str) -> None:
    body = part('name="file"; filename="a"', b"x" * 3_000_000)
    for sent in (body, iter([body[:1_000_000], body[1_000_000:]])):
        answer = APIS[api].send(stage, sent, MULTIPART)
        assert 400 <= answer.status_code < 500, answer.text
    assert not [*stage.store.keys("sources/"), *stage.store.keys("catalog/records/")]


@pytest.mark.parametrize("api", APIS)
def test_a_body_must_not_be_compressed(stage: Stage, api: str) -> None:
    for coding in ("gzip", "deflate", "br", "gzip, identity", "x"):
        answer = APIS[api].send(stage, gzip.compress(b"a" * 1000), FORM | {"content-encoding": coding})
        assert 400 <= answer.status_code < 500, (coding, answer.text)
        assert "Content-Encoding" in answer.text


ODD_TYPES = ("multipart/form-data", "multipart/form-data; boundary=", "multipart/form-data; boundary=" + "x" * 999,
             "multipart/mixed; boundary=XX", "application/json; charset=utf-16", "text/plain", "x", "", "\xff",
             "application/x-www-form-urlencoded; charset=utf-7")  # fmt: skip


@pytest.mark.parametrize("api", APIS)
def test_an_odd_content_type_is_no_fault_of_ours(stage: Stage, api: str) -> None:
    for content_type in ODD_TYPES:
        for body in (b"", b"\xff\xfe{\x00}\x00", part('name="a"', b"x")):
            headers = {"content-type": content_type.encode("latin-1")}
            answer = APIS[api].send(stage, body, headers)  # type: ignore[arg-type]
            assert answer.status_code < 500, (content_type, body, answer.text)


#: A picture inside of a text, larger than all texts together: the field, and the form it is sent in.
LARGE = 200_000


def large_photo() -> bytes:
    """A JPEG with so much behind its end that no budget of text holds it."""
    return photo() + bytes(LARGE)


def data_uri() -> str:
    return "data:image/jpeg;base64," + base64.b64encode(large_photo()).decode()


def test_a_picture_in_a_text_counts_as_a_file_in_every_form(stage: Stage) -> None:
    fields = signed({"public_id": "shoe"}, secret="s")
    for sent in (
        {"data": {**fields, "file": data_uri()}},
        {"json": {**fields, "file": data_uri()}},
        {"files": {name: (None, value) for name, value in {**fields, "file": data_uri()}.items()}},
    ):
        answer = stage.client.post("/v1_1/demo/image/upload", **sent)  # type: ignore[arg-type]
        assert (answer.status_code, answer.json().get("bytes")) == (200, len(large_photo())), answer.text


def test_a_picture_in_a_text_is_bounded_as_a_file(stage: Stage) -> None:
    uri = "data:image/jpeg;base64," + "A" * 2_700_000
    for sent in ({"data": {"file": uri}}, {"json": {"file": uri}}, {"files": {"file": (None, uri)}}):
        answer = stage.client.post("/v1_1/demo/image/upload", auth=CREDENTIALS, **sent)  # type: ignore[arg-type]
        assert (answer.status_code, answer.json()["error"]["message"][:20]) == (400, "File size too large.")


#: The fields in front of a file → what refuses them.
UNADMITTED = {
    "an unknown key": ({"api_key": "nobody", "signature": "x", "timestamp": "1"}, "Unknown API key"),
    "a wrong signature": ({"api_key": "demo-key", "signature": "x", "timestamp": "1"}, "Invalid Signature"),
    "an old signature": (signed({"timestamp": "1"}, secret="s"), "Stale request"),
    "an unknown preset": ({"upload_preset": "nothing"}, "Upload preset not found"),
    "a signed preset": ({"upload_preset": "signed-only"}, "must be whitelisted"),
    "what a page may not say": ({"upload_preset": "open", "overwrite": "true"}, "overwrite parameter is not allowed"),
}


@pytest.fixture
def preset_stage(make_stage: MakeStage) -> Iterator[Stage]:
    cloud = replace(CLOUDS["demo"], presets={"open": {"unsigned": True}, "signed-only": {}})
    with make_stage(clouds={"demo": cloud}) as made:
        yield made


@pytest.mark.parametrize("name", UNADMITTED)
def test_an_upload_is_refused_in_front_of_its_file(preset_stage: Stage, name: str) -> None:
    fields, sentence = UNADMITTED[name]
    texts = b"".join(part(f'name="{key}"', value.encode()) for key, value in fields.items())
    # The form has no end: who reads on to judge it says so instead.
    body = texts + part('name="file"; filename="a"', b"x" * 1000)
    answer = preset_stage.client.post("/v1_1/demo/image/upload", content=body, headers=MULTIPART)
    assert (answer.status_code in (400, 401), sentence in answer.json()["error"]["message"]) == (True, True), (
        answer.text
    )


def test_an_upload_with_its_file_in_front_is_judged_behind_it(preset_stage: Stage) -> None:
    fields = signed({"public_id": "shoe"}, secret="s")
    parts = [part('name="file"; filename="a.jpg"', photo())]
    parts += [part(f'name="{key}"', value.encode()) for key, value in fields.items()]
    answer = preset_stage.client.post(
        "/v1_1/demo/image/upload", content=b"".join([*parts, b"--XX--"]), headers=MULTIPART
    )
    assert answer.status_code == 200, answer.text


def test_all_bodies_together_have_a_budget(make_stage: MakeStage) -> None:
    with make_stage(clouds=CLOUDS, server=Server(max_body_bytes=1_000_000, max_bytes_in_flight=1)) as stage:
        bodies = stage.client.app.state.services.bodies  # type: ignore[attr-defined]
        bodies.take(990_000)
        refused = stage.client.post("/v1_1/demo/image/upload", content=b"a=" + b"b" * 20_000, headers=FORM)
        assert (refused.status_code, int(refused.headers["retry-after"]) > 0) == (503, True)
        bodies.give(990_000)
        answer = stage.client.post("/v1_1/demo/image/upload", content=b"a=" + b"b" * 20_000, headers=FORM)
        assert answer.status_code == 400
        bodies.take(1_000_000)  # everything was given back


#: Calls that fetch, with SITE for a picture's address: method, path, body, headers.
FETCHES: dict[str, tuple[str, str, dict[str, Any], dict[str, str]]] = {
    "cloudinary": ("GET", "/demo/image/fetch/SITE", {}, {}),
    "cloudinary layer": ("GET", "/demo/image/upload/l_fetch:SITE64/fl_layer_apply/shoe.jpg", {}, {}),
    "upload": ("POST", "/v1_1/demo/image/upload", {"data": {"file": "SITE", "public_id": "a"}}, BASIC),
    "cloudimage": ("GET", "/v7/SITE", {}, {}),
    "uploadcare_cdn": ("GET", "/-/resize/10x/SITE", {}, {}),
    "remove_bg": ("POST", "/v1.0/removebg", {"data": {"image_url": "SITE"}}, KEY),
    "rembg": ("GET", "/api/remove?url=SITE", {}, {}),
    "img_processing": ("POST", "/v1/images", {"json": {"url": "SITE", "name": "a"}}, KEY),
}


@pytest.mark.parametrize("name", FETCHES)
def test_what_is_fetched_is_of_the_same_budget(name: str, make_stage: MakeStage) -> None:
    (method, path, body, headers), server = FETCHES[name], Server(max_body_bytes=1_000_000, max_bytes_in_flight=1)
    with serving(Site({"/a.jpg": photo()})) as site, make_stage(
        clouds=CLOUDS, server=server, origin=Origin(allow_private=True), delivery=IMPATIENT
    ) as stage:  # fmt: skip
        named = signed({"public_id": "shoe"}, secret="s")
        stage.client.post("/v1_1/demo/image/upload", data=named, files={"file": photo()})
        address = site.url("/a.jpg")
        path = path.replace("SITE64", base64.urlsafe_b64encode(address.encode()).decode()).replace("SITE", address)
        sent = json.loads(json.dumps(body).replace("SITE", address))
        bodies = stage.client.app.state.services.bodies  # type: ignore[attr-defined]
        bodies.take(999_000)
        refused = stage.client.request(method, path, **sent, headers=headers)
        assert (refused.status_code, "retry-after" in refused.headers) == (503, True), refused.text
        assert "hands full" in refused.text + refused.headers.get("x-cld-error", "")
        bodies.give(999_000)
        stage.client.request(method, path, **sent, headers=headers)
        bodies.take(1_000_000)  # everything was given back
