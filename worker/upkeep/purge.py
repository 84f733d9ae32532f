"""`cutout purge [--dry-run]`, run as ``python -m worker.upkeep.purge``: one sweep now, with a progress bar."""

import argparse
import os
import re
import sys
from collections.abc import Mapping

import redis
from rich.console import Console
from rich.filesize import decimal
from rich.progress import Progress, TaskID
from rich.table import Table

from media.config import ConfigError, Settings, load
from media.errors import MediaError
from media.logs import configure_logging
from media.retention.bin import Bin, Tally
from media.retention.sweep import sweep
from media.stores import open_store
from worker.services import catalog_of, connect
from worker.upkeep.marks import RedisMarks

#: Keys are spread evenly over two hexadecimal digits, so the place in a listing tells how much is left.
SHELF = re.compile(r"\w+/([0-9a-f]{2})/")
SHELVES = 256


class Bars:
    """A bar per step; as full as the listing has come, if it is one of keys."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._tasks: dict[str, TaskID] = {}

    def show(self, step: str, tally: Tally, key: str) -> None:
        if step not in self._tasks:
            self.end()
            self._tasks[step] = self._progress.add_task(step, total=None)
        total, done = (SHELVES, shelf) if (shelf := _shelf(key)) is not None else (None, None)
        self._progress.update(self._tasks[step], description=f"{step} {tally.seen}", total=total, completed=done)

    def end(self) -> None:
        for task in self._tasks.values():
            self._progress.update(task, total=1, completed=1)


def _shelf(key: str) -> int | None:
    match = SHELF.match(key)
    return int(match.group(1), 16) if match else None


def purge(settings: Settings, *, dry_run: bool) -> Mapping[str, Tally]:
    """What each step looked at and took away."""
    store, connection = open_store(settings.store), connect(settings.redis)
    with Progress() as progress:
        bars = Bars(progress)
        bin_ = Bin(store, dry_run=dry_run, progress=bars.show)
        sweep(store, catalog_of(store, connection), settings.store, RedisMarks(connection), bin_)
        bars.end()
    return bin_.tallies


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="cutout purge")
    parser.add_argument("--dry-run", action="store_true", help="say what would go, delete nothing")
    parser.add_argument("--config", default=os.environ.get("CUTOUT_CONFIG"))
    chosen = parser.parse_args(arguments)
    configure_logging()
    try:
        tallies = purge(load(chosen.config), dry_run=chosen.dry_run)
    except (ConfigError, MediaError, redis.exceptions.RedisError) as error:
        print(f"cutout purge: {error}", file=sys.stderr)
        return 1
    table = Table("", "looked at", "would go" if chosen.dry_run else "gone", "bytes")
    for step, tally in tallies.items():
        table.add_row(step, str(tally.seen), str(tally.deleted), decimal(tally.freed))
    Console().print(table)
    return 0


if __name__ == "__main__":
    sys.exit(main())
