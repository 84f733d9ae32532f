"""What finds assets beside their names: entries whose record is gone, since a process was killed between the two."""

from collections.abc import Callable

from media.records.catalog import Catalog
from media.records.indexes import INDEXES
from media.records.paths import POINTERS, ROOT, asset_path_of_any
from media.retention.bin import Bin
from media.retention.rules import Rules
from media.retention.walk import Named
from media.stores.store import Entry


def sweep_index(catalog: Catalog, bin_: Bin, rules: Rules, named: Named) -> None:
    """A record is written after what finds it and deleted before: what is young may belong to one that comes."""

    def forget(entry: Entry, act: Callable[[str], bool]) -> None:
        if entry.modified < rules.settled_before:
            bin_.do(lambda: act(entry.key), entry.size)

    for path in named.stubs:
        for entry in bin_.look(path):
            forget(entry, catalog.forget_stub)
    for entry in bin_.look(POINTERS):
        if entry.key not in named.records:
            forget(entry, catalog.forget_pointer)
    for index in INDEXES:
        for entry in bin_.look(f"{ROOT}/{index}/"):
            if asset_path_of_any(entry.key) not in named.records:
                forget(entry, catalog.forget_marker)
