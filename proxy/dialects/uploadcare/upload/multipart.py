"""Files in parts: announced, sent to addresses of our own that nobody else can make, put together.

Parts lie in the store by their number, so they may come twice, in any order, to any proxy. A file that is small enough
to be worked on becomes one source, as every other; a larger one stays in its parts, each a source of its own, so that
no more than one of them is ever in memory. What nobody completes goes with the pieces of all other uploads.
"""

import hashlib
import hmac
import time
from dataclasses import asdict, dataclass, replace
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from media.derived.keys import digest
from media.errors import NotFound
from media.formats.source import SourceInfo
from media.integers import is_natural
from media.records import expiry
from media.records.asset import Asset
from media.records.expiry import Expiry
from media.records.sources import PIECES, save_source
from media.stores.store import Store
from media.work.jobs import GUESTS, UNSIGNED
from proxy.delivery.ingest import Kept, describe
from proxy.dialects.uploadcare import files, identity
from proxy.dialects.uploadcare.document import upload_document
from proxy.dialects.uploadcare.events import announce, arrivals
from proxy.dialects.uploadcare.files import Said, mime_of
from proxy.dialects.uploadcare.projects import Tenant, find_tenant
from proxy.dialects.uploadcare.settings import Uploadcare
from proxy.dialects.uploadcare.upload.auth import is_one_of
from proxy.dialects.uploadcare.upload.call import Call, answer
from proxy.dialects.uploadcare.upload.errors import UploadError
from proxy.dialects.uploadcare.upload.fields import read_natural
from proxy.http.forms import read_file
from proxy.http.uploads import Arrival
from proxy.services import Services

KIND = "uploadcare_multipart"
PART_BYTES = 5 * 1024 * 1024
MOST_PARTS = 2000
#: How long parts may be sent, and the file be completed.
OPEN_SECONDS = 24 * 3600
PARTS_PATH = "/multipart/parts"


