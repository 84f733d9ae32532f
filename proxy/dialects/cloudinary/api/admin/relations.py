"""Admin API, related assets: relations hold both ways."""

from collections.abc import Callable
from dataclasses import replace

from media.records.asset import Asset
from proxy.dialects.cloudinary.api.admin.assets import find, find_by_id
from proxy.dialects.cloudinary.api.call import Call, Document
from proxy.dialects.cloudinary.api.form import as_list
from proxy.services import Services


async def relate(services: Services, call: Call) -> Document:
    return await _change_relations(services, call, "assets_to_relate", is_added=True)


async def unrelate(services: Services, call: Call) -> Document:
    return await _change_relations(services, call, "assets_to_unrelate", is_added=False)


async def _change_relations(services: Services, call: Call, field: str, *, is_added: bool) -> Document:
    """Relations hold both ways."""
    by_id = "asset_id" in call.path
    asset = await (find_by_id(services, call, call.path["asset_id"]) if by_id else find(services, call))
    done, failed = [], []
    for name in (str(each) for each in as_list(call.fields.get(field))):
        other = await _other(services, call, name)
        if other is None or other.asset_id == asset.asset_id:
            failed.append({"asset": name, "message": "resource does not exist", "code": "not_found", "status": 404})
            continue
        for one, two in ((asset, other), (other, asset)):
            await services.io.run(services.catalog.update, one.ref, _relation(two.asset_id, is_added=is_added))
        done.append({"asset": name, "message": "success", "code": "success_ids", "status": 200})
    return {"success": done, "failed": failed}


async def _other(services: Services, call: Call, name: str) -> Asset | None:
    """``image/upload/<public id>``, or an asset id."""
    if "/" not in name:
        found = await services.io.run(services.catalog.get_by_asset_id, name)
        return found if found and found.cloud == call.name else None
    resource_type, _, rest = name.partition("/")
    type_, _, public_id = rest.partition("/")
    return await services.io.run(services.catalog.get, call.name, resource_type, type_, public_id)


def _relation(other: str, *, is_added: bool) -> Callable[[Asset], Asset]:
    def change(found: Asset) -> Asset:
        rest = tuple(each for each in found.related if each != other)
        return replace(found, related=(*rest, other) if is_added else rest)

    return change
