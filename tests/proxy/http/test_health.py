"""Health checks answer whatever everybody else does."""

import threading

import pytest

from media.config import Rendering
from proxy.runtime.pool import IO_THREADS
from proxy.services import Services
from tests.conftest import MakeStage


@pytest.mark.parametrize("path", ["/health/live", "/health/ready"])
def test_health_is_answered_while_all_threads_are_taken(make_stage: MakeStage, path: str) -> None:
    with make_stage(rendering=Rendering(threads=2)) as stage:
        services: Services = stage.client.app.state.services  # type: ignore[attr-defined]
        portal, held = stage.client.portal, threading.Event()
        assert portal is not None
        busy = [portal.start_task_soon(services.io.run, held.wait) for _ in range(2 * IO_THREADS)]
        busy += [portal.start_task_soon(services.pixels.run, held.wait) for _ in range(4)]
        try:
            assert stage.client.get(path).status_code == 200
        finally:
            held.set()
        assert all(each.result() for each in busy)
