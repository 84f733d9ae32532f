"""Lists of what was made: entries whose thing is gone, and things whose source is."""

from collections.abc import Iterator
from dataclasses import dataclass

from media.derived.units import MADE, UNITS, read_made_path
from media.records.catalog import Catalog
from media.records.paths import DERIVED_LISTS, read_derived_entry_path
from media.retention.bin import Bin
from media.retention.names import Names
from media.retention.rules import Rules
from media.retention.walk import Named
from media.stores.store import Entry

#: The shelf of what is listed with its asset.
LISTED = "derived"


@dataclass(frozen=True, slots=True)
class Listed:
    """An ``entry`` that lists a unit; ``is_named`` whether its source is that of a record."""

    entry: Entry
    shelf: str
    key: str
    is_named: bool


def sweep_lists(catalog: Catalog, bin_: Bin, rules: Rules, named: Named, made: Names) -> None:
    """What was made ahead stays on its list, since that opens it to anybody: it can be made again."""
    for listed in _listed(bin_, named):
        if listed.entry.modified >= rules.settled_before:
            continue
        if not listed.is_named:
            bin_.delete([*UNITS[listed.shelf](listed.key), listed.entry.key], listed.entry.size)
        elif listed.key not in made and not (listed.shelf == LISTED and catalog.is_marked_eager(listed.entry.key)):
            bin_.delete([listed.entry.key], listed.entry.size)


def _listed(bin_: Bin, named: Named) -> Iterator[Listed]:
    for entry in bin_.look(DERIVED_LISTS):
        version, key = read_derived_entry_path(entry.key)
        yield Listed(entry, LISTED, key, version in named.versions)
    for entry in bin_.look(MADE):
        digest, shelf, key = read_made_path(entry.key)
        yield Listed(entry, shelf, key, digest in named.sources)
