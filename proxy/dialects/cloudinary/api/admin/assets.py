"""Admin API, one asset: details, update."""

from dataclasses import replace
from typing import Any

from media.errors import NotFound
from media.records.asset import Asset, DerivedEntry
from proxy.dialects.cloudinary.api.admin.lists import limit_of, list_assets
from proxy.dialects.cloudinary.api.attributes import attributes, check_offered
from proxy.dialects.cloudinary.api.call import RESOURCE_TYPES, Call, Document
from proxy.dialects.cloudinary.api.form import is_true, text
from proxy.dialects.cloudinary.api.notify import notify, urls_of
from proxy.dialects.cloudinary.api.representation import delivery_url, details, version
from proxy.dialects.cloudinary.api.upload import removal_on_upload
from proxy.dialects.cloudinary.api.upload.analyses import analyse
from proxy.services import Services


async def resource_types(services: Services, call: Call) -> Document:
    return {"resource_types": list(RESOURCE_TYPES)}


async def one_asset(services: Services, call: Call) -> Document:
    """``/resources/<resource type>`` is a list, ``/resources/<asset id>`` one asset."""
    if call.path["resource_type"] in RESOURCE_TYPES:
        return await list_assets(services, call)
    return await _details(services, call, await find_by_id(services, call, call.path["resource_type"]))


async def show(services: Services, call: Call) -> Document:
    return await _details(services, call, await find(services, call))


async def update(services: Services, call: Call) -> Document:
    check_offered(call.fields)
    removal = removal_on_upload.read_removal(call.fields)
    values = attributes(call.fields)
    before = await find(services, call)
    asset = await services.io.run(services.catalog.update, before.ref, lambda found: replace(found, **values))
    if removal:
        asset = await removal_on_upload.begin(services, call, asset, removal)
    await _tell_changes(services, call, before, asset)
    return described(call, asset)


async def find(services: Services, call: Call, public_id: str | None = None) -> Asset:
    """Placeholders too: the Admin API shows what can be restored."""
    ref = call.ref(public_id if public_id is not None else call.path["public_id"])
    asset = await services.io.run(services.catalog.get, ref.cloud, ref.resource_type, ref.type, ref.public_id)
    if asset is None:
        raise NotFound(f"Resource not found - {ref.public_id}")
    return asset


async def find_by_id(services: Services, call: Call, asset_id: str) -> Asset:
    asset = await services.io.run(services.catalog.get_by_asset_id, asset_id)
    if asset is None or asset.cloud != call.name:
        raise NotFound(f"Resource not found - {asset_id}")
    return asset


async def _details(services: Services, call: Call, asset: Asset) -> Document:
    await removal_on_upload.ensure_running(services, asset)
    limit = limit_of(call.fields)
    cursor = text(call.fields, "derived_next_cursor") or text(call.fields, "next_cursor")
    entries: list[DerivedEntry] = []
    behind = ""
    if not asset.placeholder:
        list_derived = services.catalog.list_derived
        entries, behind = await services.io.run(list_derived, asset.asset_id, asset.digest, cursor=cursor, limit=limit)
    document = described(call, asset)
    document["derived"] = [derived_row(call, asset, entry) for entry in entries]
    document |= {"next_cursor": behind, "derived_next_cursor": behind} if behind else {}
    if is_true(call.fields, "versions"):
        document["versions"] = [version(kept) for kept in asset.backups]
    if is_true(call.fields, "related"):
        document["related_assets"] = list(asset.related)
    return document | await analyse(services, asset, call.fields)


def described(call: Call, asset: Asset) -> Document:
    document = details(call.base, asset)
    if asset.info:
        document["info"] = removal_on_upload.shown(asset.info)
    return document


def derived_row(call: Call, asset: Asset, entry: DerivedEntry) -> dict[str, Any]:
    url = delivery_url(call.base, asset, entry.transformation, entry.extension)
    return {
        "transformation": entry.transformation,
        "format": entry.format,
        "bytes": entry.bytes,
        "id": f"{asset.asset_id}-{asset.digest}-{entry.key}",
        "url": url,
        "secure_url": url,
    }


async def _tell_changes(services: Services, call: Call, before: Asset, after: Asset) -> None:
    changes = (
        ("resource_tags_changed", "tags", list(after.tags)),
        ("resource_context_changed", "context", dict(after.context)),
        ("resource_metadata_changed", "metadata", dict(after.metadata)),
        ("access_control_changed", "access_control", list(after.access_control)),
        ("moderation", "moderation", after.moderation),
    )
    for event, field, value in changes:
        if getattr(before, field) != getattr(after, field):
            body = {"resources": [{"public_id": after.public_id, "asset_id": after.asset_id, field: value}]}
            await notify(services, call, event, body, urls_of(call.fields))
