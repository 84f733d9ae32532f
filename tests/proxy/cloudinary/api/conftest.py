"""The APIs over a stage: signed uploads and calls, Basic credentials, a receiver of notifications."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from media.config import Webhooks
from tests.conftest import MakeStage, Stage
from tests.receiver import Receiver, listening
from tests.signing import signed

ROOT = "/v1_1/demo"
CREDENTIALS = ("demo-key", "demo-secret")


@dataclass
class Api:
    stage: Stage

    def post(self, action: str, fields: dict[str, Any] | None = None, **more: Any) -> httpx.Response:
        """A signed call of the upload family."""
        given = fields or {}
        flat = {name: ",".join(value) if isinstance(value, list) else str(value) for name, value in given.items()}
        sent: dict[str, Any] = dict(signed(flat))
        for name, value in given.items():
            if isinstance(value, list):
                del sent[name]
                sent[f"{name}[]"] = value
        answer: Any = self.stage.client.post(f"{ROOT}/{action}", data=sent, **more)
        return answer

    def call(self, action: str, **fields: Any) -> dict[str, Any]:
        return ok(self.post(action, fields))

    def admin(self, method: str, path: str, **fields: Any) -> dict[str, Any]:
        return ok(self.ask(method, path, **fields))

    def ask(self, method: str, path: str, **fields: Any) -> httpx.Response:
        kind = "params" if method == "GET" else "json"
        answer: Any = self.stage.client.request(method, f"{ROOT}/{path}", auth=CREDENTIALS, **{kind: fields})
        return answer


def ok(answer: httpx.Response) -> dict[str, Any]:
    assert answer.status_code == 200, answer.text
    document: dict[str, Any] = answer.json()
    return document


@pytest.fixture
def stage(make_stage: MakeStage) -> Iterator[Stage]:
    # The receiver of notifications listens on this machine.
    with make_stage(webhooks=Webhooks(allow_private=True, max_attempts=2, timeout_seconds=1)) as made:
        yield made


@pytest.fixture
def api(stage: Stage) -> Api:
    return Api(stage)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with listening() as found:
        yield found
