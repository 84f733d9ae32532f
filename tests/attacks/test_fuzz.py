"""A short form of both fuzzers; `make fuzz` runs them for ten minutes each."""

from pathlib import Path

import pytest

from proxy.dialects import DIALECTS
from tests.attacks import fuzz_files, fuzz_urls
from tests.attacks.fuzzing.seeds import unseeded

#: A few seconds each; more only if the machine is busy.
MUTANTS, REQUESTS, PATIENCE_SECONDS = 1500, 300, 120
#: A request that is refused at the entrance tries nothing.
LET_IN = 0.5


def test_every_readable_format_has_a_seed() -> None:
    assert unseeded() == []


def test_no_mutant_of_a_file_does_harm(capfd: pytest.CaptureFixture[str]) -> None:
    tally = fuzz_files.fuzz(PATIENCE_SECONDS, seed=1, most=MUTANTS)
    assert tally.faults == []
    assert tally.counts["contained"] <= MUTANTS // 100
    assert tally.counts["read"] > 0
    # What libraries say there goes past our log and its bounds.
    assert capfd.readouterr().err == ""


def test_no_made_up_request_does_harm(tmp_path: Path, redis_url: str) -> None:
    with fuzz_urls.running(tmp_path, redis_url) as victim:
        tally = fuzz_urls.fuzz(victim, PATIENCE_SECONDS, seed=1, most=REQUESTS)
    assert tally.faults == []
    assert not tally.is_too_busy
    assert len(tally.dialects) == len(DIALECTS)
    let_in = {name: tally.admitted[name] / count for name, count in tally.dialects.items()}
    assert min(let_in.values()) > LET_IN, let_in
