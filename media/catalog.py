"""Assets in the store: one record each, indexes by key naming.

Order is the whole safety. A record is written after its source's bytes (the caller's part) and after its index
entries, so a process killed in between leaves entries that lead nowhere, never an asset that cannot be found.
An entry is a hint: what it leads to is checked against the record.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from media.asset import Asset, Document, SourceRef
from media.errors import AlreadyExists, MediaError, NotFound
from media.record_paths import (
    asset_id_path,
    asset_path,
    asset_path_of_marker,
    assets_prefix,
    tagged_path,
    tagged_prefix,
)
from media.records import Documents, Lock, Records
from media.stores.store import Store

PAGE = 100


@dataclass(frozen=True, slots=True)
class Page:
    """``cursor`` leads to the next page, "" behind the last. A page may be shorter than asked for."""

    assets: Sequence[Asset]
    cursor: str


class Catalog:
    def __init__(self, store: Store, *, lock: Lock | None = None) -> None:
        """``lock`` must hold between processes where ``store.conditional`` is False."""
        self._store = store
        self._documents = Documents(store, lock)

    def get(self, cloud: str, resource_type: str, type_: str, public_id: str) -> Asset | None:
        return self._read(asset_path(SourceRef(cloud, resource_type, type_, public_id)))

    def get_by_asset_id(self, asset_id: str) -> Asset | None:
        pointer = self._documents.read(asset_id_path(asset_id))
        asset = self._read(pointer["asset"]) if pointer else None
        return asset if asset and asset.asset_id == asset_id else None

    def save(self, asset: Asset, *, overwrite: bool = True) -> Asset:
        """Record ``asset``; one of the same name keeps its ``asset_id`` and creation and gets a greater version.

        Raises AlreadyExists where there is one and ``overwrite`` is False.
        """

        def place(found: Asset | None) -> Asset:
            if found is None:
                return asset
            if not overwrite:
                raise AlreadyExists(f"{asset.public_id} exists already.")
            return replace(
                asset,
                asset_id=found.asset_id,
                created_at=found.created_at,
                version=max(asset.version, found.version + 1),
            )

        return self.upsert(asset.ref, place)

    def update(self, ref: SourceRef, change: Callable[[Asset], Asset]) -> Asset:
        """Put ``change`` of the asset in its place, whoever else changes it now. Raises NotFound.

        ``change`` may be called several times; it must keep the name and the ``asset_id``.
        """

        def edit(found: Asset | None) -> Asset:
            if found is None:
                raise NotFound(f"There is no asset {ref.public_id}.")
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
            self._index(before, after)
            return after.to_document()

        after = _asset(self._documents.change(asset_path(ref), edit))
        self._settle(before, after)
        return after

    def delete(self, ref: SourceRef) -> Asset | None:
        """Remove the record and give back what it was; the bytes stay, other assets may share them."""
        asset = self._read(asset_path(ref))
        if asset:
            self._documents.delete(asset_path(ref))
            self._documents.delete(asset_id_path(asset.asset_id))
            self._unmark(asset, set(asset.tags))
        return asset

    def list_assets(
        self, cloud: str, resource_type: str, type_: str, *, prefix: str = "", cursor: str = "", limit: int = PAGE
    ) -> Page:
        """Assets in the order of their public ids."""
        keys = assets_prefix(cloud, resource_type, type_, prefix)
        paths, cursor = self._documents.paths(keys, cursor, limit)
        return Page([asset for asset in self._read_all(paths) if asset.public_id.startswith(prefix)], cursor)

    def list_tagged(self, cloud: str, resource_type: str, tag: str, *, cursor: str = "", limit: int = PAGE) -> Page:
        markers, cursor = self._documents.paths(tagged_prefix(cloud, resource_type, tag), cursor, limit)
        paths = [asset_path_of_marker(marker, cloud, resource_type, tag) for marker in markers]
        return Page([asset for asset in self._read_all(paths) if tag in asset.tags], cursor)

    def records(self, kind: str) -> Records:
        """Other small records: upload presets, named transformations, by ``kind`` (``presets/<cloud>``)."""
        return Records(self._documents, kind)

    def _read(self, path: str) -> Asset | None:
        document = self._documents.read(path)
        return _asset(document) if document is not None else None

    def _read_all(self, paths: Sequence[str]) -> list[Asset]:
        return [_asset(document) for document in self._documents.read_all(paths) if document is not None]

    def _index(self, before: Asset | None, after: Asset) -> None:
        """Make ``after`` findable before it is there."""
        if before is None:
            self._documents.write(asset_id_path(after.asset_id), {"asset": asset_path(after.ref)})
        for tag in set(after.tags) - set(before.tags if before else ()):
            self._store.put(tagged_path(after.ref, tag), b"")

    def _settle(self, before: Asset | None, after: Asset) -> None:
        """Mend what a writer beside us did to our index entries, take back those that no longer hold."""
        known = set(before.tags if before else ())
        for tag in set(after.tags) - known:
            self._mark(after, tag)
        if gone := known - set(after.tags):
            self._unmark(after, gone)

    def _mark(self, asset: Asset, tag: str) -> None:
        if self._store.stat(tagged_path(asset.ref, tag)) is None:
            self._store.put(tagged_path(asset.ref, tag), b"")

    def _unmark(self, asset: Asset, tags: set[str]) -> None:
        for tag in tags:
            self._store.delete(tagged_path(asset.ref, tag))
        # Somebody may have given the tag back between our write and our delete: the record decides.
        now = self._read(asset_path(asset.ref))
        for tag in tags.intersection(now.tags if now else ()):
            self._mark(asset, tag)


def _asset(document: Document) -> Asset:
    try:
        return Asset.from_document(document)
    except (KeyError, TypeError) as error:
        raise MediaError(f"the record of {document.get('public_id')!r} is damaged: {error}") from error
