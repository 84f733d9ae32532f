"""A file of the demo project, and what is asked of the CDN."""

from collections.abc import Iterator
from dataclasses import dataclass

import httpx
import pytest

from media.config import Cloud, Delivery, Origin, Project
from proxy.dialects.uploadcare.settings import Uploadcare
from tests.conftest import MakeStage
from tests.proxy.uploadcare.conftest import CLOUDS, Uploads
from tests.stage import Stage

PRESETS = {"thumb": "-/scale_crop/20x20/center/-/format/png/"}
DELIVERY_SECRET = "5ec7e7" * 10 + "abcd"
CLOSED = {**CLOUDS, "vault": Cloud(projects={"vaultkey": Project(("s",), delivery_secrets=(DELIVERY_SECRET,))})}


@dataclass
class Cdn:
    stage: Stage

    def get(self, path: str, **headers: str) -> httpx.Response:
        return self.stage.client.get(path, headers=headers)


@pytest.fixture
def stage(make_stage: MakeStage) -> Iterator[Stage]:
    # Faces are asked for before a worker looked.
    hasty = Delivery(max_wait_seconds=5, look_wait_seconds=0, synchronous_wait_seconds=0)
    settings = {"clouds": CLOSED, "origin": Origin(allow_private=True), "delivery": hasty}
    with make_stage(Uploadcare(presets=PRESETS), **settings) as made:
        yield made


@pytest.fixture
def cdn(stage: Stage) -> Cdn:
    return Cdn(stage)


@pytest.fixture
def vault(stage: Stage) -> Uploads:
    return Uploads(stage, "vaultkey")
