"""The grid of keys: every credential × every API → what it opens. A key id is public, and opens nothing by itself."""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import httpx
import pytest

from media.config import Server
from proxy.dialects.cloudimage.settings import Cloudimage
from proxy.dialects.rembg.settings import Rembg
from proxy.dialects.uploadcare.upload.auth import sign
from proxy.runtime.secret_tokens import hashed
from tests.conftest import MakeStage
from tests.pictures import photo
from tests.proxy.apis import CLOUDS, IMPATIENT
from tests.stage import Stage

FILE = {"image_file": photo()}
Send = Callable[[Stage, str], httpx.Response]


@dataclass(frozen=True)
class Way:
    """How a credential is sent to a call, and the status that says it is none."""

    send: Send
    refusal: int


def with_header(
    name: str,
    method: str,
    path: str,
    prefix: str = "",
    beside: Mapping[str, str] = MappingProxyType({}),
    **sent: object,
) -> Send:
    def send(stage: Stage, key: str) -> httpx.Response:
        headers = {name: prefix + key, **beside}
        answer: httpx.Response = stage.client.request(method, path, headers=headers, **sent)  # type: ignore[arg-type]
        return answer

    return send


def basic(stage: Stage, key: str) -> httpx.Response:
    """As id and as secret."""
    as_secret = stage.client.get("/v1_1/demo/ping", auth=("demo-key", key))
    as_id = stage.client.get("/v1_1/demo/ping", auth=(key, key))
    without = stage.client.get("/v1_1/demo/ping", auth=(key, ""))
    return min(as_secret, as_id, without, key=lambda answer: answer.status_code)


def signed_upload(stage: Stage, key: str) -> httpx.Response:
    """As the secret that signs, and as the public key."""
    expire = str(int(time.time()) + 60)
    fields = {"signature": sign(key, expire), "expire": expire}
    answers = [
        stage.client.post("/base/", data={"UPLOADCARE_PUB_KEY": name, **more}, files={"file": photo()})
        for name, more in (("demopublickey", fields), (key, {}))
    ]
    answer: httpx.Response = min(answers, key=lambda each: each.status_code)
    return answer


UPLOADCARE = {"Accept": "application/vnd.uploadcare-v0.7+json"}
WAYS: dict[str, Way] = {
    "remove_bg": Way(with_header("X-Api-Key", "POST", "/v1.0/removebg", files=FILE), 403),
    "remove_bg account": Way(with_header("X-Api-Key", "GET", "/v1.0/account"), 403),
    "remove_bg bearer": Way(with_header("Authorization", "GET", "/v1.0/account", "Bearer "), 403),
    "remove_bg improve": Way(with_header("X-Api-Key", "POST", "/v1.0/improve", files=FILE), 403),
    "rembg": Way(with_header("X-Api-Key", "POST", "/api/remove", files={"file": photo()}), 403),
    "rembg url": Way(with_header("X-Api-Key", "GET", "/api/remove?url=http://example.com/a.jpg"), 403),
    "cloudimage": Way(with_header("X-Client-Key", "POST", "/invalidate", json={"scope": "all"}), 403),
    "img_processing": Way(with_header("x-api-key", "GET", "/v1/images"), 401),
    "img_processing upload": Way(with_header("x-api-key", "POST", "/v1/images/upload", files={"image": photo()}), 401),
    "background_remover": Way(with_header("Authorization", "POST", "/v1/convert/", files={"files": photo()}), 401),
    "uploadcare": Way(
        with_header("Authorization", "GET", "/project/", "Uploadcare.Simple demopublickey:", UPLOADCARE), 401
    ),
    "uploadcare files": Way(
        with_header("Authorization", "GET", "/files/", "Uploadcare.Simple demopublickey:", UPLOADCARE), 401
    ),
    "uploadcare_upload": Way(signed_upload, 403),
    "cloudinary": Way(basic, 401),
}
#: Credential → the APIs that it opens.
OPENS: dict[str, set[str]] = {
    "demo-token": {"remove_bg", "rembg", "cloudimage"},
    "test_demo": {"img_processing"},
    "live_demo": {"img_processing"},
    "live_other": {"img_processing"},
    "live_all": {"remove_bg", "rembg", "cloudimage", "img_processing", "background_remover"},
    "s": {"cloudinary"},
    "project-secret": {"uploadcare", "uploadcare_upload"},
    # Public, and enough to upload without a signature, as the vendor means it.
    "demopublickey": {"uploadcare_upload"},
    # Public, shown, or of another cloud: nothing.
    "demo-key": set(),
    hashed("live_other"): set(),
    hashed("demo-token"): set(),
    "demo-token2": set(),
    "demo-toke": set(),
    "Demo-Token": set(),
    "sha256:": set(),
    "": set(),
}


