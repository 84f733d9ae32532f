"""receive(): bytes from a client or an origin → a stored source and its asset.

Order matters: the bytes are judged, then stored, then the record that names them. A process killed in between
leaves bytes without a record (found again by their digest), never a record without bytes.
"""

import hashlib
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from media.derived.keys import digest
from media.errors import Forbidden, LimitExceeded, NotFound, RequestError
from media.formats.source import SourceInfo, open_source
from media.records.asset import Asset, SourceRef
from media.records.limits import MAX_NAME_LENGTH
from media.records.sources import check_source, save_source, source_path
from media.stores import open_store
from media.stores.store import Store, check_key, pieces_of
from media.work.jobs import GUESTS
from proxy.http.uploads import Arrival, Upload
from proxy.services import Services

_ID_ALPHABET = "abcdefghijklmnopqrstuvwxyz0123456789"
RANDOM_ID_LENGTH = 20


def random_public_id() -> str:
    return "".join(secrets.choice(_ID_ALPHABET) for _ in range(RANDOM_ID_LENGTH))


async def open_address(services: Services, text: str) -> Arrival:
    """A remote address → its bytes. Raises RequestError for anything else, and what the origin fetcher raises."""
    if text.startswith("s3://"):
        return await _open_bucket(services, text)
    if not text.startswith(("http://", "https://")):
        expected = "a file, a data URI in the body, an http(s) or an s3 URL"
        raise RequestError(f"Invalid file parameter: expected {expected}, got {text[:80]}")
    with services.bodies.lent() as charge:
        most = services.settings.limits.max_source_bytes
        fetched = await services.origin.fetch(text, max_bytes=most, charge=charge)
    return Arrival(fetched.body, text.partition("?")[0].rpartition("/")[2])


async def _open_bucket(services: Services, text: str) -> Arrival:
    """``s3://bucket/key``, from the buckets that the operator named, with the store's credentials."""
    bucket, _, key = text.removeprefix("s3://").partition("/")
    if bucket not in services.settings.origin.s3_buckets:
        raise Forbidden(f"The bucket {bucket} is not among the permitted ones (origin.s3_buckets).")
    settings = replace(services.settings.store, kind="s3", bucket=bucket, prefix="")
    try:
        check_key(key)
    except ValueError as error:
        raise RequestError(f"Invalid file parameter: {key[:80]!r} is not a key of a bucket") from error
    store = await services.io.run(open_store, settings)
    blob = await services.io.run(store.get, key)
    if blob is None:
        raise NotFound(f"Resource not found - {text}")
    return Arrival(blob.body, key.rpartition("/")[2])


async def receive(
    services: Services, arrival: Arrival, ref: SourceRef, attributes: Mapping[str, Any] | None = None
) -> Asset:
    """Judge, store, record. The same identity again gets a new version and keeps its ``asset_id``.

    ``attributes`` are fields of the record that a client chose. Raises what :func:`keep_source` raises.
    """
    return await record(services, await keep_source(services, arrival, ref), attributes or {})


async def keep_guest(services: Services, arrival: Arrival, ref: SourceRef) -> Asset:
    """As :func:`keep_source`, for bytes that are not there to last: fetched on the way, or recorded nowhere.

    Raises Unavailable if there is no room for more of them, too.
    """
    services.room.take_or_refuse(GUESTS, len(arrival.body))
    return await keep_source(services, arrival, ref)


async def keep_picture(services: Services, name: str, body: bytes) -> None:
    """A picture as a chain has made it, a source by its content: a worker will open it. As :func:`keep_guest`."""
    if await services.io.run(services.store.stat, source_path(name)) is None:
        services.room.take_or_refuse(GUESTS, len(body))
    await services.io.run(save_source, services.store, name, body)


