"""A sweep of a folder that holds 100,000 small derived files: time and memory (`make bench`).

The files are laid into the folder as the store writes them; what is measured is the sweep: once with room for all, once
with a bound that takes a fifth of them away.
"""

import os
import resource
import time
from pathlib import Path

from media.config import StoreSettings
from media.derived.paths import derived_path
from media.records.catalog import Catalog
from media.retention.ages import weight
from media.retention.bin import Bin
from media.retention.sweep import sweep
from media.stores.filesystem import FilesystemStore
from media.stores.store import Stat
from media.stores.trailer import trailer
from tests.media.retention.conftest import FixedMarks, digest_of

FILES = 100_000
BODY = b"x" * 2000
MEMORY_KIB = 150_000
#: They were last used over this time.
AGES_SECONDS = 60 * 86_400


def fill(folder: Path) -> None:
    ending, now = trailer(Stat(len(BODY), "", {})), time.time()
    for number in range(FILES):
        path = folder / derived_path(digest_of(str(number).encode()))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(BODY + ending)
        os.utime(path, (now, now - AGES_SECONDS * number / FILES))


def swept(store: FilesystemStore, settings: StoreSettings) -> int:
    """Files that went."""
    bin_ = Bin(store)
    before, started = resource.getrusage(resource.RUSAGE_SELF), time.monotonic()
    sweep(store, Catalog(store), settings, FixedMarks(), bin_)
    after = resource.getrusage(resource.RUSAGE_SELF)
    gone = sum(tally.deleted for tally in bin_.tallies.values())
    grown, took = after.ru_maxrss - before.ru_maxrss, time.monotonic() - started
    work = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(f"{FILES} files, {gone} gone: {took:.1f} s, {work:.1f} s of CPU, +{grown / 1024:.0f} MiB")
    assert grown < MEMORY_KIB
    return gone


def test_a_sweep_of_many_small_files(tmp_path: Path) -> None:
    fill(tmp_path)
    store = FilesystemStore(tmp_path)
    assert swept(store, StoreSettings(derived_max_bytes=0)) == 0
    gone = swept(store, StoreSettings(derived_max_bytes=FILES * weight(len(BODY)), grace_seconds=0))
    assert FILES // 10 < gone < FILES // 3
