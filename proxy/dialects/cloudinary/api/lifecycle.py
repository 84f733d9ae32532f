"""Deleting assets and restoring them. The bytes stay in the store: other assets may share them."""

from dataclasses import replace

from media.errors import NotFound
from media.records.asset import Asset, Backup, SourceRef
from media.records.catalog import Catalog
from proxy.services import Services


async def remove_asset(services: Services, ref: SourceRef) -> Asset | None:
    """Take an asset out of the catalog; one with kept versions leaves a placeholder to restore it from.

    None if there is none.
    """
    return await services.io.run(_remove, services.catalog, ref)


def _remove(catalog: Catalog, ref: SourceRef) -> Asset | None:
    asset = catalog.get(ref.cloud, ref.resource_type, ref.type, ref.public_id)
    if asset is None or asset.placeholder:
        return None
    if asset.backups:
        return catalog.update(ref, lambda found: replace(found, placeholder=True))
    return catalog.delete(ref)


async def restore_asset(services: Services, asset: Asset, version_id: str) -> Asset:
    """Put a kept version in the asset's place, as a new version; by default the one it had, else the last.

    Raises NotFound if it is not kept.
    """
    return await services.io.run(services.catalog.update, asset.ref, lambda found: _restored(found, version_id))


def _restored(asset: Asset, version_id: str) -> Asset:
    kept = _kept(asset, version_id)
    if not asset.placeholder and kept.version_id == asset.version_id:
        return asset
    return replace(
        asset,
        placeholder=False,
        version=asset.version + 1,
        version_id=kept.version_id,
        format=kept.format,
        width=kept.width,
        height=kept.height,
        pages=kept.pages,
        bytes=kept.bytes,
        digest=kept.digest,
        etag=kept.etag,
        has_alpha=kept.has_alpha,
        uploaded_at=kept.uploaded_at,
    )


def _kept(asset: Asset, version_id: str) -> Backup:
    by_id = {kept.version_id: kept for kept in asset.backups}
    found = by_id.get(version_id or asset.version_id)
    if found is None and not version_id and asset.backups:
        found = asset.backups[-1]
    if found is not None:
        return found
    raise NotFound(f"Can't restore {asset.public_id}: there is no backup" + (f" {version_id}" if version_id else ""))