async def keep_source(services: Services, arrival: Arrival, ref: SourceRef) -> Asset:
    """Judge the bytes and store them; the asset is described, not recorded.

    Raises UnsupportedFormat, SourceError or LimitExceeded for bytes that are no good. What is no image (``ref`` says
    so) is stored as it is.
    """
    limits = services.settings.limits
    if len(arrival.body) > limits.max_source_bytes:
        raise LimitExceeded(f"File size too large. Got {len(arrival.body)}. Maximum is {limits.max_source_bytes}.")
    if ref.resource_type == "image":
        info = await services.pixels.run(examine, arrival.body, limits.max_source_pixels)
    else:
        info = SourceInfo(_extension(arrival.filename, ref.public_id), 0, 0)
    kept = await services.io.run(_kept, arrival.body)
    await services.io.run(save_source, services.store, kept.digest, arrival.body)
    return describe(ref, info, kept, arrival.filename)


async def keep_guest_file(services: Services, upload: Upload, ref: SourceRef) -> Asset:
    """A large file that is no image, from the disk to the store in pieces; it is judged by who works on it.

    Raises LimitExceeded for more than a video may have, Unavailable if there is no room.
    """
    most = services.settings.limits.max_video_bytes
    if upload.size > most:
        raise LimitExceeded(f"File size too large. Got {upload.size}. Maximum is {most}.")
    services.room.take_or_refuse(GUESTS, upload.size)
    kept = await services.io.run(_keep_file, services.store, upload)
    return describe(ref, SourceInfo(_extension(upload.filename, ""), 0, 0), kept, upload.filename)


async def record(services: Services, asset: Asset, attributes: Mapping[str, Any], *, is_kept: bool = False) -> Asset:
    """Write the record of bytes that :func:`keep_source` stored; ``is_kept``: this version can be restored later.

    Raises Unavailable if that was so long ago that they are gone again.
    """
    described = replace(asset, **attributes)
    backups = (described.backup(),) if is_kept else ()
    await services.io.run(check_source, services.store, asset.digest)
    return await services.io.run(services.catalog.save, replace(described, backups=backups))


def _extension(filename: str, public_id: str) -> str:
    extension = (filename or public_id).rpartition(".")[2]
    return extension.lower() if extension.isalnum() and extension.isascii() and len(extension) <= 10 else ""


def examine(body: bytes, max_pixels: int) -> SourceInfo:
    """Read the header, then every pixel: a truncated file must not become a source."""
    source = open_source(body, max_pixels=max_pixels)
    source.first_frame()
    return source.info


@dataclass(frozen=True, slots=True)
class Kept:
    """Stored bytes: how many, their SHA-256, their MD5."""

    size: int
    digest: str
    etag: str


def _kept(body: bytes) -> Kept:
    """A hundred megabytes take a third of a second each: not on the loop."""
    return Kept(len(body), digest(body), hashlib.md5(body, usedforsecurity=False).hexdigest())


def _keep_file(store: Store, upload: Upload) -> Kept:
    sha, md5 = hashlib.sha256(), hashlib.md5(usedforsecurity=False)
    with upload.file as file:
        for piece in pieces_of(file):
            sha.update(piece)
            md5.update(piece)
        kept = Kept(upload.size, sha.hexdigest(), md5.hexdigest())
        store.put_file(source_path(kept.digest), file)
    return kept


def describe(ref: SourceRef, info: SourceInfo, kept: Kept, filename: str) -> Asset:
    """The asset of stored bytes, to be recorded."""
    now = time.time()
    instant = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(now))
    return Asset(
        asset_id=secrets.token_hex(16),
        cloud=ref.cloud,
        resource_type=ref.resource_type,
        type=ref.type,
        public_id=ref.public_id,
        version=int(now),
        version_id=secrets.token_hex(16),
        format=info.format,
        width=info.width,
        height=info.height,
        pages=info.pages,
        bytes=kept.size,
        digest=kept.digest,
        etag=kept.etag,
        has_alpha=info.has_alpha,
        created_at=instant,
        uploaded_at=instant,
        original_filename=(filename.rpartition(".")[0] or filename)[:MAX_NAME_LENGTH],
    )
