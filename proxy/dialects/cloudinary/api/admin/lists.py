"""Admin API, lists of assets: by name, prefix, tag, context, folder, moderation, page by page."""

from collections.abc import Iterable
from datetime import datetime

from media.errors import RequestError
from media.records.asset import Asset
from media.records.catalog import Page
from media.records.indexes import context_term
from proxy.dialects.cloudinary.api.call import RESOURCE_TYPES, Call, Document
from proxy.dialects.cloudinary.api.form import Fields, as_list, is_true, required, text, whole, words
from proxy.dialects.cloudinary.api.representation import details, row
from proxy.services import Services

MAX_RESULTS = 500
DEFAULT_RESULTS = 10
MAX_IDS = 100
#: Parts of a list's rows that are there only when asked for.
OPTIONAL = ("tags", "context", "metadata", "moderations")


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
