"""Three hundred hint combinations of one photograph, asked of a running proxy: the cutouts of everybody else are made
after a handful of jobs, counted."""

import itertools
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from media.config import Queue, RedisSettings, Settings
from media.scene.classes import OBJECTS
from media.stores.filesystem import FilesystemStore
from proxy.commands.embedded_redis import embedded_redis
from tests.attacks.conftest import CLOUD, running_proxy
from tests.fakes import DiscMatter, work_off
from tests.pictures import photo
from tests.signing import signed

FLOOD = 300
HINTS = [";".join(each) for each in itertools.combinations(OBJECTS, 3)][:FLOOD]
#: The flood's lane, those of its own ordinary cutout, of another source and of another cloud, and what was on offer
#: before they came; if two queues have work, the other one has every second turn.
HANDFUL = 5


class Site:
    """A running proxy with two clouds, and a worker that does as many jobs as it is told to."""

    def __init__(self, folder: Path, url: str, address: str) -> None:
        self._settings = Settings(redis=RedisSettings(url=url))
        self._store = FilesystemStore(str(folder / "store"))
        self._client = httpx.Client(base_url=address, timeout=60)
        self.matter = DiscMatter()

    def upload(self, cloud: str, public_id: str, shade: int) -> None:
        body = photo(shade=shade)
        answer = self._client.post(
            f"/v1_1/{cloud}/image/upload", data=signed({"public_id": public_id}), files={"file": body}
        )
        assert answer.status_code == 200, answer.text

    def ask(self, cloud: str, public_id: str, hints: str = "") -> httpx.Response:
        removal = "e_background_removal" + (f":hints_({hints})" if hints else "")
        return self._client.get(f"/{cloud}/image/upload/{removal}/{public_id}.png")

    def status(self, cloud: str, public_id: str, hints: str = "") -> int:
        return self.ask(cloud, public_id, hints).status_code

    def flood(self) -> list[int]:
        return [self.status("demo", "flooded", hints) for hints in HINTS]

    def work(self, most: int | None = None) -> None:
        work_off(self._settings, self._store, self.matter, most=most)


@pytest.fixture
def site(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Site]:
    """With the settings of the queue that the test asks for, else the shipped ones."""
    queue = getattr(request, "param", {})
    with (
        embedded_redis() as url,
        running_proxy(tmp_path, url, clouds={"demo": CLOUD, "shop": {"keys": CLOUD["keys"]}}, queue=queue) as running,
    ):
        made = Site(tmp_path, url, f"http://127.0.0.1:{running.port}")
        for shade, (cloud, name) in enumerate(
            [("demo", "flooded"), ("demo", "other"), ("shop", "cat"), ("shop", "dog")]
        ):
            made.upload(cloud, name, 10 * shade)
        yield made


UNBOUNDED = {"max_waiting_per_source": 0}


@pytest.mark.parametrize("site", [{}, UNBOUNDED], indirect=True, ids=["as shipped", "without a bound"])
def test_everybody_else_waits_for_a_handful_of_jobs(site: Site) -> None:
    assert site.status("demo", "flooded", HINTS[0]) == 423
    assert set(site.flood()) <= {423, 429}
    others = [("demo", "other"), ("shop", "cat"), ("demo", "flooded")]
    assert [site.status(*other) for other in others] == [423, 423, 423]
    site.work(most=HANDFUL)
    assert [site.status(*other) for other in others] == [200, 200, 200]
    assert site.status("demo", "flooded", HINTS[-1]) in (423, 429)
    # All were of the network's queue: it saw each of three photographs once.
    assert site.matter.inferences == 3


@pytest.mark.parametrize("site", [UNBOUNDED], indirect=True)
def test_other_hints_on_stored_maps_and_new_photographs_wait_for_each_other_by_turns(site: Site) -> None:
    assert site.status("demo", "flooded") == 423
    site.work()
    assert set(site.flood()) == {423}
    assert (site.status("demo", "other"), site.status("shop", "cat")) == (423, 423)
    site.work(most=2 * 2)
    assert (site.status("demo", "other"), site.status("shop", "cat")) == (200, 200)
    # And round about: other hints on stored maps overtake what waits for the network.
    assert site.status("shop", "dog") == 423
    assert site.status("shop", "cat", "cat") == 423
    site.work(most=HANDFUL)
    assert site.status("shop", "cat", "cat") == 200
    assert site.matter.inferences <= 4


def test_a_flood_is_told_when_to_come_back_and_nobody_else_is(site: Site) -> None:
    """One job is on offer to the workers, so it does not wait."""
    accepted = Queue().max_waiting_per_source + 1
    assert site.flood() == [423] * accepted + [429] * (FLOOD - accepted)
    refused = site.ask("demo", "flooded", HINTS[-1])
    assert refused.headers["x-cld-error"] == "A picture may have 200 jobs waiting; try again later."
    assert (refused.headers["retry-after"], refused.headers["cache-control"]) == ("10", "no-store")
    # What waits already is no new derivation.
    assert site.flood()[:accepted] == [423] * accepted
    assert site.status("demo", "other") == 423
    site.work(most=2)
    assert site.status("demo", "flooded", HINTS[0]) == 200
    assert site.status("demo", "flooded", HINTS[-1]) == 423
