"""An application whose APIs do not wait, and a way to ask it for a cutout."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from tests.pictures import photo
from tests.proxy.apis import answered
from tests.stage import Stage

KEY = {"X-Api-Key": "demo-token"}
URL = "/v1.0/removebg"
Remove = Callable[..., httpx.Response]


def removing(stage: Stage) -> Remove:
    def remove(
        body: bytes | None = None, headers: dict[str, str] | None = None, files: dict[str, Any] | None = None,
        **fields: str,
    ) -> httpx.Response:  # fmt: skip
        """The final answer for a photograph of 96×64 (or ``body``) with ``fields``."""
        sent = files if files is not None else {"image_file": body or photo()}
        return answered(
            stage, lambda: stage.client.post(URL, data=fields, files=sent or None, headers={**KEY, **(headers or {})})
        )

    return remove


@pytest.fixture
def remove(impatient: Stage) -> Remove:
    return removing(impatient)
