"""Admin API, deletions: assets by id, prefix, tag or all of a type; derived assets; a large one page by page."""

import re
from collections.abc import Iterable, Sequence

from media.derived.paths import derived_path
from media.errors import NotFound, RequestError
from media.records.asset import Asset
from media.records.catalog import Page
from proxy.dialects.cloudinary.api.call import Call, Document
from proxy.dialects.cloudinary.api.form import as_list, is_true, text
from proxy.dialects.cloudinary.api.lifecycle import remove_asset
from proxy.dialects.cloudinary.api.notify import notify, urls_of
from proxy.dialects.cloudinary.api.upload.eager import split_format
from proxy.dialects.cloudinary.semantics.vocabulary import canonical_text
from proxy.services import Services

#: What one call deletes at most; the answer's cursor goes on.
PAGE = 1000
MAX_IDS = 100
#: Asset id, digest of its source, derived key.
_DERIVED_ID = re.compile(r"([0-9a-f]{32})-([0-9a-f]{64})-([0-9a-f]{64})")

Deleted = dict[str, str]


async def delete_assets(services: Services, call: Call) -> Document:
    """By ``public_ids``, ``prefix`` or ``all``."""
    if "public_ids" in call.fields:
        names = [str(each) for each in as_list(call.fields["public_ids"])]
        if len(names) > MAX_IDS:
            raise RequestError(f"Too many public_ids: at most {MAX_IDS}, got {len(names)}")
        found = [await _get(services, call, name) for name in names]
        missing = [name for name, asset in zip(names, found, strict=True) if asset is None]
        return await _delete(services, call, Page([asset for asset in found if asset], ""), missing)
    prefix = text(call.fields, "prefix")
    if not prefix and not is_true(call.fields, "all"):
        raise RequestError("Missing required parameter - public_ids, prefix or all")
    page = await services.io.run(
        services.catalog.list_assets, call.name, call.resource_type, call.path.get("type", "upload"),
        prefix=prefix, cursor=text(call.fields, "next_cursor"), limit=PAGE,
    )  # fmt: skip
    return await _delete(services, call, page)


async def delete_tagged(services: Services, call: Call) -> Document:
    cursor = text(call.fields, "next_cursor")
    page = await services.io.run(
        services.catalog.list_tagged, call.name, call.resource_type, call.path["tag"], cursor=cursor, limit=PAGE
    )
    return await _delete(services, call, page)


async def delete_by_asset_ids(services: Services, call: Call) -> Document:
    ids = [str(each) for each in as_list(call.fields.get("asset_ids"))]
    if not ids or len(ids) > MAX_IDS:
        raise RequestError(f"Invalid asset_ids: expected 1..{MAX_IDS} of them, got {len(ids)}")
    found = [await services.io.run(services.catalog.get_by_asset_id, each) for each in ids]
    known = [asset for asset in found if asset and asset.cloud == call.name]
    missing = [each for each in ids if each not in {asset.asset_id for asset in known}]
    return await _delete(services, call, Page(known, ""), missing)


async def delete_derived(services: Services, call: Call) -> Document:
    ids = [str(each) for each in as_list(call.fields.get("derived_resource_ids"))]
    if not ids:
        raise RequestError("Missing required parameter - derived_resource_ids")
    answers: Deleted = {}
    for each in ids:
        match = _DERIVED_ID.fullmatch(each)
        if match is None:
            raise NotFound(f"Resource not found - {each}")
        is_ours = await _is_ours(services, call, match.group(1))
        answers[each] = "deleted" if is_ours and await forget(services, *match.groups()) else "not_found"
    return {"deleted": answers}


async def _is_ours(services: Services, call: Call, asset_id: str) -> bool:
    asset = await services.io.run(services.catalog.get_by_asset_id, asset_id)
    return asset is not None and asset.cloud == call.name


async def forget(services: Services, asset_id: str, digest: str, key: str) -> bool:
    """Take a derived asset off its list and out of the store; True if it was listed."""
    was_there = await services.io.run(services.catalog.forget_derived, asset_id, digest, key)
    if was_there:
        await services.io.run(services.store.delete, derived_path(key))
    return was_there


async def _get(services: Services, call: Call, public_id: str) -> Asset | None:
    ref = call.ref(public_id)
    asset = await services.io.run(services.catalog.get, ref.cloud, ref.resource_type, ref.type, ref.public_id)
    return asset if asset and not asset.placeholder else None


async def _delete(services: Services, call: Call, page: Page, missing: Iterable[str] = ()) -> Document:
    transformations = _transformations(call)
    keeps_originals = is_true(call.fields, "keep_original")
    assets = [asset for asset in page.assets if not asset.placeholder]
    counts = {}
    for asset in assets:
        counts[asset.public_id] = {
            "original": int(not keeps_originals),
            "derived": await _forget_all(services, asset, transformations),
        }
        if not keeps_originals:
            await remove_asset(services, asset.ref)
    if assets and not keeps_originals:
        resources = [{"public_id": asset.public_id, "asset_id": asset.asset_id} for asset in assets]
        await notify(services, call, "delete", {"resources": resources}, urls_of(call.fields))
    deleted = {asset.public_id: "deleted" for asset in assets} | dict.fromkeys(missing, "not_found")
    cursor = {"next_cursor": page.cursor} if page.cursor else {}
    return {"deleted": deleted, "deleted_counts": counts, "partial": bool(page.cursor), **cursor}


def _transformations(call: Call) -> tuple[str, ...]:
    """Those to which a deletion of derived assets is held, in canonical spelling; empty for all."""
    written = [each for each in text(call.fields, "transformations").split("|") if each]
    return tuple(canonical_text(split_format(each)[0]) for each in written)


async def _forget_all(services: Services, asset: Asset, only: Sequence[str]) -> int:
    list_derived = services.catalog.list_derived
    number, cursor = 0, ""
    while True:
        entries, cursor = await services.io.run(list_derived, asset.asset_id, asset.digest, cursor=cursor)
        for entry in entries:
            if not only or canonical_text(entry.transformation) in only:
                number += await forget(services, asset.asset_id, asset.digest, entry.key)
        if not cursor:
            return number
