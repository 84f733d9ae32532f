"""Run a file of transformations or URLs through the Cloudinary dialect and say what became of each.

    python -m tests.corpus FILE [--http PICTURE] [--list]

FILE is a TSV whose first column holds the strings (a header row named ``transformation_or_url`` is skipped). A row is
*parsed* when the grammar reads it, *compiled* when it has a chain, *refused* with its reason otherwise. With ``--http``
each chain is also asked for over HTTP, on a picture that stands for every asset and layer, and is *rendered* if the
answer is a picture that decodes. tests/vectors/cloudinary_refused.tsv says which refusals are meant.
"""

import argparse
import contextlib
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pyvips
from pymupdf_fonts import SpaceMono_Regular

from media.config import Cloud, Delivery, RedisSettings, Settings
from media.derived.keys import digest
from media.errors import MediaError
from media.formats.source import describe_derived, open_source
from media.formats.table import sniff
from media.operations.needs import sources
from media.records.asset import Asset
from media.records.catalog import Catalog
from media.records.sources import source_path
from proxy.commands.embedded_redis import embedded_redis
from proxy.dialects.cloudinary.named_transformations import kind, names_in
from proxy.dialects.cloudinary.semantics import vocabulary
from proxy.dialects.cloudinary.semantics.vocabulary import Compiled
from proxy.dialects.cloudinary.signature import sign
from proxy.dialects.cloudinary.syntax import grammar, url
from proxy.dialects.cloudinary.syntax.grammar import Component
from proxy.dialects.cloudinary.syntax.sources import RAW
from tests.stage import Stage, open_stage

Deliver = Callable[[Sequence[Component], Compiled], None]

EXPECTED = Path(__file__).parent / "vectors/cloudinary_refused.tsv"
HEADER = "transformation_or_url"
#: What every named transformation of a corpus stands for.
NAMED = "c_limit,w_1000"
STAGES = ("parsed", "compiled", "rendered")
_ADDRESS = re.compile(r"(?:https?:)?//([^/]+)(/.*)")
_PRIVATE_HOST = re.compile(r"(.+?)-res(?:-\d)?\.cloudinary\.com")


@dataclass(frozen=True, slots=True)
class Outcome:
    """``stage`` is the last one that succeeded, empty if not even the grammar could read it."""

    text: str
    stage: str
    error: str = ""
    reason: str = ""


def read_strings(path: Path) -> list[str]:
    rows = [line.split("\t")[0] for line in path.read_text().splitlines()]
    return [row for row in rows if row and row != HEADER]


def read_expected() -> list[tuple[re.Pattern[str], str]]:
    """Patterns of strings that are refused on purpose, and why."""
    rows = [line.split("\t") for line in EXPECTED.read_text().splitlines()[1:]]
    return [(re.compile(pattern), reason) for pattern, reason in rows]


def purpose(text: str) -> str:
    """Why ``text`` is refused on purpose; empty if it should not be."""
    return next((reason for pattern, reason in read_expected() if pattern.search(text)), "")


def read_components(text: str) -> tuple[tuple[Component, ...], str | None]:
    """Components and extension of a delivery URL or a bare transformation."""
    address = _ADDRESS.fullmatch(text)
    if address is None:
        return grammar.parse(text), None
    host, path = address.groups()
    private = _PRIVATE_HOST.fullmatch(host)
    parsed = url.parse(path, cloud=private.group(1) if private else None)
    return parsed.components, parsed.extension


def judge(text: str, deliver: Deliver | None = None) -> Outcome:
    """``deliver`` asks for a compiled transformation over HTTP and raises MediaError if no picture comes."""
    stage = ""
    try:
        components, extension = read_components(text)
        stage = "parsed"
        compiled = vocabulary.compile(
            components, extension=extension, named=lambda name: NAMED, current="image/upload/sample"
        )
        stage = "compiled"
        if deliver is not None:
            deliver(components, compiled)
            stage = "rendered"
    except MediaError as error:
        return Outcome(text, stage, type(error).__name__, str(error))
    return Outcome(text, stage)


