"""/files/<uuid>/metadata/ and …/tags/: what a project says of its files."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from starlette.responses import Response

from media.errors import NotFound
from media.records.asset import Asset
from proxy.dialects.uploadcare import files
from proxy.dialects.uploadcare.events import UPDATED, Event, announce
from proxy.dialects.uploadcare.rest.auth import Refused
from proxy.dialects.uploadcare.rest.call import Call, answer, nothing, read_document
from proxy.dialects.uploadcare.upload.fields import MAX_VALUE_LENGTH, check_metadata, normal_tags
from proxy.services import Services


async def show_metadata(services: Services, call: Call) -> Response:
    return answer(dict((await _file(services, call)).metadata))


async def show_value(services: Services, call: Call) -> Response:
    metadata = (await _file(services, call)).metadata
    if call.path["key"] not in metadata:
        raise NotFound("Not found.")
    return answer(metadata[call.path["key"]])


async def set_value(services: Services, call: Call) -> Response:
    """200 for a key that was there, 201 for a new one."""
    value = await read_document(services, call)
    if not isinstance(value, str) or not 0 < len(value) <= MAX_VALUE_LENGTH:
        raise Refused(400, f"The value must be a JSON text of 1 to {MAX_VALUE_LENGTH} characters.")
    asset, key = await _file(services, call), call.path["key"]

    def with_value(found: Asset) -> Asset:
        metadata = {**found.metadata, key: value}
        check_metadata(metadata)
        return replace(found, metadata=metadata)

    changed = await files.change(services, asset, with_value)
    await _tell(services, call, changed, {"metadata": dict(asset.metadata)})
    return answer(value, 200 if key in asset.metadata else 201)


async def delete_value(services: Services, call: Call) -> Response:
    asset, key = await _file(services, call), call.path["key"]
    if key not in asset.metadata:
        raise NotFound("Not found.")

    def without(found: Asset) -> Asset:
        return replace(found, metadata={name: value for name, value in found.metadata.items() if name != key})

    await _tell(services, call, await files.change(services, asset, without), {"metadata": dict(asset.metadata)})
    return nothing()


async def show_tags(services: Services, call: Call) -> Response:
    return answer({"tags": list((await _file(services, call)).tags)})


async def set_tags(services: Services, call: Call) -> Response:
    document = await read_document(services, call)
    wanted = normal_tags(_texts(document, "tags"))
    return await _retag(services, call, lambda found: wanted)


async def change_tags(services: Services, call: Call) -> Response:
    """Deletes first, then adds: a tag that is in both is there."""
    document = await read_document(services, call)
    added, deleted = normal_tags(_texts(document, "add")), normal_tags(_texts(document, "delete"), most=None)
    return await _retag(
        services, call, lambda found: normal_tags((*(tag for tag in found if tag not in deleted), *added))
    )  # fmt: skip


async def _retag(services: Services, call: Call, edit: Callable[[tuple[str, ...]], tuple[str, ...]]) -> Response:
    asset = await _file(services, call)
    changed = await files.change(services, asset, lambda found: replace(found, tags=edit(found.tags)))
    added = [tag for tag in changed.tags if tag not in asset.tags]
    deleted = [tag for tag in asset.tags if tag not in changed.tags]
    if added or deleted:
        await _tell(services, call, changed, {"tags": list(asset.tags)})
    return answer({"tags": list(changed.tags), "added": added, "deleted": deleted})


def _texts(document: Any, name: str) -> list[str]:
    listed = document.get(name, []) if isinstance(document, dict) else None
    if not isinstance(listed, list) or not all(isinstance(each, str) for each in listed):
        raise Refused(400, f"{name} must be a list of texts.")
    return listed


async def _file(services: Services, call: Call) -> Asset:
    return await files.find(services, call.cloud, call.path["uuid"])


async def _tell(services: Services, call: Call, changed: Asset, previous: Mapping[str, Any]) -> None:
    await announce(services, call.tenant, changed, call.bases, Event(UPDATED, previous=previous))
