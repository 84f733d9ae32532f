"""Sources that no record names: retired, then deleted; or put back, if one names them after all.

Why nothing is lost that a record names: :mod:`media.records.sources`.
"""

from functools import partial

from media.records.catalog import Catalog
from media.records.paths import assets_prefix
from media.records.sources import RETIRED, SOURCES, renew_source, retired_path
from media.retention.ages import weight
from media.retention.bin import Bin
from media.retention.rules import Rules, excess
from media.retention.walk import FETCHED, Named, forget, is_passing, used
from media.stores.store import Store


def sweep_sources(store: Store, bin_: Bin, rules: Rules, named: Named) -> int:
    """Bytes of sources that are not there to last: fetched, brought without a record, retired."""
    passing = 0
    for entry in bin_.look(RETIRED):
        digest = entry.key.rpartition("/")[2]
        if digest in named.sources:
            bin_.do(partial(_put_back, store, digest), 0)
        elif entry.modified < rules.settled_before:
            bin_.delete([entry.key], entry.size)
        else:
            passing += weight(entry.size)
    for entry in bin_.look(SOURCES):
        digest = entry.key.rpartition("/")[2]
        if digest not in named.sources and entry.modified < rules.settled_before:
            bin_.move(entry, retired_path(digest), written_before=rules.settled_before)
        passing += 0 if digest in named.lasting else weight(entry.size)
    return passing


def _put_back(store: Store, digest: str) -> bool:
    """Copied, then deleted: a process killed in between leaves both, and the next sweep goes on."""
    renew_source(store, digest)
    store.delete(retired_path(digest))
    return True


def forget_fetched(catalog: Catalog, bin_: Bin, rules: Rules, named: Named) -> None:
    """Take the records of fetched sources that were longest not asked for, as far as they exceed the bound."""
    over = excess(named.passing.total, rules.guest_max_bytes)
    cutoff = named.passing.cutoff(over)
    for cloud in named.clouds if over else ():
        for asset in catalog.every_asset(assets_prefix(cloud, "image", FETCHED, "")):
            bin_.see()
            if over > 0 and is_passing(asset) and used(asset, rules) < cutoff and forget(catalog, bin_, asset):
                over -= weight(asset.bytes)
