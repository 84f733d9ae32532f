"""What goes by itself at a time: an asset, unless somebody keeps it meanwhile, and the records that go with it.

An entry says when. Its name begins with a group (a cloud) and the time, so a sweep reads no more than what is due. It
is a hint: the asset's own ``expires_at`` decides when the sweep is there, so any number of sweeps may run at once, and
none takes an asset that was kept, or given another time, since the entry was written.
"""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from media.records.asset import Asset, Document, SourceRef
from media.records.catalog import BEHIND_SLASH, Catalog

EXPIRING = "expiring"
MOMENT_DIGITS = 12
PAGE_NAMES = 500


@dataclass(frozen=True, slots=True)
class Expiry:
    """At ``moment`` (unix seconds) the asset of ``ref`` goes, if there is one and it still says so; with it the records
    ``taken`` (kind and name), and ``left`` (kind, name, document) come in its place."""

    id: str
    group: str
    moment: int
    ref: SourceRef | None = None
    taken: Sequence[tuple[str, str]] = ()
    left: Sequence[tuple[str, str, Document]] = ()

    @property
    def name(self) -> str:
        return f"{self.group}/{self.moment:0{MOMENT_DIGITS}d}-{self.id}"


def note(catalog: Catalog, expiry: Expiry) -> None:
    """To be called before a record is written that says the same."""
    catalog.records(EXPIRING).put(expiry.name, asdict(expiry))


def forget(catalog: Catalog, expiry: Expiry) -> None:
    """To be called after the record says otherwise."""
    catalog.records(EXPIRING).delete(expiry.name)


def due(catalog: Catalog, now: float) -> Iterator[Expiry]:
    """Entries whose moment has come, group by group."""
    records, behind = catalog.records(EXPIRING), ""
    while names := records.names(after=behind, limit=PAGE_NAMES):
        for name in names:
            behind = name
            group, _, rest = name.rpartition("/")
            if int(rest[:MOMENT_DIGITS]) > now:
                # The later ones of this group are no more due.
                behind = group + BEHIND_SLASH
                break
            document = records.get(name)
            if document is not None:
                yield _read(document)


def count(catalog: Catalog, group: str) -> int:
    """How many of a group are to go."""
    return catalog.records(EXPIRING).count(group)


def expire(catalog: Catalog, expiry: Expiry) -> bool:
    """Do what an entry says; whether anything went. Can be done again, and by several at once."""
    for kind, name, document in expiry.left:
        catalog.records(kind).put(name, document)
    went = expiry.ref is None or catalog.delete_if(expiry.ref, lambda found: _is_meant(found, expiry))
    stays = expiry.ref is not None and not went and _is_there(catalog, expiry.ref)
    for kind, name, *_ in expiry.left if stays else expiry.taken:
        catalog.records(kind).delete(name)
    forget(catalog, expiry)
    return went


def _is_meant(asset: Asset, expiry: Expiry) -> bool:
    return asset.expires_at == expiry.moment


def _is_there(catalog: Catalog, ref: SourceRef) -> bool:
    return catalog.get(ref.cloud, ref.resource_type, ref.type, ref.public_id) is not None


def _read(document: Document) -> Expiry:
    values: dict[str, Any] = {**document, "ref": SourceRef(**document["ref"]) if document["ref"] else None}
    return Expiry(**values)
