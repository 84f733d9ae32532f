"""`cutout purge`, as an operator runs it."""

import os
import subprocess
import sys
from pathlib import Path

from media.derived.paths import derived_path
from media.stores.filesystem import FilesystemStore
from tests.media.retention.test_made import key


def purge(folder: Path, redis_url: str, *words: str) -> "subprocess.CompletedProcess[str]":
    environment = {
        "CUTOUT_STORE__PATH": str(folder),
        "CUTOUT_STORE__DERIVED_MAX_BYTES": "40000",
        "CUTOUT_REDIS__URL": redis_url,
        "COLUMNS": "120",
    }
    command = [sys.executable, "-m", "proxy.commands.cli", "purge", *words]
    return subprocess.run(command, env={**os.environ, **environment}, capture_output=True, text=True, check=False)


def filled(folder: Path) -> FilesystemStore:
    store = FilesystemStore(folder)
    for number in range(20):
        store.put(derived_path(key(number)), b"x" * 3000)
    return store


def test_a_purge_says_what_goes_and_a_dry_run_what_would(tmp_path: Path, redis_url: str) -> None:
    store = filled(tmp_path)
    tried = purge(tmp_path, redis_url, "--dry-run")
    assert (tried.returncode, "would go" in tried.stdout) == (0, True), tried.stderr
    assert len(store.keys("derived/")) == 20
    done = purge(tmp_path, redis_url)
    assert (done.returncode, "gone" in done.stdout) == (0, True), done.stderr
    assert 0 < len(store.keys("derived/")) < 5
    rows = [
        [line.split() for line in said.stdout.splitlines() if "least used" in line and "kB" in line]
        for said in (tried, done)
    ]
    assert rows[0] == rows[1] != []


def test_a_purge_works_without_redis(tmp_path: Path) -> None:
    store = filled(tmp_path)
    assert purge(tmp_path, "redis://127.0.0.1:1/0").returncode == 0
    assert len(store.keys("derived/")) < 5
