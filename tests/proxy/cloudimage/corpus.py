"""Ask the proxy for every URL of a file, over HTTP, with one photo behind every origin address.

    python -m tests.proxy.cloudimage.corpus FILE [--picture PHOTO] [--list]

FILE is a TSV with a column ``url`` (or one URL per line). A row is answered as planned if the result is a picture of
the planned size in an expected format; a cutout is first pending, then done. ``--list`` prints every row with its
origin and result.
"""

import argparse
import contextlib
import csv
import sys
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import urlsplit

import redis
from starlette.applications import Starlette
from starlette.testclient import TestClient

from media.config import Cloud, RedisSettings, Settings
from media.formats.source import open_source
from media.formats.table import FORMATS
from media.geometry import Size
from media.network.origin import Charge, Fetched, free
from media.render.plan import plan
from media.stores.memory import MemoryStore
from proxy.app import create_app
from proxy.commands.embedded_redis import embedded_redis
from proxy.dialects.cloudimage import grammar, vocabulary
from proxy.dialects.cloudimage.settings import Cloudimage
from proxy.dialects.cloudimage.vocabulary import Facts
from proxy.services import open_services
from tests.fakes import DiscMatter, work_off
from tests.pictures import opened, photo

PREFIX = "https://prefix.example"
MARK = f"{PREFIX}/mark.png"
MAX_PIXELS = 100_000_000
STATUS = "x-background-removal-status"


@dataclass
class EveryOrigin:
    """One photo under every address; remembers what was asked for."""

    picture: bytes
    seen: list[str] = field(default_factory=list)

    async def fetch(self, url: str, *, max_bytes: int, charge: Charge = free) -> Fetched:
        self.seen.append(url)
        return Fetched(self.picture, url, "", "", "image/jpeg")


@dataclass(frozen=True, slots=True)
class Outcome:
    """``problem`` is empty for a row that was answered as planned."""

    url: str
    origin: str
    result: str
    problem: str


def read_urls(path: Path) -> list[str]:
    lines = path.read_text().splitlines()
    if "\t" not in lines[0]:
        return [line for line in lines if line and line != "url"]
    return [row["url"] for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)]


class Runner:
    def __init__(self, client: TestClient, settings: Settings, store: MemoryStore, origin: EveryOrigin) -> None:
        self._client = client
        self._settings = settings
        self._store = store
        self._origin = origin
        self._source = open_source(origin.picture, max_pixels=MAX_PIXELS).info

    def ask(self, url: str) -> Outcome:
        parts = urlsplit(url)
        raw = url.partition(parts.netloc)[2]
        target = raw if raw.startswith("/v7/") else f"/v7{raw}"
        self._origin.seen.clear()
        answer = self._client.get(target)
        origin = self._origin.seen[0] if self._origin.seen else "known"
        if answer.headers.get(STATUS) == "processing":
            work_off(self._settings, self._store, DiscMatter())
            answer = self._client.get(target)
        if answer.status_code != 200:
            return Outcome(url, origin, str(answer.status_code), answer.text)
        picture, mime = opened(answer.content), answer.headers["content-type"]
        result = f"{picture.width}x{picture.height} {mime} {answer.headers.get(STATUS, '')}".rstrip()
        return Outcome(url, origin, result, self._problem(target, Size(picture.width, picture.height), mime))

    def status(self, target: str) -> int:
        return self._client.get(target).status_code

    def _problem(self, target: str, size: Size, mime: str) -> str:
        path, _, query = target.partition("?")
        parameters = grammar.parse(path, query, {}).parameters
        compiled = vocabulary.compile(parameters, Facts(self._source.size, self._source.format, MARK))
        planned = plan(compiled.chain, self._source, self._settings.limits).size
        names = (*compiled.formats.modern, *compiled.formats.plain)
        if planned is not None and planned != size:
            return f"planned {planned.width}x{planned.height}"
        return "" if mime in {FORMATS[name].mime for name in names} else f"expected one of {', '.join(names)}"


@contextlib.contextmanager
def running(picture: bytes) -> Iterator[Runner]:
    store, origin = MemoryStore(), EveryOrigin(picture)
    with embedded_redis() as address:
        redis.Redis.from_url(address).flushall()
        settings = Settings(
            redis=RedisSettings(url=address),
            clouds={"demo": Cloud()},
            vendors={Cloudimage: Cloudimage(origin_prefix=PREFIX, watermark_url=MARK)},
        )

        @contextlib.asynccontextmanager
        async def lifespan(app: Starlette) -> AsyncIterator[None]:
            async with open_services(settings, store) as services:
                app.state.services = replace(services, origin=origin)  # type: ignore[arg-type]
                yield

        with TestClient(create_app(settings, lifespan)) as client:
            yield Runner(client, settings, store, origin)


def report(outcomes: Sequence[Outcome], *, lists_all: bool) -> Iterator[str]:
    wrong = [each for each in outcomes if each.problem]
    yield f"{len(outcomes)} URLs, {len(outcomes) - len(wrong)} answered as planned, {len(wrong)} not"
    for each in outcomes if lists_all else wrong:
        yield "\t".join((each.url, each.origin, each.result, each.problem))


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.proxy.cloudimage.corpus")
    parser.add_argument("file", type=Path)
    parser.add_argument("--picture", type=Path, help="the photo behind every origin; a gradient otherwise")
    parser.add_argument("--list", action="store_true", help="list the rows that were answered, too")
    arguments = parser.parse_args()
    picture = arguments.picture.read_bytes() if arguments.picture else photo(1600, 1067)
    with running(picture) as runner:
        outcomes = [runner.ask(url) for url in read_urls(arguments.file)]
    sys.stdout.writelines(f"{line}\n" for line in report(outcomes, lists_all=arguments.list))
    return int(any(each.problem for each in outcomes))


if __name__ == "__main__":
    sys.exit(main())
