"""A short form of both fuzzers; `make fuzz` runs them for ten minutes each."""

from pathlib import Path

from proxy.dialects import DIALECTS
from tests.attacks import fuzz_files, fuzz_urls
from tests.attacks.fuzzing.seeds import unseeded

#: A few seconds each; more only if the machine is busy.
MUTANTS, REQUESTS, PATIENCE_SECONDS = 1500, 300, 120


def test_every_readable_format_has_a_seed() -> None:
    assert unseeded() == []


def test_no_mutant_of_a_file_does_harm() -> None:
    tally = fuzz_files.fuzz(PATIENCE_SECONDS, seed=1, most=MUTANTS)
    assert tally.faults == []
    assert tally.counts["contained"] <= MUTANTS // 100
    assert tally.counts["read"] > 0


def test_no_made_up_request_does_harm(tmp_path: Path, redis_url: str) -> None:
    with fuzz_urls.running(tmp_path, redis_url) as victim:
        tally = fuzz_urls.fuzz(victim, PATIENCE_SECONDS, seed=1, most=REQUESTS)
    assert tally.faults == []
    assert not tally.is_too_busy
    assert len(tally.dialects) == len(DIALECTS)
