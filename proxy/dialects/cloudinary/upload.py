"""POST /v1_1/<cloud>/image/upload: the route and its walk.

::

    upload
      ├ _form                       multipart or urlencoded → fields
      ├ authorize                   signature, or an unsigned preset
      ├ ingest.open_address · receive
      ├ eager.derive_all            now, or as jobs (eager_async)
      └ _answer                     the vendor's JSON
"""

import time
from collections.abc import Mapping
from typing import Any

from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from media.asset import Asset, SourceRef
from media.config import Cloud
from media.errors import BadSignature, MediaError, RequestError
from proxy.dialect import Dialect, Path
from proxy.dialects.cloudinary import eager, envelope, signature
from proxy.dialects.cloudinary.tenant import find_cloud, secret_of
from proxy.ingest import Arrival, Description, open_address, random_public_id, receive
from proxy.services import Services
from proxy.sources import find_asset

STALE_AFTER_SECONDS = 3600
MAX_FIELDS = 1000
TRUE = frozenset({"true", "1"})

#: What a page may choose when its upload is not signed; the rest comes from the preset (spec 7.2).
UNSIGNED_FIELDS = frozenset(
    [
        "file",
        "upload_preset",
        "callback",
        "public_id",
        "folder",
        "asset_folder",
        "tags",
        "context",
        "metadata",
        "face_coordinates",
        "custom_coordinates",
        "source",
        "filename_override",
        "regions",
        "timestamp",
        "api_key",
    ]
)
#: Where both say something, an unsigned request wins over its preset in these only.
REQUEST_WINS = frozenset({"file", "public_id", "filename_override", "upload_preset"})

Fields = dict[str, Any]


async def upload(services: Services, request: Request) -> Response:
    name = request.path_params["cloud"]
    cloud = find_cloud(services, name)
    form = await _form(request)
    fields = authorize(cloud, form)
    arrival = await _arrival(services, fields)
    ref = _ref(name, request.path_params["resource_type"], fields, arrival)
    existing = await _existing(services, ref, fields)
    asset = existing or await receive(services, arrival, ref, _description(fields))
    answer = describe(request, services, asset, cloud)
    if existing:
        answer["existing"] = True
    if fields.get("eager"):
        base = address(request, services)
        answer |= await eager.derive_all(
            services, asset, fields["eager"], base, is_async=_is_true(fields, "eager_async")
        )
    return JSONResponse(answer, headers={"Cache-Control": "no-store"})


async def _form(request: Request) -> Fields:
    """Fields by name; ``name[]`` and repeated names become lists."""
    try:
        form = await request.form(max_files=4, max_fields=MAX_FIELDS, max_part_size=256 * 1024 * 1024)
    except HTTPException as error:
        raise RequestError(f"Invalid form: {error.detail}") from error
    fields: Fields = {}
    for key, value in form.multi_items():
        name = key.removesuffix("[]")
        is_list = key.endswith("[]") or name in fields
        fields[name] = [*_as_list(fields.get(name)), value] if is_list else value
    return fields


