"""/files/<uuid>/ and /files/storage/: one file, or up to a hundred."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.responses import Response

from media.errors import NotFound
from media.records.asset import Asset
from proxy.dialects.uploadcare import files, identity
from proxy.dialects.uploadcare.document import file_document, is_stored
from proxy.dialects.uploadcare.events import DELETED, STORED, Event, announce
from proxy.dialects.uploadcare.rest.auth import Refused
from proxy.dialects.uploadcare.rest.call import Call, answer, read_document, wants_appdata
from proxy.services import Services

MOST_FILES = 100
#: A file, and what is told of it then.
Act = Callable[[Services, Call, Asset], Awaitable[dict[str, Any]]]


async def show(services: Services, call: Call) -> Response:
    """What was deleted is still told, with ``datetime_removed``."""
    with_appdata = wants_appdata(call)
    try:
        asset = await files.find(services, call.cloud, call.path["uuid"])
    except NotFound:
        removed = await files.find_removed(services, call.cloud, call.path["uuid"])
        return answer(file_document(removed.asset, call.bases, with_appdata=with_appdata, removed=removed.moment))
    return answer(file_document(asset, call.bases, with_appdata=with_appdata))


async def store(services: Services, call: Call) -> Response:
    return answer(await _store(services, call, await files.find(services, call.cloud, call.path["uuid"])))


async def delete(services: Services, call: Call) -> Response:
    return answer(await _delete(services, call, await files.find(services, call.cloud, call.path["uuid"])))


async def store_all(services: Services, call: Call) -> Response:
    return await _each(services, call, _store)


async def delete_all(services: Services, call: Call) -> Response:
    return await _each(services, call, _delete)


async def _store(services: Services, call: Call, asset: Asset) -> dict[str, Any]:
    stored = await files.store(services, asset)
    if not is_stored(asset):
        await announce(services, call.tenant, stored, call.bases, Event(STORED))
    return file_document(stored, call.bases)


async def _delete(services: Services, call: Call, asset: Asset) -> dict[str, Any]:
    removed = await files.delete(services, asset)
    await announce(services, call.tenant, asset, call.bases, Event(DELETED), removed=removed.moment)
    return file_document(asset, call.bases, removed=removed.moment)


async def _each(services: Services, call: Call, act: Act) -> Response:
    uuids = await _read_uuids(services, call)
    problems = {each: "Invalid" for each in uuids if not identity.is_uuid(each.lower())}
    wanted = [each for each in dict.fromkeys(uuids) if each not in problems]
    done = await asyncio.gather(*(_try(services, call, act, each) for each in wanted))
    problems |= {each: "Missing in the project" for each, shown in zip(wanted, done, strict=True) if shown is None}
    return answer({"status": "ok", "problems": problems, "result": [shown for shown in done if shown]})


async def _try(services: Services, call: Call, act: Act, file_uuid: str) -> dict[str, Any] | None:
    try:
        return await act(services, call, await files.find(services, call.cloud, file_uuid.lower()))
    except NotFound:
        return None


async def _read_uuids(services: Services, call: Call) -> list[str]:
    document = await read_document(services, call)
    if not isinstance(document, list) or not all(isinstance(each, str) for each in document):
        raise Refused(400, "Expected list of UUIDs")
    if not document:
        raise Refused(400, "List of UUIDs can not be empty")
    if len(document) > MOST_FILES:
        raise Refused(400, f"Maximum UUIDs per request is exceeded. The limit is {MOST_FILES}")
    return document