@dataclass(frozen=True, slots=True)
class Multipart:
    """A file of ``size`` bytes that comes in parts of ``part_size``, the last one with what is left."""

    uuid: str
    public_key: str
    said: Said
    size: int
    part_size: int

    @property
    def count(self) -> int:
        return -(-self.size // self.part_size)

    def size_of(self, number: int) -> int:
        return min(self.part_size, self.size - number * self.part_size)

    def key(self, number: int) -> str:
        return f"{PIECES}{hashlib.sha256(self.uuid.encode()).hexdigest()}/{number:06d}"


def read(document: dict[str, Any] | None) -> Multipart:
    """Raises UploadError if there is none."""
    if document is None:
        raise UploadError(404, "MultipartUploadNotFoundError", "File is not found.")
    said = {**document["said"], "tags": tuple(document["said"]["tags"])}
    return Multipart(**{**document, "said": Said(**said)})


async def start(services: Services, call: Call) -> Response:
    settings = services.settings.vendor(Uploadcare)
    if not call.texts.get("filename"):
        raise UploadError(400, "FilenameRequiredError", "filename is required.")
    size, part_size = read_natural(call.texts, "size"), read_natural(call.texts, "part_size", PART_BYTES)
    if not 0 < size <= settings.max_multipart_bytes:
        limit = f"A file has 1 to {settings.max_multipart_bytes} bytes, got {size}."
        raise UploadError(413 if size else 400, "MultipartFileSizeInvalidError", limit)
    if not 0 < part_size <= services.settings.server.max_body_bytes or -(-size // part_size) > MOST_PARTS:
        limit = f"A file has at most {MOST_PARTS} parts of at most {services.settings.server.max_body_bytes} bytes"
        raise UploadError(400, "MultipartPartSizeInvalidError", f"{limit}; {size} bytes in parts of {part_size}.")
    if not call.is_signed:
        services.room.check(GUESTS)
    said = call.said(call.texts["filename"], call.texts.get("content_type", ""))
    coming = Multipart(identity.new_uuid(time.time()), call.tenant.public_key, said, size, part_size)
    await services.io.run(_note, services, coming)
    expires = int(time.time()) + OPEN_SECONDS
    addresses = [_address(call, coming.uuid, number, expires) for number in range(coming.count)]
    return answer({"uuid": coming.uuid, "parts": addresses})


def _note(services: Services, coming: Multipart) -> None:
    ends = int(time.time()) + OPEN_SECONDS
    expiry.note(services.catalog, Expiry(coming.uuid, KIND, ends, taken=[(KIND, coming.uuid)]))
    services.catalog.records(KIND).put(coming.uuid, asdict(coming))


def _address(call: Call, file_uuid: str, number: int, expires: int) -> str:
    proof = sign_part(call.tenant.project.secrets[0], file_uuid, number, expires)
    query = urlencode({"expires": expires, "signature": proof})
    return f"{call.bases.api}{PARTS_PATH}/{file_uuid}/{number}?{query}"


def sign_part(secret: str, file_uuid: str, number: int, expires: int) -> str:
    return hmac.new(secret.encode(), f"part:{file_uuid}/{number}:{expires}".encode(), hashlib.sha256).hexdigest()


async def put_part(services: Services, request: Request) -> Response:
    """A presigned address: it is what proves that its holder may send this part, until it expires."""
    file_uuid, written = request.path_params["uuid"], request.path_params["number"]
    coming = read(await services.io.run(services.catalog.records(KIND).get, file_uuid))
    tenant = find_tenant(services.settings.clouds, coming.public_key)
    number = int(written) if is_natural(written) else MOST_PARTS
    if tenant is None or not _is_signed(tenant, request, file_uuid, number):
        raise UploadError(403, "SignatureInvalidError", "The address of the part is not signed, or has expired.")
    expected = coming.size_of(number) if number < coming.count else 0
    upload = await read_file(services, request, max(1, expected))
    if not expected or upload.size != expected:
        await services.io.run(upload.file.close)
        sentence = f"Part {number} of {coming.count} must have {expected} bytes, got {upload.size}."
        raise UploadError(400, "MultipartPartSizeInvalidError", sentence)
    body = (await services.io.run(upload.read)).body
    if coming.said.is_unsigned:
        services.room.take_or_refuse(GUESTS, len(body))
    stat = await services.io.run(services.store.put, coming.key(number), body)
    return Response(headers={"ETag": f'"{stat.etag}"', "Access-Control-Allow-Origin": "*", "Cache-Control": "no-store"})


def _is_signed(tenant: Tenant, request: Request, file_uuid: str, number: int) -> bool:
    expires, proof = request.query_params.get("expires", ""), request.query_params.get("signature", "")
    if not is_natural(expires) or int(expires) < time.time():
        return False
    return is_one_of(proof, [sign_part(each, file_uuid, number, int(expires)) for each in tenant.project.secrets])


async def complete(services: Services, call: Call) -> Response:
    """The file, whoever asks how often: once it is there, it is there."""
    file_uuid = call.texts.get("uuid", "").lower()
    if not file_uuid:
        raise UploadError(400, "UuidRequiredError", "uuid is required.")
    try:
        asset = await files.find(services, call.cloud, file_uuid)
    except NotFound:
        asset = await services.flights.run(f"uploadcare:{file_uuid}", lambda: _complete(services, call, file_uuid))
    return answer(upload_document(asset))


async def _complete(services: Services, call: Call, file_uuid: str) -> Asset:
    coming = read(await services.io.run(services.catalog.records(KIND).get, file_uuid))
    if coming.public_key != call.tenant.public_key:
        raise UploadError(404, "MultipartUploadNotFoundError", "File is not found.")
    if coming.size <= services.settings.limits.max_source_bytes:
        arrival = await services.io.run(_joined, services.store, coming)
        asset = await files.keep(services, call.cloud, arrival, coming.said, file_uuid)
    else:
        asset = await _enter_parts(services, call.cloud, coming)
    await services.io.run(_clear, services, coming)
    await announce(services, call.tenant, asset, call.bases, *arrivals(asset))
    return asset


def _part(store: Store, coming: Multipart, number: int) -> bytes:
    blob = store.get(coming.key(number))
    if blob is None or len(blob.body) != coming.size_of(number):
        missing = f"Part {number} of {coming.count} is missing; send it, then complete the upload."
        raise UploadError(400, "MultipartUploadIncompleteError", f"File size mismatch. {missing}")
    return blob.body


def _joined(store: Store, coming: Multipart) -> Arrival:
    return Arrival(b"".join(_part(store, coming, number) for number in range(coming.count)), coming.said.filename)


async def _enter_parts(services: Services, cloud: str, coming: Multipart) -> Asset:
    if coming.said.is_unsigned:
        services.room.take_or_refuse(UNSIGNED, coming.size)
    whole, etag, parts = hashlib.sha256(), hashlib.md5(usedforsecurity=False), []
    for number in range(coming.count):
        body = await services.io.run(_part, services.store, coming, number)
        await services.io.run(whole.update, body)
        await services.io.run(etag.update, body)
        parts.append(digest(body))
        await services.io.run(save_source, services.store, parts[-1], body)
    kept = Kept(coming.size, whole.hexdigest(), etag.hexdigest())
    described = describe(files.ref_of(cloud, coming.uuid), SourceInfo("", 0, 0), kept, coming.said.filename)
    info = {"mime": mime_of(coming.said), "part_bytes": coming.part_size}
    return await files.enter(services, replace(described, parts=tuple(parts), info=info), coming.said)


def _clear(services: Services, coming: Multipart) -> None:
    for number in range(coming.count):
        services.store.delete(coming.key(number))
