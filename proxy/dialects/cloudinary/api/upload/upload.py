"""POST /v1_1/<cloud>/<resource type>/upload: the walk.

::

    upload
      ├ check_early · authorize      signature, Basic credentials, or an unsigned preset
      ├ _arrival                     bytes, a piece of them, or an address
      ├ _read                        everything that can be wrong with the parameters, before anything is stored
      ├ _store                       incoming transformation · keep · record
      └ _follow_up                   analyses · delete token · eager · background removal · notification
"""

import asyncio
import logging
import secrets
import time
from dataclasses import dataclass, replace
from typing import Any

from media.cutout import CutoutOptions
from media.errors import MediaError, RequestError
from media.formats.table import EXTENSIONS, sniff
from media.records.asset import Asset, SourceRef
from media.retention.ages import weight
from media.work.jobs import GUESTS, UNSIGNED
from proxy.delivery.assets import find_asset
from proxy.delivery.derivation import find_or_derive
from proxy.delivery.ingest import keep_source, open_address, record
from proxy.delivery.patience import both
from proxy.dialects.cloudinary.api.admission import authorize
from proxy.dialects.cloudinary.api.attributes import attributes, check_offered, display_name
from proxy.dialects.cloudinary.api.call import Call, Document
from proxy.dialects.cloudinary.api.folder_records import remember
from proxy.dialects.cloudinary.api.form import Fields, is_true, text, words
from proxy.dialects.cloudinary.api.naming import folder_of, ref_of, stem_of
from proxy.dialects.cloudinary.api.notify import notify, urls_of
from proxy.dialects.cloudinary.api.representation import answer
from proxy.dialects.cloudinary.api.upload import eager, removal_on_upload, tokens
from proxy.dialects.cloudinary.api.upload.analyses import analyse
from proxy.dialects.cloudinary.api.upload.breakpoints import BreakpointParameters, derive_breakpoints, read_parameters
from proxy.dialects.cloudinary.api.upload.chunks import Piece, add_piece, read_piece
from proxy.dialects.cloudinary.api.upload.eager import EagerTransformation
from proxy.http.uploads import Arrival, Upload
from proxy.services import Services

log = logging.getLogger("cutout.cloudinary")

#: ``auto`` takes these for videos; the bytes of MP4 and its kin begin with a length and then a name.
VIDEO_EXTENSIONS = frozenset({"mp4", "webm", "mov", "mkv", "avi", "m4v", "ogv", "mpeg", "mp3", "wav", "flac", "aac"})
#: What an unsigned upload is told of an asset that was there before it, and may be somebody else's.
TOLD_TO_PAGES = ("public_id", "version", "resource_type", "type", "format", "url", "secure_url")
RESOURCE_TYPES = ("image", "raw", "video", "auto")
#: A form with one of these in front of the file has all that is signed in front of it.
CREDENTIALS = ("api_key", "signature", "upload_preset")

_background: set["asyncio.Task[None]"] = set()


@dataclass(frozen=True, slots=True)
class Extras:
    """What is made of an asset and told in the answer, beside the asset itself."""

    eager: list[EagerTransformation]
    breakpoints: list[BreakpointParameters]


@dataclass(frozen=True, slots=True)
class CheckedUpload:
    """An upload whose parameters are read and found good."""

    arrival: Arrival
    ref: SourceRef
    fields: Fields
    values: dict[str, Any]
    incoming: EagerTransformation | None
    extras: Extras
    removal: CutoutOptions | None


async def check_early(services: Services, call: Call) -> None:
    """Judge the credentials before the file is kept, if they stand in front of it."""
    authorization = call.headers.get("authorization", "")
    if authorization or any(name in call.fields for name in CREDENTIALS):
        await authorize(services, call.name, call.cloud, call.fields, authorization)


