"""POST /files/local_copy/ and /files/remote_copy/: a new file of an old one, here or in a bucket."""

import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from starlette.responses import Response

from media.errors import LimitExceeded
from media.records.asset import Asset
from media.records.sources import renew_source
from media.stores import open_store
from media.stores.store import check_key
from proxy.delivery.gate import OWNER, open_file
from proxy.dialects.uploadcare import files, identity
from proxy.dialects.uploadcare.document import file_document, safe_name
from proxy.dialects.uploadcare.events import announce, arrivals
from proxy.dialects.uploadcare.files import Said
from proxy.dialects.uploadcare.groups import Member, read_member
from proxy.dialects.uploadcare.rest.auth import Refused
from proxy.dialects.uploadcare.rest.baking import baked, unchanged
from proxy.dialects.uploadcare.rest.call import Call, answer, read_document
from proxy.dialects.uploadcare.settings import Uploadcare
from proxy.dialects.uploadcare.upload.fields import check_metadata
from proxy.services import Services

FLAGS = {"true": True, "1": True, "false": False, "0": False, "": False}
DEFAULT_PATTERN = "${uuid}/${auto_filename}"


async def local_copy(services: Services, call: Call) -> Response:
    document = await _read(services, call)
    member, is_stored, metadata = _source(document), _flag(document, "store"), _metadata(document)
    source = await files.find(services, call.cloud, member.uuid)
    said = Said(source.display_name, is_stored, metadata=metadata)
    copied = await _copy(services, call, source, member, said)
    await announce(services, call.tenant, copied, call.bases, *arrivals(copied))
    return answer({"type": "file", "result": file_document(copied, call.bases)}, 201)


async def _copy(services: Services, call: Call, source: Asset, member: Member, said: Said) -> Asset:
    made = await baked(services, source, member.effects) if member.effects else None
    if made is None:
        return await _same(services, source, said)
    return await files.keep(services, call.cloud, made, replace(said, filename=made.filename))


async def _same(services: Services, source: Asset, said: Said) -> Asset:
    """The bytes are the same, so they are shared; renewed first, as nothing may take them meanwhile."""
    for digest in source.parts or (open_file(source, OWNER)[0],):
        await services.io.run(renew_source, services.store, digest)
    info = {name: source.info[name] for name in ("mime", "image", "part_bytes") if name in source.info}
    named = replace(source, public_id=identity.new_uuid(time.time()), info=info, backups=())
    return await files.enter(services, named, said)


async def remote_copy(services: Services, call: Call) -> Response:
    document = await _read(services, call)
    member = _source(document)
    target = document.get("target")
    storages = services.settings.vendor(Uploadcare).storages
    if not isinstance(target, str) or target not in storages:
        raise Refused(400, f"Project has no storage with provided name: {str(target)[:60]!r}.")
    source = await files.find(services, call.cloud, member.uuid)
    if source.parts:
        raise LimitExceeded("The file is too large to be copied to another storage.")
    made = await baked(services, source, member.effects) if member.effects else None
    made = made or await unchanged(services, source)
    key = _key(str(document.get("pattern") or "${default}"), source, made.filename, member)
    bucket, _, prefix = storages[target].partition("/")
    store = await services.io.run(
        open_store, replace(services.settings.store, kind="s3", bucket=bucket, prefix=prefix)
    )  # fmt: skip
    await services.io.run(store.put, key, made.body)
    return answer({"type": "url", "result": f"s3://{'/'.join(filter(None, (bucket, prefix, key)))}"}, 201)


def _key(pattern: str, source: Asset, filename: str, member: Member) -> str:
    """``pattern`` with what it names of the file. Raises Refused for what no key can be."""
    stem, dot, extension = safe_name(filename).rpartition(".")
    name = stem if dot else extension
    words = {
        "${default}": DEFAULT_PATTERN,
        "${auto_filename}": "${filename}${effects}${ext}",
        "${uuid}": source.public_id,
        "${filename}": name,
        "${effects}": member.effects.replace("/", "_"),
        "${ext}": f".{extension}" if dot else "",
    }
    for word, meaning in words.items():
        pattern = pattern.replace(word, meaning)
    try:
        return check_key(pattern)
    except ValueError as error:
        raise Refused(400, f"Invalid pattern: {error}") from error


async def _read(services: Services, call: Call) -> Mapping[str, Any]:
    document = await read_document(services, call)
    if not isinstance(document, dict):
        raise Refused(400, "The body must be an object.")
    return document


def _source(document: Mapping[str, Any]) -> Member:
    written = document.get("source")
    if not isinstance(written, str) or not written:
        raise Refused(400, "source is required.")
    member = read_member(written)
    if member is None:
        raise Refused(400, f"Bad `source` parameter. Use UUID or CDN URL, got {written[:120]!r}.")
    return member


def _flag(document: Mapping[str, Any], name: str) -> bool:
    written = str(document.get(name) or "").lower()
    if written not in FLAGS:
        raise Refused(400, f"`{name}` parameter should be `true` or `false`.")
    return FLAGS[written]


def _metadata(document: Mapping[str, Any]) -> dict[str, str]:
    found = document.get("metadata") or {}
    if not isinstance(found, dict) or not all(isinstance(value, str) for value in found.values()):
        raise Refused(400, "metadata must be an object of texts.")
    check_metadata(found)
    return found
