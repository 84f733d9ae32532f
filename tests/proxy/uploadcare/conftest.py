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
