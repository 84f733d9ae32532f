"""Signed downloads: a private original, a kept version, an archive of many."""

import asyncio
import io
import tarfile
import tempfile
import zipfile
from collections.abc import AsyncIterator, Iterator
from typing import IO

from starlette.responses import Response, StreamingResponse

from media.errors import LimitExceeded, NotFound, RequestError
from media.formats.table import EXTENSIONS, FORMATS
from media.language.chain import Chain, Output
from media.records.asset import Asset
from proxy.delivery.assets import find_asset
from proxy.delivery.derivation import read_source
from proxy.delivery.gate import AUTHENTICATED, OWNER, is_restricted, open_file
from proxy.delivery.ingest import receive
from proxy.delivery.synchronous import derive_now
from proxy.dialects.cloudinary.api.admission import check_signed
from proxy.dialects.cloudinary.api.call import RESOURCE_TYPES, Call, Document
from proxy.dialects.cloudinary.api.form import Fields, is_true, required, text, words
from proxy.dialects.cloudinary.api.naming import delivery_type, ref_of
from proxy.dialects.cloudinary.api.representation import answer, own_url, signed_url
from proxy.http.responses import SAFETY, attachment
from proxy.http.uploads import Arrival
from proxy.services import Services

MAX_ARCHIVED = 1000
#: An archive grows on disk, not in memory, beyond this.
SPOOL_BYTES = 16 * 1024 * 1024
BLOCK_BYTES = 256 * 1024
UNCACHED = {"Cache-Control": "private, no-store"}
LISTINGS = {"prefix": "prefixes", "tag": "tags"}
ARCHIVES = {"zip": "application/zip", "tgz": "application/gzip"}


async def download(services: Services, call: Call) -> Response:
    """The original of a private or authenticated asset, converted if another ``format`` is asked for."""
    check_signed(call.cloud, call.fields)
    asset = await find_asset(services, call.ref(required(call.fields, "public_id"), delivery_type(call.fields)))
    if asset is None:
        raise NotFound(f"Resource not found - {call.fields['public_id']}")
    name = text(call.fields, "format").lower() or asset.format
    body = await _in_format(services, asset, name)
    attachment = asset.public_id.rpartition("/")[2] if is_true(call.fields, "attachment") else ""
    return _file(body, _mime(name), f"{attachment}.{name}" if attachment else "")


async def download_backup(services: Services, call: Call) -> Response:
    check_signed(call.cloud, call.fields)
    asset = await services.io.run(services.catalog.get_by_asset_id, required(call.fields, "asset_id"))
    version_id = required(call.fields, "version_id")
    kept = next((each for each in asset.backups if each.version_id == version_id), None) if asset else None
    if asset is None or asset.cloud != call.name or kept is None:
        raise NotFound(f"Resource not found - there is no backup {version_id} of {call.fields['asset_id']}")
    return _file(await read_source(services, kept.digest), _mime(kept.format), "")


async def archive(services: Services, call: Call) -> Document | Response:
    """``generate_archive``: sent at once (``mode=download``), or stored as a raw asset and described."""
    check_signed(call.cloud, call.fields, call.headers.get("authorization", ""))
    kind = text(call.fields, "target_format") or "zip"
    if kind not in ARCHIVES:
        raise RequestError(f"Invalid target_format {kind}: expected {', '.join(ARCHIVES)}")
    assets = await _chosen(services, call)
    packed = await _packed(services, call.fields, assets, kind)
    if text(call.fields, "mode") == "download":
        disposition = attachment(f"archive.{kind}")
        headers = {**SAFETY, **UNCACHED, **disposition}
        return StreamingResponse(_blocks(packed), media_type=ARCHIVES[kind], headers=headers)
    with packed:
        body = await asyncio.to_thread(packed.read)
    stored = await _keep(services, call, Arrival(body, f"archive.{kind}"), is_open=not any(map(is_restricted, assets)))
    counts = {"resource_count": len(assets), "file_count": len(assets)}
    link = signed_url(call.base, stored, call.cloud) if is_restricted(stored) else own_url(call.base, stored)
    return {**answer(call.base, stored, call.cloud), "url": link, "secure_url": link, **counts}


async def _keep(services: Services, call: Call, arrival: Arrival, *, is_open: bool) -> Asset:
    """What holds something that not everybody may see is for the owner, too."""
    name, kind = text(call.fields, "target_public_id"), arrival.filename.rpartition(".")[2]
    fields: Fields = {"public_id": f"{name}.{kind}"} if name else {}
    ref = ref_of(call.name, "raw", {**fields, "type": "upload" if is_open else AUTHENTICATED}, arrival.filename)
    return await receive(services, arrival, ref, {"tags": words(call.fields.get("target_tags"))})