async def upload(services: Services, call: Call) -> Document:
    fields = await authorize(services, call.name, call.cloud, call.fields, call.headers.get("authorization", ""))
    # What follows reads the preset's parameters as if the request had sent them.
    call = replace(call, fields=fields)
    check_offered(fields)
    arrival = await _arrival(services, call, fields)
    if isinstance(arrival, Piece):
        public_id = {"public_id": fields["public_id"]} if fields.get("public_id") else {}
        return {"done": False, "bytes": arrival.end, "resource_type": call.path["resource_type"], **public_id}
    checked = await _read(services, call, fields, arrival)
    existing = await _existing(services, checked)
    if existing:
        told = answer(call.base, existing, call.cloud)
        shown = told if call.is_signed else {name: told[name] for name in TOLD_TO_PAGES if name in told}
        return {**shown, "existing": True}
    if is_true(fields, "async"):
        return _postpone(services, call, checked)
    return await _complete(services, call, checked)


async def _complete(services: Services, call: Call, checked: CheckedUpload) -> Document:
    asset = await _store(services, checked)
    return await _follow_up(services, call, checked, asset)


async def _arrival(services: Services, call: Call, fields: Fields) -> Arrival | Piece:
    """The file, or the piece of one that is not whole yet."""
    file = fields.get("file")
    name = text(fields, "filename_override")
    if isinstance(file, Upload):
        arrival = await services.io.run(file.read)
        filename = name or arrival.filename
        piece = read_piece(call.headers)
        if piece is None:
            return Arrival(arrival.body, filename)
        if not call.is_signed:
            services.room.take_or_refuse(GUESTS, len(arrival.body))
        limit = services.settings.limits.max_source_bytes
        whole = await services.io.run(add_piece, services.store, call.name, piece, arrival.body, max_bytes=limit)
        return piece if whole is None else Arrival(whole, filename)
    if not isinstance(file, str) or not file:
        raise RequestError("Missing required parameter - file")
    arrival = await open_address(services, file)
    return Arrival(arrival.body, name or arrival.filename)


async def _read(services: Services, call: Call, fields: Fields, arrival: Arrival) -> CheckedUpload:
    resource_type = _resource_type(call.path["resource_type"], arrival)
    _check_format(fields, arrival, resource_type)
    ref = ref_of(call.name, resource_type, fields, arrival.filename)
    removal = removal_on_upload.read_removal(fields)
    if removal and resource_type != "image":
        raise RequestError(f"Background removal is invalid for {resource_type} files: expected an image")
    values = {**attributes(fields), "asset_folder": folder_of(fields, ref)}
    values["unsigned"] = not call.is_signed
    values["display_name"] = display_name(fields, stem_of(arrival.filename))
    if is_true(fields, "discard_original_filename"):
        values["original_filename"] = ""
    return CheckedUpload(
        arrival,
        ref,
        fields,
        values,
        await read_incoming(services, call, fields),
        await read_extras(services, call, fields),
        removal,
    )


async def read_extras(services: Services, call: Call, fields: Fields) -> Extras:
    wanted = await eager.read_all(services, call.name, text(fields, "eager"))
    return Extras(wanted, read_parameters(text(fields, "responsive_breakpoints")))


def _resource_type(asked: str, arrival: Arrival) -> str:
    if asked not in RESOURCE_TYPES:
        raise RequestError(f"Invalid resource type {asked}: expected {', '.join(RESOURCE_TYPES)}")
    if asked != "auto":
        return asked
    row = sniff(arrival.body)
    if row is not None and row.readable:
        return "image"
    return "video" if arrival.filename.rpartition(".")[2].lower() in VIDEO_EXTENSIONS else "raw"


def _check_format(fields: Fields, arrival: Arrival, resource_type: str) -> None:
    allowed = words(fields.get("allowed_formats"))
    if not allowed:
        return
    row = sniff(arrival.body)
    found = row.name if row and resource_type == "image" else arrival.filename.rpartition(".")[2].lower()
    known = {EXTENSIONS[name.lower()].name if name.lower() in EXTENSIONS else name.lower() for name in allowed}
    if found not in known:
        raise RequestError(f"{resource_type.capitalize()} file format {found} not allowed")


async def read_incoming(services: Services, call: Call, fields: Fields) -> EagerTransformation | None:
    """The transformation that is applied to the file before it is stored; None if it is stored as it is."""
    transformation, name = text(fields, "transformation"), text(fields, "format").lower()
    if name and name not in EXTENSIONS:
        raise RequestError(f"Invalid format {name}: it is not one that is written here")
    if not transformation and not name:
        return None
    return await eager.read_one(services, call.name, transformation, None, EXTENSIONS[name].name if name else "")


