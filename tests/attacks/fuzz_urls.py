"""Grammar fuzzing of every API: `python -m tests.attacks.fuzz_urls --seconds 600 --seed 1`.

A proxy of its own process with a worker in this one is asked one made up request after the other. Faults are answers of
5xx, answers that take longer than the deadline, connections without an answer, and the death of the proxy. 503 with
Retry-After is counted apart, and may be MOST_BUSY of all answers; 501 is how a vendor refuses what it does not make.
It reaches no other server: the proxy may fetch from a host alone that does not exist. Exit status 1 if there is a
fault.
"""

import argparse
import contextlib
import http.client
import logging
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random
from typing import Any

import httpx

from media.config import load
from media.records.catalog import Catalog
from media.stores.filesystem import FilesystemStore
from proxy.commands.embedded_redis import embedded_redis
from proxy.dialects import SETTINGS as VENDORS
from proxy.dialects.uploadcare.files import RESOURCE_TYPE, TYPE
from proxy.dialects.uploadcare.identity import asset_id
from tests.attacks.conftest import Victim, running_proxy, upload
from tests.attacks.fuzzing.asks import FILE, Ask, ask
from tests.fakes import DiscMatter, work_off
from tests.media import pictures
from tests.pictures import photo

SECTIONS: dict[str, dict[str, Any]] = {
    "server": {"request_deadline_seconds": 20},
    "limits": {"max_output_pixels": 1_000_000, "max_source_pixels": 4_000_000},
    "delivery": {"max_wait_seconds": 1, "look_wait_seconds": 0, "synchronous_wait_seconds": 2},
    "origin": {"allowed_hosts": ["nowhere.invalid"]},
}
#: Far beyond the proxy's own, as machines of tests are shared.
DEADLINE_SECONDS = 60
MOST_BUSY = 0.05
NOT_IMPLEMENTED = 501
#: What is said to somebody whom an API does not know.
STRANGER = (401, 403)


@dataclass(slots=True)
class Tally:
    """Answers by status, requests by API; ``faults`` are the sentences about what must not be."""

    statuses: Counter[int] = field(default_factory=Counter)
    dialects: Counter[str] = field(default_factory=Counter)
    #: Those of them that were let in.
    admitted: Counter[str] = field(default_factory=Counter)
    busy: int = 0
    faults: list[str] = field(default_factory=list)

    @property
    def is_too_busy(self) -> bool:
        return self.busy > max(20, MOST_BUSY * sum(self.statuses.values()))

    def __str__(self) -> str:
        kinds = Counter({f"{status // 100}xx": 0 for status in self.statuses})
        for status, count in self.statuses.items():
            kinds[f"{status // 100}xx"] += count
        said = ", ".join(f"{count:,} {kind}" for kind, count in sorted(kinds.items()))
        total = sum(self.dialects.values())
        admitted = ", ".join(f"{name} {100 * self.admitted[name] // count} %" for name, count in self.dialects.items())
        faults = f"{self.busy} busy, {len(self.faults)} faults"
        return f"{total:,} requests of {len(self.dialects)} APIs: {said}; {faults}; let in: {admitted}"


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    retry_after: str
    body: bytes


def send(victim: Victim, asked: Ask) -> Answer:
    """Raises OSError or HTTPException if there is no answer."""
    with victim.connect() as stranger:
        stranger.settimeout(DEADLINE_SECONDS)
        stranger.sendall(asked.bytes(f"127.0.0.1:{victim.port}"))
        with contextlib.closing(http.client.HTTPResponse(stranger, method=asked.method)) as answer:
            answer.begin()
            return Answer(answer.status, answer.getheader("retry-after") or "", answer.read())


def judge(victim: Victim, asked: Ask, tally: Tally) -> str:
    """The sentence about a fault, empty if there is none."""
    try:
        answer = send(victim, asked)
    except TimeoutError:
        return f"no answer within {DEADLINE_SECONDS} seconds"
    except (OSError, http.client.HTTPException) as error:
        return f"no answer: {error!r}"
    tally.statuses[answer.status] += 1
    tally.admitted[asked.dialect] += answer.status not in STRANGER
    is_busy = answer.status == 503 and bool(answer.retry_after)
    tally.busy += is_busy
    is_fault = answer.status >= 500 and answer.status != NOT_IMPLEMENTED and not is_busy
    return f"{answer.status} {answer.body[:300]!r}" if is_fault else ""


def fuzz(victim: Victim, seconds: float, seed: int, first: int = 0, most: int | None = None) -> Tally:
    """Send requests until ``seconds`` are over, or ``most`` of them."""
    tally, until, number = Tally(), time.monotonic() + seconds, first
    while time.monotonic() < until and number - first != most:
        asked = ask(Random(f"{seed}:{number}"))
        tally.dialects[asked.dialect] += 1
        if fault := judge(victim, asked, tally):
            tally.faults.append(f"request {number} of seed {seed} ({asked.dialect}): {fault}")
            print(tally.faults[-1], asked.bytes("proxy"), sep="\n", flush=True)
        if victim.process.poll() is not None:
            tally.faults.append(f"the proxy died of request {number} of seed {seed}")
            break
        number += 1
    return tally


@contextlib.contextmanager
def running(folder: Path, redis_url: str) -> Iterator[Victim]:
    """A proxy with two pictures in it, one more that is a file of Uploadcare's, and a worker."""
    with running_proxy(folder, redis_url, **{name: dict(values) for name, values in SECTIONS.items()}) as victim:
        upload(victim, "hot")
        upload(victim, "moving", pictures.animation(".gif"))
        _enter(victim, FilesystemStore(folder / "store"))
        with _worker(folder):
            yield victim


def _enter(victim: Victim, store: FilesystemStore) -> None:
    """A file of a uuid that requests can name; those of uploads differ from run to run."""
    address = f"http://127.0.0.1:{victim.port}/base/?pub_key=demopublickey&store=1"
    found = httpx.post(address, files={"file": photo()}, timeout=30).json()["file"]
    catalog = Catalog(store)
    asset = catalog.get("demo", RESOURCE_TYPE, TYPE, found)
    assert asset is not None
    catalog.save(replace(asset, public_id=FILE, asset_id=asset_id(FILE)))


@contextlib.contextmanager
def _worker(folder: Path) -> Iterator[None]:
    settings, over = load(folder / "config.yaml", vendors=VENDORS), threading.Event()
    # It says much of pictures that are none.
    logging.getLogger("cutout").setLevel(logging.CRITICAL)

    def work() -> None:
        while not over.wait(0.2):
            work_off(settings, FilesystemStore(folder / "store"), DiscMatter())

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", type=int, help="the number of one request")
    given = parser.parse_args()
    first, most = (0, None) if given.only is None else (given.only, 1)
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder, embedded_redis() as url, running(Path(folder), url) as victim:
        tally = fuzz(victim, given.seconds, given.seed, first, most)
    print(f"fuzz_urls --seed {given.seed}, {time.monotonic() - started:.0f} s: {tally}")
    return 1 if tally.faults or tally.is_too_busy else 0


if __name__ == "__main__":
    raise SystemExit(main())
