"""An application that knows two projects, and a client of one of them."""

import hashlib
import hmac
from collections.abc import Iterator
from dataclasses import dataclass
from email.utils import formatdate
from typing import Any

import httpx
import pytest

from media.config import Cloud, Origin, Project
from tests.conftest import MakeStage
from tests.pictures import photo
from tests.stage import Stage

PUBLIC, SECRET = "demopublickey", "demo-project-secret"
ACCEPT = "application/vnd.uploadcare-v0.7+json"
CLOUDS = {
    "demo": Cloud(keys={"demo-key": "demo-secret"}, projects={PUBLIC: Project((SECRET, "next-secret"), name="demo")}),
    "shop": Cloud(projects={"shopkey": Project(("shop-secret",), autostore=False, signed_uploads=True)}),
}


@dataclass
class Client:
    """The REST API as one project calls it."""

    stage: Stage
    public: str = PUBLIC
    secret: str = SECRET

    def ask(self, method: str, path: str, **sent: Any) -> httpx.Response:
        headers = {
            "Accept": ACCEPT,
            "Authorization": f"Uploadcare.Simple {self.public}:{self.secret}",
            **sent.pop("headers", {}),
        }
        return self.stage.client.request(method, path, headers=headers, **sent)


def signature(secret: str, method: str, uri: str, body: bytes = b"", content_type: str = "", date: str = "") -> str:
    """Written from the specification, beside the code it checks."""
    lines = [method, hashlib.md5(body).hexdigest(), content_type, date, uri]
    return hmac.new(secret.encode(), "\n".join(lines).encode(), hashlib.sha1).hexdigest()


def signed_headers(method: str, uri: str, body: bytes = b"", content_type: str = "application/json") -> dict[str, str]:
    date = formatdate(usegmt=True)
    proof = signature(SECRET, method, uri, body, content_type, date)
    return {"Date": date, "Content-Type": content_type, "Authorization": f"Uploadcare {PUBLIC}:{proof}"}


@pytest.fixture
def stage(make_stage: MakeStage) -> Iterator[Stage]:
    with make_stage(clouds=CLOUDS, origin=Origin(allow_private=True)) as made:
        yield made


@pytest.fixture
def client(stage: Stage) -> Client:
    return Client(stage)


@dataclass
class Uploads:
    """The Upload API as a page sees it."""

    stage: Stage
    public: str = PUBLIC

    def post(self, path: str, fields: dict[str, Any] | None = None, **sent: Any) -> httpx.Response:
        data = {"UPLOADCARE_PUB_KEY": self.public, "pub_key": self.public, **(fields or {})}
        return self.stage.client.post(f"{path}?jsonerrors=1", data=data, **sent)

    def get(self, path: str, **query: str) -> httpx.Response:
        return self.stage.client.get(path, params={"jsonerrors": "1", "pub_key": self.public, **query})

    def upload(self, body: bytes | None = None, name: str = "cat.jpg", **fields: str) -> str:
        """The uuid of a new file."""
        answer = self.post("/base/", fields, files={"file": (name, photo() if body is None else body)})
        assert answer.status_code == 200, answer.text
        return str(answer.json()["file"])


@pytest.fixture
def uploads(stage: Stage) -> Uploads:
    return Uploads(stage)


def error_of(answer: httpx.Response) -> tuple[int, str]:
    """Status and code of a refusal of the Upload API."""
    said = answer.json()["error"]
    assert said["status_code"] == answer.status_code
    assert said["content"]
    return answer.status_code, said["error_code"]
