"""sweep(): everything that goes, in the order in which one thing sets free another.

::

    sweep
      ├ sweep_leftovers        pieces of uploads, records of work that is done
      ├ sweep_made             derived assets, cutouts, network answers that nobody asks for any more
      ├ delete_least_used      as far as they exceed their bound
      ├ sweep_expired          assets that were there for a time, unless somebody kept them
      ├ walk                   what records name; fetched sources nobody asks for any more
      ├ forget_fetched         as far as they exceed their bound
      ├ sweep_sources          bytes that no record names
      ├ sweep_lists            entries whose thing is gone, things whose source is
      └ sweep_index            what finds assets that are gone: their process was killed

Several may sweep at once, and one may be killed anywhere: every step looks at what there is and can be done again.
"""

import secrets

from media.config import StoreSettings
from media.records.catalog import Catalog
from media.retention.bin import Bin
from media.retention.expired import sweep_expired
from media.retention.index import sweep_index
from media.retention.leftovers import OWN, sweep_leftovers
from media.retention.lists import sweep_lists
from media.retention.made import Marks, delete_least_used, sweep_made
from media.retention.rules import rules_for
from media.retention.sources import forget_fetched, sweep_sources
from media.retention.walk import walk
from media.stores.store import Store
from media.work.jobs import GUESTS, MADE


def sweep(store: Store, catalog: Catalog, settings: StoreSettings, marks: Marks, bin_: Bin) -> None:
    """Raises Unavailable if the store fails, MediaError for a damaged record: before anything it may name is gone."""
    rules = rules_for(settings, store_time(store))
    bin_.begin("leftovers")
    pieces = sweep_leftovers(bin_, rules)
    bin_.begin("derived")
    made = sweep_made(bin_, rules, marks)
    bin_.begin("least used")
    bin_.measured[MADE] = delete_least_used(bin_, rules, marks, made.ages)
    bin_.begin("expired")
    sweep_expired(catalog, bin_, rules)
    bin_.begin("records")
    named = walk(catalog, bin_, rules)
    forget_fetched(catalog, bin_, rules, named)
    bin_.begin("sources")
    bin_.measured[GUESTS] = sweep_sources(store, bin_, rules, named) + pieces
    bin_.begin("lists")
    sweep_lists(catalog, bin_, rules, named, made.keys)
    bin_.begin("index")
    sweep_index(catalog, bin_, rules, named)


def store_time(store: Store) -> float:
    """Now, by the clock that tells the age of objects: a machine's own may be another one."""
    key = f"{OWN}{secrets.token_hex(8)}"
    store.put(key, b"")
    try:
        return store.entries(key)[0].modified
    finally:
        store.delete(key)
