"""A client of BackgroundRemover that lets the worker work between two polls."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from tests.conftest import MakeStage
from tests.pictures import photo
from tests.proxy.apis import CLOUDS, IMPATIENT
from tests.stage import Stage

KEY = {"Authorization": "live_all"}
IMAGE = {"convert_to": "image-backgroundremover", "lang": "en", "model": "u2net"}


@dataclass
class Client:
    stage: Stage

    def post(self, files: Any = None, **fields: str) -> httpx.Response:
        sent = files or [("files", ("photo.jpeg", photo()))]
        answer: httpx.Response = self.stage.client.post(
            "/v1/convert/", headers=KEY, data={**IMAGE, **fields}, files=sent
        )
        return answer

    def results(self, told: Any) -> Any:
        answer = self.stage.client.post("/v1/results/", data=told)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def convert(self, files: Any = None, **fields: str) -> Any:
        """The answer of results once the worker has worked."""
        told = self.post(files, **fields)
        assert told.status_code == 200, told.text
        self.stage.work()
        return self.results(told.json())

    def body(self, result: Any, number: int = 0) -> bytes:
        answer = self.stage.client.get(result["files"][number]["url"])
        assert answer.status_code == 200, answer.text
        return bytes(answer.content)


@pytest.fixture
def remover(make_stage: MakeStage) -> Iterator[Client]:
    with make_stage(delivery=IMPATIENT, clouds=CLOUDS) as stage:
        yield Client(stage)
