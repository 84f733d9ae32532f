"""Assets in the store: one record each, indexes by key naming.

Order is the whole safety. A record is written after its source's bytes (the caller's part) and after its index
entries, so a process killed in between leaves entries that lead nowhere, never an asset that cannot be found.
An entry is a hint: what it leads to is checked against the record.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial

from media.errors import AlreadyExists, MediaError, NotFound
from media.records.asset import Asset, DerivedEntry, Document, SourceRef
from media.records.documents import Documents, Lock, Records
from media.records.indexes import INDEXES, Term, terms_of
from media.records.limits import check_limits
from media.records.paths import (
    ASSETS,
    asset_id_path,
    asset_path,
    asset_path_of_any,
    asset_path_of_marker,
    assets_prefix,
    derived_entry_path,
    derived_prefix,
    marker_path,
    quote_name,
    resource_prefix,
    term_prefix,
    terms_prefix,
    unquote_id,
)
from media.records.sources import renew_source
from media.stores.store import Store

PAGE = 100
#: Records read at a time by who reads them all.
MANY = 500
#: Sorts directly behind the slash that ends a folder's name.
BEHIND_SLASH = "0"
#: Stands at a record's name between the copy under another one, or the decision to delete it, and its removal.
MOVED = "moved"


@dataclass(frozen=True, slots=True)
class Page:
    """Some of the assets of a listing.

    ``cursor`` leads to the next page, "" behind the last. A page may be shorter than asked for.
    """

    assets: Sequence[Asset]
    cursor: str


class Catalog:
    def __init__(self, store: Store, *, lock: Lock | None = None) -> None:
        """``lock`` must hold between processes if ``store.conditional`` is False."""
        self._store = store
        self._documents = Documents(store, lock)

    def get(self, cloud: str, resource_type: str, type_: str, public_id: str) -> Asset | None:
        return self._read(asset_path(SourceRef(cloud, resource_type, type_, public_id)))

    def get_all(self, refs: Sequence[SourceRef]) -> list[Asset]:
        """Those that are there, in this order; read side by side."""
        return self._read_all([asset_path(ref) for ref in refs])

    def get_by_asset_id(self, asset_id: str) -> Asset | None:
        pointer = self._documents.read(asset_id_path(asset_id))
        asset = self._read(pointer["asset"]) if pointer else None
        return asset if asset and asset.asset_id == asset_id else None

    def save(self, asset: Asset, *, overwrite: bool = True) -> Asset:
        """Record ``asset``; one of the same name keeps its ``asset_id``, creation and backups, gets a greater version.

        Raises AlreadyExists if there is one (a placeholder is none) and ``overwrite`` is False.
        """

        def place(found: Asset | None) -> Asset:
            if found is None:
                return asset
            if not overwrite and not found.placeholder:
                raise AlreadyExists(f"{asset.public_id} exists already.")
            version = max(asset.version, found.version + 1)
            return replace(
                asset,
                asset_id=found.asset_id,
                created_at=found.created_at,
                version=version,
                backups=(*found.backups, *(replace(each, version=version) for each in asset.backups)),
            )

        return self.upsert(asset.ref, place)

    def update(self, ref: SourceRef, change: Callable[[Asset], Asset]) -> Asset:
        """Put ``change`` of the asset in its place, also while others change it. Raises NotFound.

        ``change`` may be called several times; it must keep the name and the ``asset_id``.
        """

        def edit(found: Asset | None) -> Asset:
            if found is None:
                raise NotFound(f"Resource not found - {ref.public_id}")
            return change(found)

        return self.upsert(ref, edit)

    def upsert(self, ref: SourceRef, change: Callable[[Asset | None], Asset]) -> Asset:
        """As :meth:`update`, with None for an asset that is not there yet."""
        before: Asset | None = None

        def edit(document: Document | None) -> Document:
            nonlocal before
            before = _asset(document) if document is not None else None
            after = change(before)
            if after.ref != ref or (before and before.asset_id != after.asset_id):
                raise ValueError(f"A change must keep name and asset_id of {ref.public_id}.")
            check_limits(before, after)
            self._index(before, after)
            return after.to_document()

        after = _asset(self._documents.change(asset_path(ref), edit))
        if after is None:
            raise NotFound(f"Resource not found - {ref.public_id}")
        self._settle(before, after)
        return after

    def rename(self, ref: SourceRef, to: SourceRef, change: Callable[[Asset], Asset], *, overwrite: bool) -> Asset:
        """Give an asset another name and ``change`` it; ``asset_id``, versions and bytes stay.

        Raises NotFound, or AlreadyExists if the name is taken and ``overwrite`` is False.
        """
        taken = self._read(asset_path(to))
        if taken and not taken.placeholder and not overwrite:
            raise AlreadyExists(f"to_public_id {to.public_id} already exists")
        if taken:
            self.delete(to)
        while True:
            asset = self._read(asset_path(ref))
            if asset is None:
                raise NotFound(f"Resource not found - {ref.public_id}")
            # A walk through all records may pass the new name before and the old one after: the bytes stay young.
            for digest in asset.digests:
                renew_source(self._store, digest)
            renamed = self.upsert(to, partial(_instead, change(_named(asset, to))))
            if self._retire(asset, to):
                return renamed

    def delete(self, ref: SourceRef) -> Asset | None:
        """Remove the record and give back what it was; the bytes stay, other assets may share them."""
        asset = self._read(asset_path(ref))
        if asset:
            self._remove(asset)
        return asset

    def delete_if(self, ref: SourceRef, holds: Callable[[Asset], bool]) -> bool:
        """As :meth:`delete`, but only an asset of which ``holds`` is true when it goes; whether it went."""
        asset = self._read(asset_path(ref))
        if asset is None or not self._put_stub(ref, holds, ""):
            return False
        self._remove(asset)
        return True

    def list_assets(
        self, cloud: str, resource_type: str, type_: str, *, prefix: str = "", cursor: str = "", limit: int = PAGE
    ) -> Page:
        """Assets in the order of their public ids; of every delivery type if ``type_`` is empty."""
        folder = resource_prefix(cloud, resource_type)
        keys = assets_prefix(cloud, resource_type, type_, prefix) if type_ else folder
        paths, cursor = self._documents.paths(keys, cursor, limit)
        return Page([asset for asset in self._read_all(paths) if asset.public_id.startswith(prefix)], cursor)

    def list_indexed(
        self, index: str, cloud: str, resource_type: str, term: str, *, cursor: str = "", limit: int = PAGE
    ) -> Page:
        """Assets that one of :data:`INDEXES` has under ``term``."""
        markers, cursor = self._documents.paths(term_prefix(index, cloud, resource_type, term), cursor, limit)
        found = self._read_all([asset_path_of_marker(marker, cloud, resource_type) for marker in markers])
        return Page([asset for asset in found if term in INDEXES[index](asset)], cursor)

    def list_tagged(self, cloud: str, resource_type: str, tag: str, *, cursor: str = "", limit: int = PAGE) -> Page:
        return self.list_indexed("tags", cloud, resource_type, tag, cursor=cursor, limit=limit)

    def terms(self, index: str, cloud: str, resource_type: str, *, prefix: str = "", after: str = "") -> Iterator[str]:
        """Every term of an index in order, behind ``after``; costs one look at the store each, however many assets."""
        folder = terms_prefix(index, cloud, resource_type)
        behind = f"{folder}{quote_name(after)}{BEHIND_SLASH}" if after else ""
        while True:
            markers = self._store.keys(folder + quote_name(prefix) if prefix else folder, after=behind, limit=1)
            if not markers:
                return
            segment = markers[0].removeprefix(folder).partition("/")[0]
            behind = f"{folder}{segment}{BEHIND_SLASH}"
            term = unquote_id(segment) or self._term_of(index, markers[0], cloud, resource_type)
            if term is not None and term.startswith(prefix):
                yield term

    def every_asset(self, prefix: str = f"{ASSETS}/") -> Iterator[Asset]:
        """All whose records lie below ``prefix``, placeholders too. Raises MediaError for a damaged record."""
        return (asset for _, asset in self.every_record(prefix) if asset is not None)

    def every_record(self, prefix: str = f"{ASSETS}/") -> Iterator[tuple[str, Asset | None]]:
        """The same with their paths; None is what a process left that was killed while it moved a record."""
        cursor, is_behind = "", False
        while not is_behind:
            paths, cursor = self._documents.paths(prefix, cursor, MANY)
            documents = self._documents.read_all(paths)
            yield from ((path, _asset(found)) for path, found in zip(paths, documents, strict=True) if found)
            is_behind = not cursor

    def forget_stub(self, path: str) -> bool:
        """Delete what stands in a record's place and counts as none, unless a record has taken it; whether it went."""
        document = self._documents.read(path)
        if document is None or MOVED not in document:
            return False
        self._documents.delete(path)
        return True

    def forget_pointer(self, path: str) -> bool:
        """Delete what leads from an asset id to no record."""
        pointer = self._documents.read(path)
        if pointer is None or self._read(pointer["asset"]) is not None:
            return False
        self._documents.delete(path)
        return True

    def forget_marker(self, marker: str) -> bool:
        """Delete an index entry of an asset that is gone; one that came back meanwhile gets it again."""
        self._store.delete(marker)
        if asset := self._read(asset_path_of_any(marker)):
            self._mark(asset, terms_of(asset))
        return True

    def count(self, cloud: str, resource_type: str) -> int:
        """How many assets there are; reads every key, not the records."""
        folder, after, number = resource_prefix(cloud, resource_type), "", 0
        while keys := self._store.keys(folder, after=after):
            number, after = number + len(keys), keys[-1]
        return number

    def note_derived(self, asset_id: str, source_digest: str, entry: DerivedEntry) -> None:
        """Put a derived asset on the list of an asset's version. What is eager there stays so."""
        path, document = derived_entry_path(asset_id, source_digest, entry.key), asdict(entry)
        if entry.eager or not self._documents.create(path, document):
            self._documents.change(path, lambda found: document | {"eager": entry.eager or _is_eager(found)})

    def order_derived(self, asset_id: str, source_digest: str, entry: DerivedEntry) -> None:
        """Mark a derived asset as eager, whether it is made or not."""
        path, document = derived_entry_path(asset_id, source_digest, entry.key), asdict(entry)
        self._documents.change(path, lambda found: (found or document) | {"eager": True})

    def is_eager(self, asset_id: str, source_digest: str, key: str) -> bool:
        """Whether its owner had the derived asset made ahead."""
        return self.is_marked_eager(derived_entry_path(asset_id, source_digest, key))

    def is_marked_eager(self, path: str) -> bool:
        """The same, by the path of its entry."""
        return _is_eager(self._documents.read(path))

    def list_derived(
        self, asset_id: str, source_digest: str, *, cursor: str = "", limit: int = PAGE
    ) -> tuple[list[DerivedEntry], str]:
        paths, cursor = self._documents.paths(derived_prefix(asset_id, source_digest), cursor, limit)
        entries = (DerivedEntry(**document) for document in self._documents.read_all(paths) if document)
        return [entry for entry in entries if entry.bytes], cursor

    def forget_derived(self, asset_id: str, source_digest: str, key: str) -> bool:
        """Take it off the list; True if it was on it."""
        path = derived_entry_path(asset_id, source_digest, key)
        was_there = self._store.stat(path) is not None
        self._documents.delete(path)
        return was_there

    def records(self, kind: str) -> Records:
        """Other small records: upload presets, named transformations, by ``kind`` (``presets/<cloud>``)."""
        return Records(self._documents, kind)

    def _read(self, path: str) -> Asset | None:
        document = self._documents.read(path)
        return _asset(document) if document is not None else None

    def _read_all(self, paths: Sequence[str]) -> list[Asset]:
        assets = (_asset(document) for document in self._documents.read_all(paths) if document is not None)
        return [asset for asset in assets if asset is not None]

    def _term_of(self, index: str, marker: str, cloud: str, resource_type: str) -> str | None:
        """A term too long for its key, as the record behind its first marker has it."""
        asset = self._read(asset_path_of_marker(marker, cloud, resource_type))
        segment = marker.removeprefix(terms_prefix(index, cloud, resource_type)).partition("/")[0]
        terms = INDEXES[index](asset) if asset else []
        return next((term for term in terms if quote_name(term) == segment), None)

    def _retire(self, asset: Asset, to: SourceRef) -> bool:
        """Remove a renamed record from its old name; False if it was changed since it was copied."""
        if not self._put_stub(asset.ref, lambda found: found == asset, asset_path(to)):
            return False
        self._documents.write(asset_id_path(asset.asset_id), {"asset": asset_path(to)})
        self._documents.delete(asset_path(asset.ref))
        self._unmark(asset, terms_of(asset))
        return True

    def _put_stub(self, ref: SourceRef, holds: Callable[[Asset], bool], to: str) -> bool:
        """Put what counts as no record in a record's place, if ``holds`` is true of it now."""

        def edit(document: Document | None) -> Document:
            found = _asset(document) if document is not None else None
            if found is None or not holds(found):
                raise _ChangedMeanwhile
            return {MOVED: to}

        try:
            self._documents.change(asset_path(ref), edit)
        except _ChangedMeanwhile:
            return False
        return True

    def _remove(self, asset: Asset) -> None:
        self._documents.delete(asset_path(asset.ref))
        self._documents.delete(asset_id_path(asset.asset_id))
        self._unmark(asset, terms_of(asset))

    def _index(self, before: Asset | None, after: Asset) -> None:
        """Make ``after`` findable before it is there."""
        if before is None:
            self._documents.write(asset_id_path(after.asset_id), {"asset": asset_path(after.ref)})
        for index, term in terms_of(after) - terms_of(before):
            self._store.put(marker_path(index, after.ref, term), b"")

    def _settle(self, before: Asset | None, after: Asset) -> None:
        """Mend what a writer beside us did to our index entries, take back those that no longer hold."""
        known, wanted = terms_of(before), terms_of(after)
        self._mark(after, wanted - known)
        if gone := known - wanted:
            self._unmark(after, gone)

    def _mark(self, asset: Asset, terms: set[Term]) -> None:
        for index, term in terms:
            path = marker_path(index, asset.ref, term)
            if self._store.stat(path) is None:
                self._store.put(path, b"")

    def _unmark(self, asset: Asset, terms: set[Term]) -> None:
        for index, term in terms:
            self._store.delete(marker_path(index, asset.ref, term))
        # Another writer may have given the term back between our write and our delete: the record decides.
        self._mark(asset, terms & terms_of(self._read(asset_path(asset.ref))))


class _ChangedMeanwhile(Exception):
    pass


def _instead(wanted: Asset, found: Asset | None) -> Asset:
    return wanted


def _named(asset: Asset, ref: SourceRef) -> Asset:
    return replace(
        asset, cloud=ref.cloud, resource_type=ref.resource_type, type=ref.type, public_id=ref.public_id
    )  # fmt: skip


def _is_eager(document: Document | None) -> bool:
    return bool(document and document.get("eager"))


def _asset(document: Document) -> Asset | None:
    if MOVED in document:
        return None
    try:
        return Asset.from_document(document)
    except (KeyError, TypeError) as error:
        raise MediaError(f"the record of {document.get('public_id')!r} is damaged: {error}") from error
