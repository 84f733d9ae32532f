"""An application whose doors do not wait, and a way to ask it for a cutout."""

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from media.config import Origin
from tests.conftest import MakeStage
from tests.pictures import photo
from tests.proxy.doors import CLOUDS, IMPATIENT, Site, answered, serving
from tests.stage import Stage

KEY = {"X-Api-Key": "demo-key"}
URL = "/v1.0/removebg"
Remove = Callable[..., httpx.Response]


@pytest.fixture
def site() -> Iterator[Site]:
    with serving(Site()) as running:
        yield running


@pytest.fixture
def door(make_stage: MakeStage) -> Iterator[Stage]:
    with make_stage(delivery=IMPATIENT, clouds=CLOUDS, origin=Origin(allow_private=True)) as made:
        yield made


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
def remove(door: Stage) -> Remove:
    return removing(door)
