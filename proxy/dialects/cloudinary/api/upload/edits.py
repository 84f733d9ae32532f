"""The rest of the upload family: explicit, rename, destroy, tags, context, metadata, delete_by_token."""

import time
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from media.errors import AlreadyExists, NotFound, RequestError, UnsupportedOperation
from media.records.asset import Asset, SourceRef
from proxy.delivery.assets import find_asset
from proxy.dialects.cloudinary.api.admission import check_signed
from proxy.dialects.cloudinary.api.attributes import attributes, check_offered, context_of, metadata
from proxy.dialects.cloudinary.api.call import Action, Call, Document
from proxy.dialects.cloudinary.api.form import is_true, required, words
from proxy.dialects.cloudinary.api.lifecycle import remove_asset
from proxy.dialects.cloudinary.api.naming import check_public_id, delivery_type
from proxy.dialects.cloudinary.api.notify import notify, urls_of
from proxy.dialects.cloudinary.api.representation import answer
from proxy.dialects.cloudinary.api.upload import removal_on_upload, tokens
from proxy.dialects.cloudinary.api.upload.upload import read_extras, tell_extras
from proxy.services import Services

MAX_PUBLIC_IDS = 1000
#: The SDKs leave these out of the signature of the tags, context and metadata calls: they are taken, and not followed.
SENT_UNSIGNED = ("notification_url", "batch_id")
TagChange = Callable[[tuple[str, ...], tuple[str, ...]], tuple[str, ...]]

#: Command → (tags an asset has, tags of the request) → tags it has then.
TAG_COMMANDS: Mapping[str, TagChange] = {
    "add": lambda old, new: (*old, *(tag for tag in new if tag not in old)),
    "set_exclusive": lambda old, new: (*old, *(tag for tag in new if tag not in old)),
    "remove": lambda old, new: tuple(tag for tag in old if tag not in new),
    "replace": lambda old, new: new,
    "remove_all": lambda old, new: (),
}


async def explicit(services: Services, call: Call) -> Document:
    call = _signed(call)
    fields = call.fields
    check_offered(fields)
    ref = _ref(call, required(fields, "public_id"))
    wanted = await read_extras(services, call, fields)
    removal = removal_on_upload.read_removal(fields)
    asset = await _update(services, ref, attributes(fields))
    if removal:
        asset = await removal_on_upload.begin(services, call, asset, removal)
    document = {**answer(call.base, asset, call.cloud), "info": removal_on_upload.shown(asset.info)}
    return document | await tell_extras(services, call, fields, asset, wanted)


async def rename(services: Services, call: Call) -> Document:
    call = _signed(call)
    fields = call.fields
    ref = _ref(call, required(fields, "from_public_id"))
    public_id = check_public_id(required(fields, "to_public_id").strip("/"))
    to = replace(ref, public_id=public_id, type=delivery_type(fields, "to_type") if fields.get("to_type") else ref.type)
    if to == ref:
        raise RequestError(f"to_public_id {to.public_id} already exists")
    values = attributes({name: fields[name] for name in ("context", "metadata") if fields.get(name)})
    overwrite = is_true(fields, "overwrite")
    if await find_asset(services, ref) is None:
        raise NotFound(f"Resource not found - {ref.public_id}")
    try:
        asset = await services.io.run(
            services.catalog.rename, ref, to, lambda found: replace(found, **values), overwrite=overwrite
        )
    except AlreadyExists as error:
        # The vendor answers 400 here, not 409.
        raise RequestError(str(error)) from error
    moved = {"from_public_id": ref.public_id, "to_public_id": to.public_id, "asset_id": asset.asset_id}
    await notify(services, call, "rename", moved, urls_of(fields))
    return answer(call.base, asset, call.cloud)


async def destroy(services: Services, call: Call) -> Document:
    call = _signed(call)
    fields = call.fields
    ref = _ref(call, required(fields, "public_id"))
    removed = await remove_asset(services, ref)
    if removed is None:
        return {"result": "not found"}
    row = {"public_id": removed.public_id, "asset_id": removed.asset_id, "version": removed.version}
    resources = [{"resource_type": removed.resource_type, "type": removed.type, **row}]
    await notify(services, call, "delete", {"resources": resources}, urls_of(fields))
    return {"result": "ok"}


async def delete_by_token(services: Services, call: Call) -> Document:
    secrets = call.cloud.keys.values()
    ref, version_id = tokens.read(call.name, required(call.fields, "token"), secrets, time.time())
    asset = await find_asset(services, ref)
    if asset is None or asset.version_id != version_id:
        return {"result": "not found"}
    await remove_asset(services, ref)
    return {"result": "ok"}


