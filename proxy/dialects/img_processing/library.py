"""The images of a key: kept as assets named by their ids, listed newest first, public by a record of their own.

Two names per image: its id sorts newest first, its mirror oldest first, so that a page before another is found
without walking through all of them.

Images that were stored before they belonged to keys belong to their stage: every key of cloud and stage finds them.
"""

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

from media.errors import NotFound, UnsupportedFormat
from media.formats.table import sniff
from media.records.asset import Asset, SourceRef
from media.records.documents import Records, cursor_at
from media.records.paths import asset_path, record_path
from proxy.delivery.ingest import keep_source, record
from proxy.dialects.img_processing.auth import Caller
from proxy.dialects.img_processing.identity import is_id, mirrored, new_id
from proxy.http.uploads import Arrival
from proxy.services import Services

FORMATS = {"jpg": "jpeg", "png": "png", "webp": "webp"}
PUBLISHED = "published"
TYPE = "img_processing_"


@dataclass(frozen=True, slots=True)
class Page:
    """Some of a key's images, newest first.

    ``next_id`` and ``previous_id`` begin the pages around this one; "" if there is none.
    """

    images: Sequence[Asset]
    next_id: str
    previous_id: str


async def keep(services: Services, caller: Caller, arrival: Arrival, name: str) -> Asset:
    """Store the bytes as a new image. Raises UnsupportedFormat, SourceError or LimitExceeded."""
    row = sniff(arrival.body)
    if row is None or row.name not in FORMATS:
        raise UnsupportedFormat("The image must be a jpeg, png or webp file.")
    image_id = new_id(time.time())
    asset = await keep_source(services, arrival, SourceRef(caller.cloud, "image", _own(caller), image_id))
    # Index before record, as the catalog does: what is listed can be paged around.
    await services.io.run(_order(services, asset.cloud, asset.type).put, mirrored(image_id), {"id": image_id})
    return await record(services, asset, {"display_name": name})


async def find(services: Services, caller: Caller, image_id: str) -> Asset:
    """Raises NotFound for ids of other clouds, keys and stages, too."""
    return await _find(services, caller.cloud, _types(caller), image_id)


async def _find(services: Services, cloud: str, types: Iterable[str], image_id: str) -> Asset:
    for type_ in types if is_id(image_id) else ():
        asset = await services.io.run(services.catalog.get, cloud, "image", type_, image_id)
        if asset is not None:
            return asset
    raise NotFound(f"Image with id {image_id[:60]} not found.")


async def find_public(services: Services, image_id: str) -> Asset:
    entry = await services.io.run(_public(services).get, image_id) if is_id(image_id) else None
    if entry is None:
        raise NotFound(f"Image with id {image_id[:60]} not found.")
    return await _find(services, entry["cloud"], [entry["type"]], image_id)


async def publish(services: Services, caller: Caller, image_id: str, *, public: bool) -> Asset:
    """What is readable without a key is announced last and taken back first."""
    asset = await find(services, caller, image_id)
    if not public:
        await services.io.run(_public(services).delete, image_id)
    asset = await services.io.run(services.catalog.update, asset.ref, partial(_marked, public=public))
    if public:
        entry = {"cloud": asset.cloud, "type": asset.type}
        await services.io.run(_public(services).put, image_id, entry)
    return asset


def is_public(asset: Asset) -> bool:
    return bool(asset.info.get(PUBLISHED))


def _marked(asset: Asset, *, public: bool) -> Asset:
    return replace(asset, info={**asset.info, PUBLISHED: public})


async def remove(services: Services, caller: Caller, image_id: str) -> None:
    """Raises NotFound. The bytes stay: other images may share them."""
    asset = await find(services, caller, image_id)
    await services.io.run(_public(services).delete, image_id)
    await services.io.run(services.catalog.delete, asset.ref)
    await services.io.run(_order(services, asset.cloud, asset.type).delete, mirrored(image_id))


async def page(services: Services, caller: Caller, *, take: int, start: str) -> Page:
    """Images from ``start`` ("" for the newest) towards older ones."""
    found = await services.io.run(_list, services, caller, start, take + 1)
    shown, behind = found[:take], found[take:]
    previous = await services.io.run(_before, services, caller, start, take) if start else ""
    return Page(shown, behind[0].public_id if behind else "", previous)


def _list(services: Services, caller: Caller, start: str, limit: int) -> Sequence[Asset]:
    """The ids tell the time, so the newest of all types are among the newest of each."""

    def from_start(type_: str) -> Sequence[Asset]:
        cursor = cursor_at(asset_path(SourceRef(caller.cloud, "image", type_, start))) if start else ""
        return services.catalog.list_assets(caller.cloud, "image", type_, cursor=cursor, limit=limit).assets

    found = [asset for type_ in _types(caller) for asset in from_start(type_)]
    return sorted(found, key=lambda asset: asset.public_id)[:limit]


def _before(services: Services, caller: Caller, start: str, take: int) -> str:
    """The id that begins the page before ``start``: ``take`` newer ones, or as many as there are."""

    def newer(type_: str) -> Iterator[str]:
        cursor = cursor_at(record_path(_order_kind(caller.cloud, type_), mirrored(start)))
        entries, _ = _order(services, caller.cloud, type_).page(cursor=cursor, limit=take + 1)
        return (entry["id"] for entry in entries if entry["id"] != start)

    found = sorted((image_id for type_ in _types(caller) for image_id in newer(type_)), reverse=True)
    return found[:take][-1] if found else ""


def _own(caller: Caller) -> str:
    """The delivery type that keeps a key's images out of every other key's, and out of every other API's URLs."""
    return f"{_of_stage(caller)}_{caller.account.name}"


def _of_stage(caller: Caller) -> str:
    return f"{TYPE}{caller.stage}"


def _types(caller: Caller) -> tuple[str, str]:
    return _own(caller), _of_stage(caller)


def _order(services: Services, cloud: str, type_: str) -> Records:
    return services.catalog.records(_order_kind(cloud, type_))


def _order_kind(cloud: str, type_: str) -> str:
    return f"img_processing_order/{cloud}/{type_.removeprefix(TYPE)}"


def _public(services: Services) -> Records:
    return services.catalog.records("img_processing_public")