async def _in_format(services: Services, asset: Asset, name: str) -> bytes:
    if asset.resource_type != "image" or name == asset.format:
        return await _original(services, asset)
    if name not in EXTENSIONS:
        raise RequestError(f"Invalid format {name}: it is not one that is written here")
    return (await derive_now(services, asset, Chain(output=Output(candidates=(EXTENSIONS[name].name,))))).body


async def _original(services: Services, asset: Asset) -> bytes:
    """The call is signed: it comes from the cloud's owner."""
    digest, _ = open_file(asset, OWNER)
    return await read_source(services, digest)


async def _chosen(services: Services, call: Call) -> list[Asset]:
    """Assets by public id, prefix and tag together, each once."""
    fields = call.fields
    found: dict[str, Asset] = {}
    for resource_type in RESOURCE_TYPES if call.path["resource_type"] == "all" else (call.resource_type,):
        async for asset in _candidates(services, call, resource_type):
            found[asset.asset_id] = asset
            if len(found) > MAX_ARCHIVED:
                raise LimitExceeded(f"Too many files for one archive: at most {MAX_ARCHIVED}")
    missing = set(words(fields.get("public_ids"))) - {each.public_id for each in found.values()}
    if missing and not is_true(fields, "allow_missing"):
        raise NotFound(f"Resource not found - {sorted(missing)[0]}")
    if not found:
        raise NotFound("No resources match the public_ids, prefixes and tags of the archive")
    return list(found.values())


async def _candidates(services: Services, call: Call, resource_type: str) -> AsyncIterator[Asset]:
    fields, catalog, run = call.fields, services.catalog, services.io.run
    type_ = delivery_type(fields)
    for public_id in words(fields.get("public_ids")):
        asset = await run(catalog.get, call.name, resource_type, type_, public_id)
        if asset and not asset.placeholder:
            yield asset
    listings = [(kind, word) for kind, name in LISTINGS.items() for word in words(fields.get(name))]
    for kind, word in listings:
        cursor = ""
        while True:
            page = await (
                run(catalog.list_assets, call.name, resource_type, type_, prefix=word, cursor=cursor)
                if kind == "prefix"
                else run(catalog.list_tagged, call.name, resource_type, word, cursor=cursor)
            )
            for asset in page.assets:
                if not asset.placeholder and asset.type == type_:
                    yield asset
            cursor = page.cursor
            if not cursor:
                break


async def _packed(services: Services, fields: Fields, assets: list[Asset], kind: str) -> IO[bytes]:
    file: IO[bytes] = tempfile.SpooledTemporaryFile(SPOOL_BYTES)  # noqa: SIM115 (its reader closes it)
    names = _names(assets, flat=is_true(fields, "flatten_folders"))
    if kind == "zip":
        # Pictures are compressed already: storing them costs no time and no more room.
        with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as packed:
            for asset, name in zip(assets, names, strict=True):
                await asyncio.to_thread(packed.writestr, name, await _original(services, asset))
    else:
        with tarfile.open(fileobj=file, mode="w:gz", compresslevel=1) as tar:
            for asset, name in zip(assets, names, strict=True):
                body = await _original(services, asset)
                entry = tarfile.TarInfo(name)
                entry.size = len(body)
                await asyncio.to_thread(tar.addfile, entry, io.BytesIO(body))
    file.seek(0)
    return file


def _names(assets: list[Asset], *, flat: bool) -> list[str]:
    """Public ids with their formats; each name once."""
    taken: dict[str, int] = {}
    names = []
    for asset in assets:
        stem = asset.public_id.rpartition("/")[2] if flat else asset.public_id
        suffix = f".{asset.format}" if asset.resource_type != "raw" and asset.format else ""
        taken[stem + suffix] = taken.get(stem + suffix, 0) + 1
        again = taken[stem + suffix]
        names.append(f"{stem}({again - 1}){suffix}" if again > 1 else stem + suffix)
    return names


def _blocks(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        while block := file.read(BLOCK_BYTES):
            yield block


def _mime(name: str) -> str:
    row = FORMATS.get(name) or EXTENSIONS.get(name)
    return row.mime if row else "application/octet-stream"


def _file(body: bytes, mime: str, filename: str) -> Response:
    disposition = attachment(filename) if filename else {}
    return Response(body, media_type=mime, headers={**SAFETY, **UNCACHED, **disposition})
