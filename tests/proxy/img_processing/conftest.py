"""An application whose APIs do not wait, and a client of one key."""

from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from tests.pictures import opened, photo
from tests.proxy.apis import answered
from tests.stage import Stage


@dataclass
class Library:
    """The API as one key sees it; ``stage`` may be asked for more."""

    stage: Stage
    key: str = "live_demo"

    def ask(self, method: str, path: str, **sent: Any) -> httpx.Response:
        headers = {"x-api-key": self.key, **sent.pop("headers", {})}
        return answered(self.stage, lambda: self.stage.client.request(method, path, headers=headers, **sent))

    def upload(self, body: bytes | None = None, name: str = "shoe") -> dict[str, Any]:
        answer = self.ask("POST", "/v1/images/upload", data={"name": name}, files={"image": ("a.jpg", body or photo())})
        assert answer.status_code == 201, answer.text
        image: dict[str, Any] = answer.json()
        return image

    def edit(self, image: dict[str, Any], action: str, **values: Any) -> httpx.Response:
        return self.ask("POST", f"/v1/images/{image['id']}/{action}", json=values)

    def picture(self, image: dict[str, Any]) -> Any:
        return opened(self.ask("GET", f"/v1/images/{image['id']}/download").content)


@pytest.fixture
def library(impatient: Stage) -> Library:
    return Library(impatient)
