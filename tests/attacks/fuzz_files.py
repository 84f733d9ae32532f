"""Mutation fuzzing of every readable format: `python -m tests.attacks.fuzz_files --seconds 600 --seed 1`.

A process reads one mutant after the other and says how each went; this one waits, and knows which mutant was being read
if that process dies or says nothing for longer than the deadline. Codecs that a proxy runs in a child process run in
the reading process here, so that what goes wrong in them is seen: their deaths and hangs are counted apart, since they
take one request. Exit status 1 if there is a fault.
"""

import argparse
import multiprocessing
import resource
import time
import traceback
from collections import Counter
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from random import Random

from media.errors import MediaError
from media.formats.isolated import is_isolated
from media.formats.source import open_source
from media.formats.table import sniff
from media.geometry import Size
from media.isolation.children import MEMORY_BYTES, SECONDS, InProcess, instead
from tests.attacks.fuzzing.mutations import mutate
from tests.attacks.fuzzing.seeds import seeds

#: Pixels of a source: small, so that more mutants are read in the time.
MAX_PIXELS = 4_000_000
#: A process that has read so many is replaced: what leaks would show as its death.
MOST_MUTANTS = 20_000


@dataclass(slots=True)
class Tally:
    """How mutants went, by what is said of them; ``faults`` are the sentences about what must not be."""

    counts: Counter[str] = field(default_factory=Counter)
    formats: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    #: Each traceback is shown once.
    seen: Counter[str] = field(default_factory=Counter)

    def __str__(self) -> str:
        said = ", ".join(f"{count:,} {what}" for what, count in sorted(self.counts.items()))
        return f"{sum(self.counts.values()):,} mutants of {len(self.formats)} seeds: {said}; {len(self.faults)} faults"


def mutant(files: dict[str, bytes], seed: int, number: int) -> tuple[str, bytes]:
    random = Random(f"{seed}:{number}")
    name = random.choice(list(files))
    return name, mutate(random, files[name])


def read(body: bytes, number: int) -> str:
    """How it went: read, refused, or a traceback."""
    target = Size(20, 20) if number % 2 else None
    try:
        open_source(body, max_pixels=MAX_PIXELS).pixels(target=target)
    except MediaError:
        return "refused"
    except Exception:  # noqa: BLE001 - what it looks for
        return traceback.format_exc()
    return "read"


def read_all(line: Connection, files: dict[str, bytes], seed: int, first: int) -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY_BYTES, MEMORY_BYTES))
    with instead(InProcess()):
        for number in range(first, first + MOST_MUTANTS):
            line.send(read(mutant(files, seed, number)[1], number))


def fuzz(seconds: float, seed: int, first: int = 0, most: int | None = None) -> Tally:
    """Read mutants until ``seconds`` are over, or ``most`` of them."""
    files, tally, number, until = seeds(), Tally(), first, time.monotonic() + seconds
    last = number + most if most is not None else None
    while time.monotonic() < until and number != last:
        number = _watch(files, seed, number, last, until, tally)
    return tally


def _watch(files: dict[str, bytes], seed: int, number: int, last: int | None, until: float, tally: Tally) -> int:
    """Follow one reading process; the number of the mutant that comes next."""
    ours, theirs = multiprocessing.Pipe(duplex=False)
    process = multiprocessing.get_context("spawn").Process(target=read_all, args=(theirs, files, seed, number))
    process.start()
    theirs.close()
    end = number + MOST_MUTANTS
    try:
        while number not in (end, last) and time.monotonic() < until:
            number += 1
            went = ours.recv() if ours.poll(SECONDS) else "hung"
            _count(tally, files, seed, number - 1, went)
            if went == "hung":
                break
    except EOFError:
        process.join()
        _count(tally, files, seed, number - 1, f"died ({process.exitcode})")
    finally:
        process.kill()
        process.join()
    return number


def _count(tally: Tally, files: dict[str, bytes], seed: int, number: int, went: str) -> None:
    name, body = mutant(files, seed, number)
    tally.formats[name] += 1
    row = sniff(body)
    is_contained = went.startswith(("hung", "died")) and row is not None and is_isolated(row, body)
    tally.counts[went if went in ("read", "refused") else "contained" if is_contained else "faults"] += 1
    if went in ("read", "refused"):
        return
    sentence = f"mutant {number} of seed {seed} ({name}, {len(body):,} bytes): {went}"
    if not is_contained:
        tally.faults.append(sentence)
    if tally.seen[went] == 0:
        print(sentence, flush=True)
    tally.seen[went] += 1


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", type=int, help="the number of one mutant")
    given = parser.parse_args()
    one = given.only is not None
    started = time.monotonic()
    tally = fuzz(given.seconds, given.seed, given.only if one else 0, 1 if one else None)
    print(f"fuzz_files --seed {given.seed}, {time.monotonic() - started:.0f} s: {tally}")
    return 1 if tally.faults else 0


if __name__ == "__main__":
    raise SystemExit(main())
