"""An application over a memory store, with a worker that works when told to."""

import contextlib
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass

from starlette.applications import Starlette
from starlette.testclient import TestClient

from media.config import Settings
from media.stores.memory import MemoryStore
from media.stores.store import Store
from proxy.app import create_app
from proxy.services import open_services
from tests.fakes import DiscMatter, work_off
from tests.signing import signed


@dataclass
class Stage:
    """An application over a memory store, with a worker that works when told to."""

    settings: Settings
    store: Store
    matter: DiscMatter
    client: TestClient

    def work(self) -> None:
        work_off(self.settings, self.store, self.matter)

    def upload(self, body: bytes, public_id: str, **fields: str) -> dict[str, object]:
        """An upload as the SDK signs it; the answer's JSON."""
        answer = self.client.post(
            "/v1_1/demo/image/upload", data=signed({"public_id": public_id, **fields}), files={"file": body}
        )
        assert answer.status_code == 200, answer.text
        result: dict[str, object] = answer.json()
        return result


@contextlib.contextmanager
def open_stage(settings: Settings, store: Store | None = None) -> Iterator[Stage]:
    store = store or MemoryStore()

    @contextlib.asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        async with open_services(settings, store) as services:
            app.state.services = services
            yield

    with TestClient(create_app(settings, lifespan), raise_server_exceptions=False) as client:
        yield Stage(settings, store, DiscMatter(), client)
