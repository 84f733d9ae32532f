"""Admin API, assets: lists, details, update, restore."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from media.asset import Asset, DerivedEntry
from media.catalog import Page, context_term
from media.errors import NotFound, RequestError
from proxy.dialects.cloudinary.api import removal_on_upload
from proxy.dialects.cloudinary.api.analyses import analyse
from proxy.dialects.cloudinary.api.attributes import attributes, check_offered
from proxy.dialects.cloudinary.api.call import RESOURCE_TYPES, Call, Document
from proxy.dialects.cloudinary.api.deletion import restore_asset
from proxy.dialects.cloudinary.api.form import Fields, as_list, is_true, required, text, whole, words
from proxy.dialects.cloudinary.api.notify import notify, urls_of
from proxy.dialects.cloudinary.api.representation import delivery_url, details, row, version
from proxy.services import Services

MAX_RESULTS = 500
DEFAULT_RESULTS = 10
MAX_IDS = 100
#: Parts of a list's rows that are there only when asked for.
OPTIONAL = ("tags", "context", "metadata", "moderations")


async def resource_types(services: Services, call: Call) -> Document:
    return {"resource_types": list(RESOURCE_TYPES)}


async def list_assets(services: Services, call: Call) -> Document:
    """Everything of a type in the order of public ids, or the ones named."""
    type_ = call.path.get("type", "") or text(call.fields, "type")
    if "public_ids" in call.fields:
        return await _named(services, call, type_ or "upload")
    prefix = text(call.fields, "prefix")
    if prefix and not type_:
        type_ = "upload"
    page = await services.io.run(
        services.catalog.list_assets, call.name, call.resource_type, type_,
        prefix=prefix, cursor=text(call.fields, "next_cursor"), limit=limit_of(call.fields),
    )  # fmt: skip
    return listing(call, page)


async def list_tagged(services: Services, call: Call) -> Document:
    return await _indexed(services, call, "tags", call.path["tag"])


async def list_by_context(services: Services, call: Call) -> Document:
    name = required(call.fields, "key")
    value = text(call.fields, "value")
    return await _indexed(services, call, "contexts", context_term(name, value) if value else name)


async def list_moderated(services: Services, call: Call) -> Document:
    return await _indexed(services, call, "moderations", f"{call.path['kind']}/{call.path['status']}")


async def list_folder(services: Services, call: Call) -> Document:
    """Images of a folder first, then the other types: the cursor says where the list stands."""
    return await _indexed(services, call, "folders", required(call.fields, "asset_folder").strip("/"))


async def by_asset_ids(services: Services, call: Call) -> Document:
    ids = [str(each) for each in as_list(call.fields.get("asset_ids"))][:MAX_IDS]
    found = [await services.io.run(services.catalog.get_by_asset_id, each) for each in ids]
    return listing(call, Page([asset for asset in found if asset and asset.cloud == call.name], ""))


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
    return _described(call, asset)


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
            answers[name] = _described(call, restored)
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


async def relate(services: Services, call: Call) -> Document:
    return await _change_relations(services, call, "assets_to_relate", is_added=True)


async def unrelate(services: Services, call: Call) -> Document:
    return await _change_relations(services, call, "assets_to_unrelate", is_added=False)


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


def limit_of(fields: Fields) -> int:
    return whole(fields, "max_results", DEFAULT_RESULTS, low=1, high=MAX_RESULTS)


def listing(call: Call, page: Page) -> Document:
    rows = [_row(call, asset) for asset in _since(page.assets, text(call.fields, "start_at"))]
    return {"resources": rows, **({"next_cursor": page.cursor} if page.cursor else {})}


def _row(call: Call, asset: Asset) -> Document:
    shown = row(call.base, asset)
    full = details(call.base, asset)
    for name in OPTIONAL:
        shown.pop(name, None)
        if is_true(call.fields, name):
            shown |= {key: full[key] for key in (name, "moderation") if key in full and key.startswith(name[:10])}
    fields = words(call.fields.get("fields"))
    if fields:
        return {name: value for name, value in full.items() if name in (*fields, "asset_id", "public_id")}
    return shown


def _since(assets: Iterable[Asset], start_at: str) -> list[Asset]:
    if not start_at:
        return list(assets)
    try:
        moment = datetime.fromisoformat(start_at.replace("Z", "+00:00"))
    except ValueError as error:
        raise RequestError(f"Invalid value {start_at} for parameter start_at: expected an ISO 8601 time") from error
    written = moment.strftime("%Y-%m-%dT%H:%M:%SZ")
    return [asset for asset in assets if asset.created_at >= written]


async def _named(services: Services, call: Call, type_: str) -> Document:
    names = [str(each) for each in as_list(call.fields["public_ids"])]
    if len(names) > MAX_IDS:
        raise RequestError(f"Too many public_ids: at most {MAX_IDS}, got {len(names)}")
    catalog, kind = services.catalog, call.resource_type
    found = [await services.io.run(catalog.get, call.name, kind, type_, name) for name in names]
    return listing(call, Page([asset for asset in found if asset], ""))


async def _indexed(services: Services, call: Call, index: str, term: str) -> Document:
    """A folder's list goes through the resource types one after the other; other lists have their one type."""
    types = RESOURCE_TYPES if "resource_type" not in call.path else (call.resource_type,)
    cursor = text(call.fields, "next_cursor")
    kind, _, rest = cursor.rpartition(":") if ":" in cursor else (types[0], "", cursor)
    if kind not in types:
        raise RequestError(f"next_cursor must be one that an earlier answer gave, got {cursor!r}.")
    page = await services.io.run(
        services.catalog.list_indexed, index, call.name, kind, term, cursor=rest, limit=limit_of(call.fields)
    )
    following = types[types.index(kind) + 1 :]
    if page.cursor:
        behind = f"{kind}:{page.cursor}"
    else:
        behind = await _next_kind(services, call, index, term, following)
    return listing(call, Page(page.assets, behind))


async def _next_kind(services: Services, call: Call, index: str, term: str, kinds: tuple[str, ...]) -> str:
    for kind in kinds:
        page = await services.io.run(services.catalog.list_indexed, index, call.name, kind, term, limit=1)
        if page.assets:
            return f"{kind}:"
    return ""


async def _details(services: Services, call: Call, asset: Asset) -> Document:
    await removal_on_upload.ensure_running(services, asset)
    limit = limit_of(call.fields)
    cursor = text(call.fields, "derived_next_cursor") or text(call.fields, "next_cursor")
    entries: list[DerivedEntry] = []
    behind = ""
    if not asset.placeholder:
        list_derived = services.catalog.list_derived
        entries, behind = await services.io.run(list_derived, asset.asset_id, asset.digest, cursor=cursor, limit=limit)
    document = _described(call, asset)
    document["derived"] = [derived_row(call, asset, entry) for entry in entries]
    document |= {"next_cursor": behind, "derived_next_cursor": behind} if behind else {}
    if is_true(call.fields, "versions"):
        document["versions"] = [version(kept) for kept in asset.backups]
    if is_true(call.fields, "related"):
        document["related_assets"] = list(asset.related)
    return document | await analyse(services, asset, call.fields)


def _described(call: Call, asset: Asset) -> Document:
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
