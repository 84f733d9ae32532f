"""Folders: made by uploads into them or by hand; records of their own, so that listing them reads no assets."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from media.errors import AlreadyExists, NotFound, RequestError
from media.records.asset import Asset
from media.records.catalog import Catalog
from proxy.dialects.cloudinary.api.call import RESOURCE_TYPES, Call, Document
from proxy.dialects.cloudinary.api.folder_records import kind, remember, write_folder
from proxy.dialects.cloudinary.api.form import required, text, whole
from proxy.dialects.cloudinary.api.naming import check_public_id
from proxy.services import Services

MAX_RESULTS = 2000
TYPES = ("upload", "private", "authenticated")


async def list_folders(services: Services, call: Call) -> Document:
    """The folders directly below one, or at the root."""
    parent = call.path.get("folder", "").strip("/")
    limit = whole(call.fields, "max_results", MAX_RESULTS, low=1, high=MAX_RESULTS)
    if parent and not await services.io.run(_exists, services, call.name, parent):
        raise NotFound(f"Can't find folder with path {parent}")
    found = await services.io.run(_below, services.catalog, call.name, parent, text(call.fields, "next_cursor"), limit)
    page, more = found[:limit], found[limit:]
    cursor = {"next_cursor": page[-1]} if more else {}
    rows = [{"name": path.rpartition("/")[2], "path": path} for path in page]
    return {"folders": rows, "total_count": len(rows), **cursor}


async def create_folder(services: Services, call: Call) -> Document:
    path = check_public_id(call.path["folder"].strip("/"))
    await remember(services, call.name, path)
    return {"success": True, "path": path, "name": path.rpartition("/")[2]}


async def rename_folder(services: Services, call: Call) -> Document:
    """Move a folder: what lies in it changes its public id with it."""
    source, target = call.path["folder"].strip("/"), check_public_id(required(call.fields, "to_folder").strip("/"))
    if target == source or target.startswith(f"{source}/"):
        raise RequestError(f"Can't move folder {source} into itself")
    if not await services.io.run(_exists, services, call.name, source):
        raise NotFound(f"Can't find folder with path {source}")
    if await services.io.run(_exists, services, call.name, target):
        raise AlreadyExists(f"Folder {target} already exists")
    await services.io.run(_move, services.catalog, call.name, source, target)
    return {
        "from": {"name": source.rpartition("/")[2], "path": source},
        "to": {"name": target.rpartition("/")[2], "path": target},
    }


async def delete_folder(services: Services, call: Call) -> Document:
    path = call.path["folder"].strip("/")
    deleted = await services.io.run(_delete, services, call.name, path)
    return {"deleted": deleted}


def _exists(services: Services, cloud: str, path: str) -> bool:
    return services.catalog.records(kind(cloud)).get(path) is not None


def _below(catalog: Catalog, cloud: str, parent: str, after: str, limit: int) -> list[str]:
    """Up to one more than ``limit`` names, so that the caller sees whether there are more."""
    records, found, cursor = catalog.records(kind(cloud)), [], ""
    while True:
        documents, cursor = records.page(cursor=cursor, limit=MAX_RESULTS)
        found += [row["path"] for row in documents if row["path"].rpartition("/")[0] == parent and row["path"] > after]
        if not cursor or len(found) > limit:
            return sorted(found)[: limit + 1]


def _inside(catalog: Catalog, cloud: str, folder: str) -> Iterator[Asset]:
    for resource_type in RESOURCE_TYPES:
        for type_ in TYPES:
            cursor = ""
            while True:
                page = catalog.list_assets(cloud, resource_type, type_, prefix=f"{folder}/", cursor=cursor)
                yield from page.assets
                cursor = page.cursor
                if not cursor:
                    break


def _move(catalog: Catalog, cloud: str, source: str, target: str) -> None:
    for asset in list(_inside(catalog, cloud, source)):
        to = replace(asset.ref, public_id=target + asset.public_id.removeprefix(source))
        catalog.rename(asset.ref, to, partial(_rehoused, source, target), overwrite=False)
    records = catalog.records(kind(cloud))
    for path in _descendants(catalog, cloud, source):
        records.put(target + path.removeprefix(source), {
            "path": target + path.removeprefix(source),
            "name": (target + path.removeprefix(source)).rpartition("/")[2],
        })  # fmt: skip
        records.delete(path)
    write_folder(catalog, cloud, target)


def _rehoused(source: str, target: str, asset: Asset) -> Asset:
    if asset.asset_folder != source and not asset.asset_folder.startswith(f"{source}/"):
        return asset
    return replace(asset, asset_folder=target + asset.asset_folder.removeprefix(source))


def _descendants(catalog: Catalog, cloud: str, folder: str) -> list[str]:
    records, found, cursor = catalog.records(kind(cloud)), [], ""
    while True:
        documents, cursor = records.page(cursor=cursor, limit=MAX_RESULTS)
        found += [row["path"] for row in documents if f"{row['path']}/".startswith(f"{folder}/")]
        if not cursor:
            return found


def _delete(services: Services, cloud: str, path: str) -> list[str]:
    if not _exists(services, cloud, path):
        raise NotFound(f"Can't find folder with path {path}")
    if any(not asset.placeholder for asset in _inside(services.catalog, cloud, path)):
        raise RequestError(f"Folder {path} is not empty")
    doomed = _descendants(services.catalog, cloud, path)
    for each in doomed:
        services.catalog.records(kind(cloud)).delete(each)
    return doomed