async def tags(services: Services, call: Call) -> Document:
    call = _signed(call, beside=SENT_UNSIGNED)
    fields = call.fields
    command, given = required(fields, "command"), words(fields.get("tag"))
    if command not in TAG_COMMANDS:
        raise RequestError(f"Invalid command {command}: expected {', '.join(TAG_COMMANDS)}")
    if not given and command != "remove_all":
        raise RequestError("Missing required parameter - tag")
    refs = _refs(call)
    if command == "set_exclusive":
        await _take_from_others(services, call, given, {ref.public_id for ref in refs})
    change = TAG_COMMANDS[command]
    return await _edit_all(
        services, call, refs, "tags", lambda found: replace(found, tags=change(found.tags, given)), {"tags": given}
    )


async def context(services: Services, call: Call) -> Document:
    call = _signed(call, beside=SENT_UNSIGNED)
    fields = call.fields
    command, given = required(fields, "command"), context_of(fields.get("context"))
    if command not in ("add", "remove_all"):
        raise RequestError(f"Invalid command {command}: expected add, remove_all")

    def change(found: Asset) -> Asset:
        return replace(found, context={**found.context, **given} if command == "add" else {})

    return await _edit_all(services, call, _refs(call), "context", change, {"context": given})


async def update_metadata(services: Services, call: Call) -> Document:
    call = _signed(call, beside=SENT_UNSIGNED)
    given = metadata(required(call.fields, "metadata"))

    def change(found: Asset) -> Asset:
        joined = {**found.metadata, **given}
        return replace(found, metadata={name: value for name, value in joined.items() if value != ""})

    return await _edit_all(services, call, _refs(call), "metadata", change, {"metadata": given})


def refusal(name: str) -> Action:
    """The answer to a call that is understood, signed and not offered."""

    async def refuse(services: Services, call: Call) -> Document:
        _signed(call)
        raise UnsupportedOperation(f"The call {name} is not offered here: {NOT_MADE[name]}")

    return refuse


NOT_MADE = {
    "text": "texts are drawn by a layer, such as l_text:Arial_40:Hello",
    "explode": "pages of a file are delivered by pg_<number>",
    "multi": "animations are not put together here",
    "sprite": "sprites are not put together here",
    "create_slideshow": "videos are not made here",
}


def _signed(call: Call, *, beside: Collection[str] = ()) -> Call:
    """The call with the parameters that count."""
    authorization = call.headers.get("authorization", "")
    return replace(call, fields=check_signed(call.cloud, call.fields, authorization, beside=beside))


def _ref(call: Call, public_id: str) -> SourceRef:
    return call.ref(public_id, delivery_type(call.fields))


def _refs(call: Call) -> list[SourceRef]:
    ids = words(call.fields.get("public_ids"))
    if not ids:
        raise RequestError("Missing required parameter - public_ids")
    if len(ids) > MAX_PUBLIC_IDS:
        raise RequestError(f"Too many public_ids: at most {MAX_PUBLIC_IDS}, got {len(ids)}")
    return [_ref(call, each) for each in ids]


async def _update(services: Services, ref: SourceRef, values: Mapping[str, Any]) -> Asset:
    if await find_asset(services, ref) is None:
        raise NotFound(f"Resource not found - {ref.public_id}")
    return await services.io.run(services.catalog.update, ref, lambda found: replace(found, **values))


async def _take_from_others(services: Services, call: Call, given: Iterable[str], kept: set[str]) -> None:
    for tag in given:
        while others := await _others(services, call, tag, kept):
            for asset in others:
                await services.io.run(services.catalog.update, asset.ref, partial(_without, tag))


async def _others(services: Services, call: Call, tag: str, kept: set[str]) -> list[Asset]:
    cursor = ""
    while True:
        page = await services.io.run(services.catalog.list_tagged, call.name, call.resource_type, tag, cursor=cursor)
        found = [asset for asset in page.assets if asset.public_id not in kept]
        if found or not page.cursor:
            return found
        cursor = page.cursor


def _without(tag: str, asset: Asset) -> Asset:
    return replace(asset, tags=tuple(each for each in asset.tags if each != tag))


async def _edit_all(
    services: Services,
    call: Call,
    refs: Iterable[SourceRef],
    what: str,
    change: Callable[[Asset], Asset],
    said: Mapping[str, Any],
) -> Document:
    """Change each asset that exists; the ids of those."""
    changed = []
    for ref in refs:
        try:
            changed.append(await services.io.run(services.catalog.update, ref, change))
        except NotFound:
            continue
    if changed:
        resources = [{"public_id": asset.public_id, "asset_id": asset.asset_id, **said} for asset in changed]
        body = {"resources": resources}
        await notify(services, call, f"resource_{what}_changed", body, urls_of(call.fields))
    return {"public_ids": [asset.public_id for asset in changed]}
