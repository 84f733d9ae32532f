"""What the synchronous APIs share: a site to fetch from, and an application that soon loses patience."""

from collections.abc import Iterator

import pytest

from media.config import Origin
from tests.conftest import MakeStage
from tests.proxy.apis import CLOUDS, IMPATIENT, Site, serving
from tests.stage import Stage


@pytest.fixture
def site() -> Iterator[Site]:
    with serving(Site()) as running:
        yield running


@pytest.fixture
def impatient(make_stage: MakeStage) -> Iterator[Stage]:
    with make_stage(delivery=IMPATIENT, clouds=CLOUDS, origin=Origin(allow_private=True)) as made:
        yield made
