"""Run a file of transformations or URLs through the Cloudinary dialect and say what became of each.

    python -m tests.corpus FILE [--render PICTURE] [--list]

FILE is a TSV whose first column holds the strings (a header row named ``transformation_or_url`` is skipped). A row is
*parsed* when the grammar reads it, *compiled* when it has a chain, *refused* with its reason otherwise; ``--render``
also renders each chain on a picture, with the same picture for every layer. tests/vectors/cloudinary_refused.tsv says
which refusals are meant.
"""

import argparse
import re
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from media.config import Limits
from media.derive import derive
from media.errors import MediaError
from media.plan import sources
from proxy.dialects.cloudinary import grammar, url, vocabulary
from proxy.dialects.cloudinary.grammar import Component
from proxy.dialects.cloudinary.vocabulary import Compiled
from proxy.negotiation import negotiate

EXPECTED = Path(__file__).parent / "vectors/cloudinary_refused.tsv"
HEADER = "transformation_or_url"
STAGES = ("parsed", "compiled", "rendered")
_ADDRESS = re.compile(r"(?:https?:)?//([^/]+)(/.*)")
_PRIVATE_HOST = re.compile(r"(.+?)-res(?:-\d)?\.cloudinary\.com")


@dataclass(frozen=True, slots=True)
class Outcome:
    """``stage`` is the last one that succeeded, empty where not even the grammar could read it."""

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
    """Why ``text`` is refused on purpose; empty where it should not be."""
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


def judge(text: str, picture: bytes | None = None) -> Outcome:
    stage = ""
    try:
        components, extension = read_components(text)
        stage = "parsed"
        compiled = vocabulary.compile(
            components, extension=extension, named=lambda name: "c_limit,w_1000", current="image/upload/sample"
        )
        stage = "compiled"
        if picture is not None:
            render(compiled, picture)
            stage = "rendered"
    except MediaError as error:
        return Outcome(text, stage, type(error).__name__, str(error))
    return Outcome(text, stage)


def render(compiled: Compiled, picture: bytes) -> None:
    chain = negotiate(compiled.chain, {"accept": "image/webp"}, ("webp",)).chain
    derive(chain, picture, dict.fromkeys(sources(chain), picture), Limits())


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
    parser.add_argument("--render", type=Path, metavar="PICTURE")
    parser.add_argument("--list", action="store_true", help="list the refusals that are meant, too")
    arguments = parser.parse_args()
    picture = arguments.render.read_bytes() if arguments.render else None
    outcomes = [judge(text, picture) for text in read_strings(arguments.file)]
    sys.stdout.writelines(f"{line}\n" for line in report(outcomes, lists_refused=arguments.list))
    return int(any(each.error and not purpose(each.text) for each in outcomes))


if __name__ == "__main__":
    sys.exit(main())