@contextlib.contextmanager
def http(picture: bytes) -> Iterator[Deliver]:
    """Deliveries from a whole application that knows ``picture`` under every name."""
    with embedded_redis() as url:
        cloud = Cloud(keys={"demo-key": "demo-secret"})
        delivery = Delivery(look_wait_seconds=0)
        settings = Settings(redis=RedisSettings(url=url), delivery=delivery, clouds={"demo": cloud})
        with open_stage(settings) as stage:
            stage.upload(picture, "sample")
            yield lambda components, compiled: _ask(stage, components, compiled)


def _ask(stage: Stage, components: Sequence[Component], compiled: Compiled) -> None:
    _provide(stage, components, compiled)
    path = "/".join(part for part in (grammar.format_components(components), "sample") if part)
    address = f"/demo/image/upload/s--{sign(path, 'demo-secret')}--/{path}"
    answer = stage.client.get(address, headers={"Accept": "image/webp"})
    if answer.status_code == 423:
        stage.work()
        answer = stage.client.get(address, headers={"Accept": "image/webp"})
    if answer.status_code != 200:
        raise MediaError(f"{answer.status_code} {answer.headers.get('x-cld-error', '')}")
    if answer.headers["content-type"] != "application/json":
        _check(answer.content)


def _check(body: bytes) -> None:
    """Raises MediaError for what is neither a picture that decodes nor a document of ours."""
    row = sniff(body)
    if row is None or row.readable:
        open_source(body, max_pixels=10**9).first_frame()
    elif not describe_derived(body, max_pixels=10**9).size.pixels:
        raise MediaError(f"the {row.name} has no size")


def _provide(stage: Stage, components: Sequence[Component], compiled: Compiled) -> None:
    """Everything the chain refers to: layers are the same picture under another name, names a small resize, files a
    font or the profile of CMYK."""
    catalog = Catalog(stage.store)
    sample = catalog.get("demo", "image", "upload", "sample")
    assert sample is not None
    for source in sources(compiled.chain):
        if source.startswith(RAW):
            _provide_file(stage, sample, source.removeprefix(RAW))
            continue
        type_, name = ("fetch", source[6:]) if source.startswith("fetch:") else source.split("/", 2)[1:]
        catalog.save(replace(sample, type=type_, public_id=name), overwrite=True)
    for name in names_in(components):
        catalog.records(kind("demo")).put(name, {"name": name, "definition": NAMED})


def _provide_file(stage: Stage, sample: Asset, public_id: str) -> None:
    body = SpaceMono_Regular.fontbuffer if public_id.lower().endswith((".ttf", ".otf")) else _profile()
    stage.store.put(source_path(digest(body)), body)
    file = replace(sample, resource_type="raw", type="authenticated", public_id=public_id, digest=digest(body))
    Catalog(stage.store).save(file, overwrite=True)


def _profile() -> bytes:
    inked = pyvips.Image.black(1, 1, bands=3).copy(interpretation="srgb").icc_transform("cmyk", input_profile="srgb")
    return bytes(inked.get("icc-profile-data"))


def report(outcomes: Sequence[Outcome], *, lists_refused: bool) -> Iterator[str]:
    yield f"{len(outcomes)} strings"
    for stage in STAGES:
        yield f"{sum(STAGES.index(stage) <= _reached(each) for each in outcomes):6} {stage}"
    refused = [each for each in outcomes if each.error]
    yield f"{len(refused):6} refused, {sum(bool(purpose(each.text)) for each in refused)} of them on purpose"
    for name, count in Counter(each.error for each in refused).most_common():
        yield f"{count:14} {name}"
    for each in refused:
        if lists_refused or not purpose(each.text):
            yield f"{each.error}\t{each.text}\t{each.reason}\t{purpose(each.text)}"


def _reached(outcome: Outcome) -> int:
    return STAGES.index(outcome.stage) if outcome.stage else -1


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.corpus", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("file", type=Path)
    parser.add_argument("--http", type=Path, metavar="PICTURE", help="ask for each over HTTP, on this picture")
    parser.add_argument("--list", action="store_true", help="list the refusals that are meant, too")
    arguments = parser.parse_args()
    with http(arguments.http.read_bytes()) if arguments.http else contextlib.nullcontext() as deliver:
        outcomes = [judge(text, deliver) for text in read_strings(arguments.file)]
    sys.stdout.writelines(f"{line}\n" for line in report(outcomes, lists_refused=arguments.list))
    return int(any(each.error and not purpose(each.text) for each in outcomes))


if __name__ == "__main__":
    sys.exit(main())
