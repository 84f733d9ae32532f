"""Files by uuid. The record of a file is an asset: its uuid is the public id, its cloud the project's.

``resource_type`` and ``type`` are Uploadcare's own, so no URL of another API names a file; the source lies under its
digest as every other API's, so one picture is one source and one cutout.

======================  ===============================================================================
``public_id``           the uuid, which also tells when the file came (:mod:`.identity`)
``display_name``        the file name, whole
``format`` and sides    as of every asset; "" and 0 if the file is no picture (:func:`is_image`)
``metadata``, ``tags``  the vendor's
``info``                ``mime``; ``stored`` (unix seconds, 0 while the file is not stored); ``image``, what its header
                        says; ``appdata`` of add-ons
======================  ===============================================================================
"""

from media.errors import NotFound
from media.records.asset import Asset, SourceRef
from proxy.dialects.uploadcare import identity
from proxy.services import Services

RESOURCE_TYPE, TYPE = "file", "uploadcare"


def ref_of(cloud: str, file_uuid: str) -> SourceRef:
    return SourceRef(cloud, RESOURCE_TYPE, TYPE, file_uuid)


async def find(services: Services, cloud: str, file_uuid: str) -> Asset:
    """A file of a cloud. Raises NotFound."""
    known = identity.is_uuid(file_uuid)
    asset = await services.io.run(services.catalog.get, cloud, RESOURCE_TYPE, TYPE, file_uuid) if known else None
    return _there(asset)


async def find_anywhere(services: Services, file_uuid: str) -> Asset:
    """A file of any cloud, for hosts that do not name one: a uuid is known to whom it was given. Raises NotFound."""
    known = identity.is_uuid(file_uuid)
    asset = await services.io.run(services.catalog.get_by_asset_id, identity.asset_id(file_uuid)) if known else None
    return _there(asset if asset is not None and asset.public_id == file_uuid else None)


def _there(asset: Asset | None) -> Asset:
    if asset is None or asset.type != TYPE:
        raise NotFound("Not found.")
    return asset


def is_image(asset: Asset) -> bool:
    return asset.width > 0


def is_stored(asset: Asset) -> bool:
    return bool(asset.info.get("stored"))


def mime_of(asset: Asset) -> str:
    return str(asset.info.get("mime") or "application/octet-stream")
