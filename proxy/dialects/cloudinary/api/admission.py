"""Admission to the APIs: signatures and unsigned presets for uploads, Basic credentials and a quota for the admin's."""

import base64
import hmac
import logging
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from media.config import Cloud
from media.errors import BadSignature, RateLimited, RequestError, Unavailable
from media.integers import is_natural
from proxy.dialects.cloudinary import signature
from proxy.dialects.cloudinary.api.form import Fields, pairs
from proxy.dialects.cloudinary.settings import Cloudinary
from proxy.dialects.cloudinary.tenant import find_cloud, secret_of
from proxy.services import Services

log = logging.getLogger("cutout.cloudinary")

STALE_AFTER_SECONDS = 3600
HOUR_SECONDS = 3600

#: What a page may choose when its upload is not signed; the rest comes from the preset (spec 7.2).
UNSIGNED_FIELDS = frozenset({
    "file", "upload_preset", "callback", "public_id", "folder", "asset_folder", "public_id_prefix", "tags", "context",
    "metadata", "face_coordinates", "custom_coordinates", "source", "filename_override", "regions", "timestamp",
    "api_key", "display_name",
})  # fmt: skip
#: If both say something, an unsigned request wins over its preset in these only.
REQUEST_WINS = frozenset({"file", "public_id", "filename_override", "upload_preset"})
#: Said by both, these are joined pair by pair.
MERGED = ("context", "metadata")
#: Fields of a preset that are about the preset.
PRESET_ONLY = frozenset({"unsigned", "disallow_public_id", "live", "name"})


@dataclass(frozen=True, slots=True)
class Quota:
    """Calls of this hour; ``reset`` in unix seconds."""

    limit: int
    used: int
    reset: int


async def admit(services: Services, name: str, authorization: str) -> Quota:
    """Raises BadSignature without valid credentials, RateLimited behind the hour's quota."""
    cloud = find_cloud(services, name)
    check_credentials(cloud, authorization)
    quota = await _count(services, name)
    if quota.used > quota.limit:
        moment = datetime.fromtimestamp(quota.reset, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
        raise RateLimited(f"Rate Limit Exceeded. Limit of {quota.limit} api operations reached. Try again on {moment}")
    return quota


def check_credentials(cloud: Cloud, authorization: str) -> None:
    scheme, _, credentials = authorization.partition(" ")
    if scheme.lower() == "bearer":
        raise BadSignature("OAuth tokens are not known here; use api_key and api_secret")
    if scheme.lower() != "basic":
        raise BadSignature("Must supply api_key and api_secret as Basic credentials")
    try:
        key, _, secret = base64.b64decode(credentials, validate=True).decode().partition(":")
    except ValueError as error:
        raise BadSignature("Invalid Basic credentials") from error
    if not hmac.compare_digest(secret_of(cloud, key).encode(), secret.encode()):
        raise BadSignature(f"Invalid credentials for api_key {key}")


async def _count(services: Services, name: str) -> Quota:
    limit = services.settings.vendor(Cloudinary).admin_calls_per_hour
    hour = int(time.time()) // HOUR_SECONDS
    reset = (hour + 1) * HOUR_SECONDS
    try:
        return Quota(limit, await services.queue.count(f"cutout:admin:{name}:{hour}", HOUR_SECONDS), reset)
    except Unavailable as error:
        # A counter must not lock an administrator out while Redis is down.
        log.warning("admin calls are not counted: %s", error)
        return Quota(limit, 0, reset)


def limit_headers(quota: Quota) -> dict[str, str]:
    return {
        "X-FeatureRateLimit-Limit": str(quota.limit),
        "X-FeatureRateLimit-Remaining": str(max(0, quota.limit - quota.used)),
        "X-FeatureRateLimit-Reset": datetime.fromtimestamp(quota.reset, UTC).strftime("%a, %d %b %Y %H:%M:%S GMT"),
    }


def check_signed(cloud: Cloud, fields: Fields, authorization: str = "", *, beside: Collection[str] = ()) -> Fields:
    """The parameters that a valid signature covers, or the secret itself as Basic credentials lets through.

    ``fields`` are canonical. Those named in ``beside`` may be sent unsigned, and then do not count. Raises BadSignature
    or RequestError.
    """
    if "signature" not in fields:
        check_credentials(cloud, authorization)
        return fields
    core = {name: value for name, value in fields.items() if name not in beside}
    signed = core if _is_signed(cloud, core) else fields
    if not _is_signed(cloud, signed):
        text = signature.string_to_sign(fields)
        raise BadSignature(f"Invalid Signature {fields['signature']}. String to sign - '{text}'.")
    _check_time(signed, time.time())
    return signed


async def authorize(services: Services, name: str, cloud: Cloud, form: Fields, authorization: str = "") -> Fields:
    """The parameters of an upload that count: as signed, or joined with an unsigned preset."""
    preset = await _preset(services, name, cloud, form.get("upload_preset"))
    settings = {key: value for key, value in preset.items() if key not in PRESET_ONLY}
    if preset.get("disallow_public_id") and form.get("public_id"):
        raise RequestError("public_id is not allowed by the upload preset")
    if "signature" in form or authorization:
        check_signed(cloud, form, authorization)
        return {**settings, **form}
    if not form.get("upload_preset"):
        raise RequestError("Upload preset must be specified when using unsigned upload")
    if not preset.get("unsigned"):
        raise RequestError("Upload preset must be whitelisted for unsigned uploads")
    refused = sorted(set(form) - UNSIGNED_FIELDS)
    if refused:
        raise RequestError(f"{refused[0]} parameter is not allowed when using unsigned upload")
    mine = {key: value for key, value in form.items() if key in REQUEST_WINS or key not in settings}
    merged = {key: {**pairs(form.get(key)), **pairs(settings.get(key))} for key in MERGED if key in form}
    return {**settings, **mine, **merged, "overwrite": "false"}


async def _preset(services: Services, name: str, cloud: Cloud, preset: str | None) -> Mapping[str, Any]:
    if not preset:
        return {}
    if preset in cloud.presets:
        return cloud.presets[preset]
    stored = await services.io.run(services.catalog.records(f"presets/{name}").get, str(preset))
    if stored is None:
        raise RequestError(f"Upload preset not found: {preset}")
    return {**stored["settings"], "unsigned": stored["unsigned"]}


def _is_signed(cloud: Cloud, fields: Fields) -> bool:
    secret = secret_of(cloud, fields.get("api_key", ""))
    versions = (2,) if cloud.signature_v2_only else (1, 2)
    return signature.verify_request(fields, fields["signature"], [secret], versions)


def _check_time(fields: Fields, now: float) -> None:
    timestamp, expires = fields.get("timestamp", ""), fields.get("expires_at", "")
    if not is_natural(timestamp):
        raise RequestError("Missing required parameter - timestamp")
    if expires and not is_natural(expires):
        raise RequestError(f"Invalid value {expires} for parameter expires_at: expected a time in seconds")
    if expires and now > int(expires):
        raise RequestError(f"Stale request - the link expired at {expires}")
    if not expires and abs(now - int(timestamp)) > STALE_AFTER_SECONDS:
        raise RequestError(f"Stale request - reported time is {timestamp} which is more than 1 hour ago")
