"""Assets that were to be there for a time only, and that nobody kept."""

from functools import partial

from media.records.catalog import Catalog
from media.records.expiry import due, expire
from media.retention.bin import Bin
from media.retention.rules import Rules


def sweep_expired(catalog: Catalog, bin_: Bin, rules: Rules) -> None:
    for expiry in due(catalog, rules.now):
        bin_.see()
        bin_.do(partial(expire, catalog, expiry), 0)
