"""The walk through all records: which sources they name, and which fetched ones nobody has asked for in a long time."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from media.records.asset import SAID, Asset, Document
from media.records.catalog import Catalog
from media.records.indexes import terms_of
from media.records.paths import asset_id_path, version_name
from media.retention.ages import Ages, weight
from media.retention.bin import Bin
from media.retention.names import Names
from media.retention.rules import Rules
from media.work.conversion import CONVERSIONS, STILLS, digests_of
from media.work.jobs import BATCHES, CREATIONS, REPLACEMENTS, UNSIGNED

FETCHED = "fetch"


@dataclass(frozen=True, slots=True)
class Named:
    """Digests of ``sources`` that records name; of ``lasting`` ones, which go with their record only; ``versions`` of
    assets by their :func:`media.records.paths.version_name`; ``records`` by their paths and those of their pointers,
    ``stubs`` in the place of some; the bytes of ``passing`` ones, which were fetched into ``clouds``, by their last
    use."""

    sources: Names = field(default_factory=Names)
    lasting: Names = field(default_factory=Names)
    versions: Names = field(default_factory=Names)
    records: Names = field(default_factory=Names)
    stubs: list[str] = field(default_factory=list)
    passing: Ages = field(default_factory=Ages)
    clouds: set[str] = field(default_factory=set)


def walk(catalog: Catalog, bin_: Bin, rules: Rules) -> Named:
    """Raises MediaError for a damaged record: what it names is not known, so nothing may be deleted."""
    named, unsigned = Named(), 0
    for path, asset in catalog.every_record():
        bin_.see()
        if asset is None:
            named.stubs.append(path)
            continue
        _add_all(named.records, {path, asset_id_path(asset.asset_id)})
        unsigned += weight_of(asset) if asset.unsigned else 0
        if not is_passing(asset):
            _add_all(named.lasting, asset.digests)
        elif rules.is_too_old(used(asset, rules), rules.fetched_max_age):
            if forget(catalog, bin_, asset):
                continue
        else:
            named.passing.add(used(asset, rules), weight(asset.bytes))
            named.clouds.add(asset.cloud)
        _add_all(named.sources, asset.digests)
        _add_all(named.versions, {version_name(asset.asset_id, digest) for digest in asset.digests})
    for kind, digests in WORK.items():
        for document in _documents(catalog, kind):
            bin_.see()
            _add_all(named.sources, set(digests(document)))
    bin_.measured[UNSIGNED] = unsigned
    return named


def weight_of(asset: Asset) -> int:
    """Bytes on disk of an asset's source and of all that finds it."""
    return weight(asset.bytes) + weight(0) * len(terms_of(asset))


def is_passing(asset: Asset) -> bool:
    """Whether it was fetched on the way, and nobody has said anything of it since."""
    said = any(getattr(asset, name) for name in SAID)
    return asset.type == FETCHED and not said and not asset.backups


def used(asset: Asset, rules: Rules) -> float:
    """When a fetched asset was last asked for, within ``origin.max_age_seconds``: it is then fetched again."""
    try:
        return datetime.fromisoformat(asset.uploaded_at).timestamp()
    except ValueError:
        return rules.now


def forget(catalog: Catalog, bin_: Bin, asset: Asset) -> bool:
    """Delete a fetched asset's record unless it was fetched again meanwhile; its bytes go when no record names them."""

    def is_unchanged(found: Asset) -> bool:
        return found == asset

    return bin_.do(lambda: catalog.delete_if(asset.ref, is_unchanged), 0)


def _documents(catalog: Catalog, kind: str) -> Iterator[Document]:
    cursor, is_behind = "", False
    while not is_behind:
        page, cursor = catalog.records(kind).page(cursor=cursor)
        yield from page
        is_behind = not cursor


def _digests(document: Document) -> Iterator[str]:
    yield document["source_digest"]
    for row in document.get("rows", ()):
        yield from row["layers"].values()


#: Records of work by kind → the sources that one of them names.
WORK: Mapping[str, Callable[[Document], Iterable[str]]] = {
    BATCHES: _digests, REPLACEMENTS: _digests, CREATIONS: _digests, CONVERSIONS: digests_of, STILLS: digests_of,
}  # fmt: skip


def _add_all(names: Names, found: "set[str] | frozenset[str]") -> None:
    for name in found:
        names.add(name)