async def _existing(services: Services, checked: CheckedUpload) -> Asset | None:
    """The asset that stays, if the request may not overwrite it."""
    if is_true(checked.fields, "overwrite", default=True):
        return None
    return await find_asset(services, checked.ref)


def _postpone(services: Services, call: Call, checked: CheckedUpload) -> Document:
    """Answer now, work in this process; the end is told to the notification_url."""
    size = len(checked.arrival.body)
    # The request ends before its bytes are done with.
    services.bodies.take(size)
    task = asyncio.create_task(_complete_later(services, call, checked))
    task.add_done_callback(lambda done: services.bodies.give(size))
    _background.add(task)
    task.add_done_callback(_background.discard)
    batch_id = text(checked.fields, "batch_id") or secrets.token_hex(32)
    named = {"resource_type": checked.ref.resource_type, "type": checked.ref.type, "public_id": checked.ref.public_id}
    return {"status": "pending", **named, "batch_id": batch_id}


async def _complete_later(services: Services, call: Call, checked: CheckedUpload) -> None:
    try:
        await _complete(services, call, checked)
    except MediaError as error:
        log.info("the asynchronous upload of %s failed: %s", checked.ref.public_id, error)
        reason = str(error) if error.public else "Internal error"
        body = {"public_id": checked.ref.public_id, "error": {"message": reason}}
        await notify(services, call, "error", body, urls_of(checked.fields))


async def _store(services: Services, checked: CheckedUpload) -> Asset:
    arrival = checked.arrival
    if checked.values["unsigned"]:
        services.room.take_or_refuse(UNSIGNED, _footprint(checked))
    if checked.incoming and checked.ref.resource_type == "image":
        source = await keep_source(services, arrival, checked.ref)
        order = await eager.order_of(services, source, checked.incoming)
        # What is made here becomes the asset: it is no derived asset of anything.
        order = replace(order, listing=None)
        patience = both(services.settings.delivery.max_wait_seconds)
        arrival = Arrival((await find_or_derive(services, order, patience=patience)).body, arrival.filename)
    described = await keep_source(services, arrival, checked.ref)
    await remember(services, checked.ref.cloud, checked.values["asset_folder"])
    return await record(services, described, checked.values, is_kept=is_true(checked.fields, "backup"))


def _footprint(checked: CheckedUpload) -> int:
    """Bytes of a file and of the entries under which it is found."""
    terms = len(checked.values.get("tags", ())) + 2 * len(checked.values.get("context", ()))
    return len(checked.arrival.body) + weight(0) * terms


async def _follow_up(services: Services, call: Call, checked: CheckedUpload, asset: Asset) -> Document:
    if checked.removal:
        asset = await removal_on_upload.begin(services, call, asset, checked.removal)
    document = answer(call.base, asset, call.cloud)
    if checked.removal:
        document["info"] = removal_on_upload.shown(asset.info)
    document |= await tell_extras(services, call, checked.fields, asset, checked.extras)
    if is_true(checked.fields, "return_delete_token"):
        secret = next(iter(call.cloud.keys.values()))
        document["delete_token"] = tokens.make(asset.ref, asset.version_id, secret, time.time())
    await notify(services, call, "upload", document, urls_of(checked.fields))
    return document


async def tell_extras(services: Services, call: Call, fields: Fields, asset: Asset, wanted: Extras) -> Document:
    """What upload and explicit add to their answer: analyses, breakpoints, eager transformations."""
    found = await analyse(services, asset, fields)
    found |= await derive_breakpoints(services, call, asset, wanted.breakpoints)
    if not wanted.eager:
        return found
    if is_true(fields, "eager_async"):
        return found | await eager.enqueue_all(services, call, asset, wanted.eager)
    rows = await eager.derive_all(services, call, asset, wanted.eager)
    body = {"asset_id": asset.asset_id, "public_id": asset.public_id, "eager": rows}
    await notify(services, call, "eager", body, urls_of(fields, "eager_notification_url"))
    return found | {"eager": rows}
