"""Admin API, kept versions of assets: restore one, forget some."""

from dataclasses import replace

from media.errors import NotFound, RequestError
from media.records.asset import Asset
from proxy.dialects.cloudinary.api.admin.assets import described, find, find_by_id
from proxy.dialects.cloudinary.api.call import Call, Document
from proxy.dialects.cloudinary.api.form import as_list
from proxy.dialects.cloudinary.api.lifecycle import restore_asset
from proxy.services import Services

MAX_IDS = 100


async def restore(services: Services, call: Call) -> Document:
    """By public id (of one type) or by asset id; each is answered by itself."""
    versions = [str(each) for each in as_list(call.fields.get("versions"))]
    by_id = "asset_ids" in call.fields
    names = [str(each) for each in as_list(call.fields.get("asset_ids" if by_id else "public_ids"))][:MAX_IDS]
    if not names:
        raise RequestError("Missing required parameter - public_ids")
    answers: Document = {}
    for index, name in enumerate(names):
        try:
            asset = await (find_by_id(services, call, name) if by_id else find(services, call, name))
            restored = await restore_asset(services, asset, versions[index] if index < len(versions) else "")
            answers[name] = described(call, restored)
        except NotFound:
            answers[name] = {"error": "no_backup"}
    return answers


async def delete_backups(services: Services, call: Call) -> Document:
    asset = await find_by_id(services, call, call.path["asset_id"])
    doomed = {str(each) for each in as_list(call.fields.get("version_ids"))}
    if not doomed:
        raise RequestError("Missing required parameter - version_ids")

    def without(found: Asset) -> Asset:
        return replace(found, backups=tuple(each for each in found.backups if each.version_id not in doomed))

    before = {each.version_id for each in asset.backups}
    after = await services.io.run(services.catalog.update, asset.ref, without)
    if after.placeholder and not after.backups:
        # Nothing is left to be restored.
        await services.io.run(services.catalog.delete, after.ref)
    return {"deleted_version_ids": sorted(doomed & before), "not_found": sorted(doomed - before)}
