"""receive(): bytes from a client or an origin → a stored source and its asset.

Order matters: the bytes are judged, then stored, then the record that names them. A process killed in between
leaves bytes without a record (found again by their digest), never a record without bytes.
"""

import base64
import binascii
import hashlib
import re
import secrets
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote_to_bytes

from media.asset import Asset, SourceRef
from media.decode import decode
from media.errors import LimitExceeded, RequestError
from media.keys import digest
from media.paths import source_path
from media.probe import SourceInfo, probe
from proxy.services import Services

_DATA_URI = re.compile(r"data:[\w/+.;=-]*,", re.ASCII)
_ID_ALPHABET = "abcdefghijklmnopqrstuvwxyz0123456789"
RANDOM_ID_LENGTH = 20


@dataclass(frozen=True, slots=True)
class Arrival:
    """Bytes that came in, and the file name they came with ("" where there was none)."""

    body: bytes
    filename: str = ""


def random_public_id() -> str:
    return "".join(secrets.choice(_ID_ALPHABET) for _ in range(RANDOM_ID_LENGTH))


async def open_address(services: Services, text: str) -> Arrival:
    """A data URI or a remote address → its bytes.

    Raises RequestError for anything else, and what the origin fetcher raises.
    """
    if text.startswith("data:"):
        return Arrival(read_data_uri(text, services.settings.limits.max_source_bytes))
    if not text.startswith(("http://", "https://")):
        raise RequestError(f"Invalid file parameter: expected a file, a data URI or an http(s) URL, got {text[:80]}")
    fetched = await services.origin.fetch(text, max_bytes=services.settings.limits.max_source_bytes)
    return Arrival(fetched.body, text.partition("?")[0].rpartition("/")[2])


def read_data_uri(text: str, max_bytes: int) -> bytes:
    """RFC 2397. Raises RequestError where it is malformed, LimitExceeded where it is too long."""
    head = _DATA_URI.match(text)
    if head is None:
        raise RequestError("Invalid file parameter: the data URI has no comma")
    payload = text[head.end() :]
    if len(payload) * 3 // 4 > max_bytes:
        raise LimitExceeded(f"File size too large: at most {max_bytes} bytes")
    if not head.group().removesuffix(",").endswith(";base64"):
        return unquote_to_bytes(payload)
    try:
        return base64.b64decode(payload, validate=False)
    except binascii.Error as error:
        raise RequestError("Invalid file parameter: the data URI is not base64") from error


@dataclass(frozen=True, slots=True)
class Description:
    """What a client says about an asset beside its bytes."""

    tags: tuple[str, ...] = ()
    context: dict[str, str] = field(default_factory=dict)
    info: dict[str, Any] = field(default_factory=dict)
    asset_folder: str = ""
    display_name: str = ""


async def receive(services: Services, arrival: Arrival, ref: SourceRef, described: Description | None = None) -> Asset:
    """Judge, store, record. The same identity again gets a new version and keeps its ``asset_id``.

    Raises UnsupportedFormat, SourceError or LimitExceeded for bytes that are no good.
    """
    asset = await keep_source(services, arrival, ref, described)
    return await services.io.run(services.catalog.save, asset)


async def keep_source(
    services: Services, arrival: Arrival, ref: SourceRef, described: Description | None = None
) -> Asset:
    """Judge and store, as :func:`receive` does, without a record: for doors that answer at once and list nothing."""
    limits = services.settings.limits
    if len(arrival.body) > limits.max_source_bytes:
        raise LimitExceeded(f"File size too large. Got {len(arrival.body)}. Maximum is {limits.max_source_bytes}.")
    info = await services.pixels.run(examine, arrival.body, limits.max_source_pixels)
    name = digest(arrival.body)
    if await services.io.run(services.store.stat, source_path(name)) is None:
        await services.io.run(services.store.put, source_path(name), arrival.body)
    return _asset(arrival, ref, info, name, described or Description())


def examine(body: bytes, max_pixels: int) -> SourceInfo:
    """Read the header, then every pixel: a truncated file must not become a source."""
    info = probe(body, max_pixels=max_pixels)
    decode(body, max_pixels=max_pixels)
    return info


def _asset(arrival: Arrival, ref: SourceRef, info: SourceInfo, name: str, described: Description) -> Asset:
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
        pages=info.frames,
        bytes=len(arrival.body),
        digest=name,
        etag=hashlib.md5(arrival.body, usedforsecurity=False).hexdigest(),
        has_alpha=info.has_alpha,
        created_at=instant,
        uploaded_at=instant,
        tags=described.tags,
        context=described.context,
        info=described.info,
        original_filename=arrival.filename.rpartition(".")[0] or arrival.filename,
        asset_folder=described.asset_folder,
        display_name=described.display_name,
    )