@pytest.fixture
def stage(make_stage: MakeStage) -> Iterator[Stage]:
    with make_stage(Rembg(needs_key=True), delivery=IMPATIENT, clouds=CLOUDS) as made:
        yield made


@pytest.mark.parametrize("credential", OPENS)
def test_a_credential_opens_its_apis_and_no_other(stage: Stage, credential: str) -> None:
    for name, way in WAYS.items():
        status = way.send(stage, credential).status_code
        opens = name.partition(" ")[0] in OPENS[credential]
        assert (status == way.refusal) != opens, (name, status)


def test_what_an_unsigned_upload_tells_opens_nothing(stage: Stage, make_stage: MakeStage) -> None:
    with make_stage() as dev:
        sent = {"upload_preset": "playground"}
        told = dev.client.post("/v1_1/demo/image/upload", data=sent, files={"file": photo()}).json()
    for name, way in WAYS.items():
        assert way.send(stage, told["api_key"]).status_code == way.refusal, name


def test_a_token_of_another_cloud_invalidates_nothing_here(make_stage: MakeStage) -> None:
    send = WAYS["cloudimage"].send
    with make_stage(clouds=CLOUDS) as stage:
        assert send(stage, "shop-token").status_code == 403
    with make_stage(Cloudimage(client_keys=(hashed("own"), "plain")), clouds=CLOUDS) as stage:
        statuses = {key: send(stage, key).status_code for key in ("own", "plain", "demo-token", hashed("own"))}
    assert statuses == {"own": 201, "plain": 201, "demo-token": 403, hashed("own"): 403}


def test_no_answer_and_no_log_shows_a_token(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    for way in WAYS.values():
        answer = way.send(stage, "live_all")
        assert "live_all" not in answer.text + str(answer.headers)
    assert "live_all" not in caplog.text


#: API → a path that it alone answers, and what the path says once the API is off.
PATHS = {
    "cloudinary": ("GET", "/demo/image/upload/shoe"),
    "cloudinary_api": ("GET", "/v1_1/demo/ping"),
    "cloudimage": ("GET", "/v7/x"),
    "remove_bg": ("GET", "/v1.0/account"),
    "rembg": ("GET", "/api/remove"),
    "img_processing": ("GET", "/v1/images"),
    "background_remover": ("POST", "/v1/convert/"),
    "uploadcare": ("GET", "/project/"),
    "uploadcare_upload": ("POST", "/base/"),
    "playground": ("GET", "/"),
}
#: What is off is not found; Cloudinary's pictures have paths of any two segments, which nobody posts to.
OFF = {404, 405}


@pytest.mark.parametrize("name", PATHS)
def test_every_api_can_be_switched_off(make_stage: MakeStage, name: str) -> None:
    rest = tuple(api for api in PATHS if api != name)
    method, path = PATHS[name]
    with make_stage(server=Server(apis=rest), clouds=CLOUDS) as stage:
        assert stage.client.request(method, path).status_code in OFF
        assert stage.client.get("/health/live").status_code == 200
    with make_stage(server=Server(apis=(name,)), clouds=CLOUDS) as stage:
        if name == "cloudinary":
            stage.client.get("/demo/image/upload/shoe")
        else:
            assert stage.client.request(method, path).status_code != 404
        assert {stage.client.request(*PATHS[api]).status_code for api in rest} <= OFF


def test_an_unsigned_upload_is_told_little_of_what_was_there_before(make_stage: MakeStage) -> None:
    with make_stage() as stage:
        there = stage.upload(photo(), "playground/shoe", tags="secret", context="price=9", type="upload")
        sent = {"upload_preset": "playground", "public_id": "shoe"}
        told = stage.client.post("/v1_1/demo/image/upload", data=sent, files={"file": photo(shade=1)}).json()
        assert (told["public_id"], told["version"], told["existing"]) == ("playground/shoe", there["version"], True)
        assert not {"tags", "context", "asset_id", "signature", "etag", "original_filename"} & set(told)
        again = stage.upload(photo(shade=1), "playground/shoe", overwrite="false")
        assert (again["tags"], again["existing"]) == (["secret"], True)