def _as_list(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def authorize(cloud: Cloud, form: Fields, now: float | None = None) -> Fields:
    """The fields that count: as signed, or joined with an unsigned preset. Raises BadSignature or RequestError."""
    preset = _preset(cloud, form.get("upload_preset"))
    if "signature" in form:
        _verify(cloud, form, time.time() if now is None else now)
        return {**preset, **form}
    if not form.get("upload_preset"):
        raise RequestError("Upload preset must be specified when using unsigned upload")
    if not preset.get("unsigned"):
        raise RequestError("Upload preset must be whitelisted for unsigned uploads")
    refused = sorted(set(form) - UNSIGNED_FIELDS)
    if refused:
        raise RequestError(f"{refused[0]} parameter is not allowed when using unsigned upload")
    mine = {name: value for name, value in form.items() if name in REQUEST_WINS or name not in preset}
    return {**preset, **mine, "overwrite": "false"}


def _preset(cloud: Cloud, name: str | None) -> Mapping[str, Any]:
    if not name:
        return {}
    if name not in cloud.presets:
        raise RequestError(f"Upload preset not found: {name}")
    return cloud.presets[name]


def _verify(cloud: Cloud, form: Fields, now: float) -> None:
    secret = secret_of(cloud, str(form.get("api_key", "")))
    given = str(form["signature"])
    signed = {name: value for name, value in form.items() if not isinstance(value, UploadFile)}
    if not signature.verify_request(signed, given, [secret]):
        text = signature.string_to_sign(signed)
        raise BadSignature(f"Invalid Signature {given}. String to sign - '{text}'.")
    timestamp = str(form.get("timestamp", ""))
    if not timestamp.isdigit():
        raise RequestError("Missing required parameter - timestamp")
    if abs(now - int(timestamp[:12])) > STALE_AFTER_SECONDS:
        raise RequestError("Stale request - reported time is more than 1 hour ago")


async def _arrival(services: Services, fields: Fields) -> Arrival:
    file = fields.get("file")
    if isinstance(file, UploadFile):
        return Arrival(await file.read(), fields.get("filename_override") or file.filename or "")
    if not isinstance(file, str) or not file:
        raise RequestError("Missing required parameter - file")
    arrival = await open_address(services, file)
    return Arrival(arrival.body, fields.get("filename_override") or arrival.filename)


def _ref(cloud: str, resource_type: str, fields: Fields, arrival: Arrival) -> SourceRef:
    if resource_type not in ("image", "auto"):
        raise RequestError(f"Invalid resource type {resource_type}: only image (or auto) is stored here")
    public_id = str(fields.get("public_id") or _generated_id(fields, arrival)).strip("/")
    if folder := str(fields.get("folder") or "").strip("/"):
        public_id = f"{folder}/{public_id}"
    if len(public_id) > 255:
        raise RequestError("public_id is too long")
    if (
        any(part in ("", ".", "..") for part in public_id.split("/"))
        or not public_id.isprintable()
        or "\\" in public_id
    ):
        raise RequestError(f"public_id ({public_id!r}) is invalid")
    return SourceRef(cloud, "image", str(fields.get("type") or "upload"), public_id)


def _generated_id(fields: Fields, arrival: Arrival) -> str:
    stem = arrival.filename.rpartition(".")[0] or arrival.filename
    if not _is_true(fields, "use_filename") or not stem:
        return random_public_id()
    safe = "".join(character if character.isalnum() or character in "-_." else "_" for character in stem)
    is_unique = str(fields.get("unique_filename", "true")).lower() in TRUE
    return f"{safe}_{random_public_id()[:6]}" if is_unique else safe


async def _existing(services: Services, ref: SourceRef, fields: Fields) -> Asset | None:
    """The asset that stays, where the request may not overwrite it."""
    if str(fields.get("overwrite", "true")).lower() in TRUE:
        return None
    return await find_asset(services, ref)


def _is_true(fields: Fields, name: str) -> bool:
    return str(fields.get(name, "")).lower() in TRUE


def _description(fields: Fields) -> Description:
    tags = tuple(tag.strip() for part in _as_list(fields.get("tags")) for tag in str(part).split(",") if tag.strip())
    return Description(
        tags, _context(str(fields.get("context") or "")), asset_folder=str(fields.get("asset_folder") or "")
    )


def _context(text: str) -> dict[str, str]:
    r"""``k=v|k2=v2``; a literal ``=`` or ``|`` is escaped by a backslash."""
    marked = text.replace(r"\|", "\0").replace(r"\=", "\1")
    pairs = (pair.partition("=") for pair in marked.split("|") if "=" in pair)
    return {_restored(key): _restored(value) for key, _, value in pairs}


def _restored(text: str) -> str:
    return text.replace("\0", "|").replace("\1", "=")


def address(request: Request, services: Services) -> str:
    """Scheme and host that clients reach us by, without a trailing slash."""
    return (services.settings.server.public_url or str(request.base_url)).rstrip("/")


def describe(request: Request, services: Services, asset: Asset, cloud: Cloud) -> Fields:
    """The asset as the vendor's JSON (spec 7.1)."""
    secret = next(iter(cloud.keys.values()), "")
    url = eager.delivery_url(address(request, services), asset, "", asset.format)
    optional = {"context": {"custom": dict(asset.context)}} if asset.context else {}
    return {
        "asset_id": asset.asset_id,
        "public_id": asset.public_id,
        "version": asset.version,
        "version_id": asset.version_id,
        "signature": signature.sign_response(asset.public_id, asset.version, secret, cloud.signature_algorithm),
        "width": asset.width,
        "height": asset.height,
        "format": asset.format,
        "resource_type": asset.resource_type,
        "created_at": asset.created_at,
        "tags": list(asset.tags),
        "pages": asset.pages,
        "bytes": asset.bytes,
        "type": asset.type,
        "etag": asset.etag,
        "placeholder": False,
        "url": url,
        "secure_url": url,
        "asset_folder": asset.asset_folder,
        "display_name": asset.display_name or asset.public_id.rpartition("/")[2],
        "original_filename": asset.original_filename,
        "api_key": next(iter(cloud.keys), ""),
        **optional,
    }


def say(error: MediaError, request: Request) -> Response:
    status, headers, body = envelope.envelope(error, api=True)
    return Response(body, status_code=status, headers=headers)


CLOUDINARY_API = Dialect("cloudinary_api", (Path("/v1_1/{cloud}/{resource_type}/upload", ("POST",), upload),), say)
