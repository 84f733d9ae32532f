"""Admin API, upload presets: those of the configuration can be read, those in the catalog changed too."""

import secrets
from typing import Any

from media.errors import AlreadyExists, Forbidden, NotFound, RequestError
from proxy.dialects.cloudinary.api.admin.transformations import long_form
from proxy.dialects.cloudinary.api.attributes import check_offered
from proxy.dialects.cloudinary.api.call import Call, Document
from proxy.dialects.cloudinary.api.form import Fields, is_true, pairs, text, whole, words
from proxy.services import Services

MAX_RESULTS = 500
#: Parameters of the call that are no settings.
CALL_ONLY = frozenset({"name", "unsigned", "timestamp", "signature", "api_key", "upload_preset"})
LISTS = ("tags", "allowed_formats")
PAIRS = ("context", "metadata")
FLAGS = frozenset({
    "backup", "colors", "disallow_public_id", "discard_original_filename", "eager_async", "exif", "faces",
    "image_metadata", "invalidate", "live", "media_metadata", "overwrite", "phash", "quality_analysis",
    "return_delete_token", "unique_filename", "use_filename", "use_filename_as_display_name",
})  # fmt: skip


async def list_presets(services: Services, call: Call) -> Document:
    """The configured ones come first, on the first page."""
    limit = whole(call.fields, "max_results", 10, low=1, high=MAX_RESULTS)
    cursor = text(call.fields, "next_cursor")
    configured = [] if cursor else [_configured(call, name) for name in sorted(call.cloud.presets)]
    records = services.catalog.records(_kind(call))
    stored, cursor = await services.io.run(records.page, cursor=cursor, limit=limit)
    behind = {"next_cursor": cursor} if cursor else {}
    return {"presets": [_shown(record) for record in (*configured, *stored)], **behind}


async def show(services: Services, call: Call) -> Document:
    return _shown(await _find(services, call))


async def create(services: Services, call: Call) -> Document:
    name = text(call.fields, "name") or secrets.token_hex(4)
    if name in call.cloud.presets:
        raise AlreadyExists(f"Upload preset {name} already exists")
    document = _document(name, call.fields)

    def place(found: Document | None) -> Document:
        if found is not None:
            raise AlreadyExists(f"Upload preset {name} already exists")
        return document

    await services.io.run(services.catalog.records(_kind(call)).change, name, place)
    return {"message": "created", "name": name}


async def update(services: Services, call: Call) -> Document:
    found = await _changeable(services, call)
    given = _document(found["name"], call.fields)
    unsigned = given["unsigned"] if "unsigned" in call.fields else found["unsigned"]
    document = {**found, "unsigned": unsigned, "settings": {**found["settings"], **given["settings"]}}
    await services.io.run(services.catalog.records(_kind(call)).put, found["name"], document)
    return {"message": "updated"}


async def delete(services: Services, call: Call) -> Document:
    found = await _changeable(services, call)
    await services.io.run(services.catalog.records(_kind(call)).delete, found["name"])
    return {"message": "deleted"}


def _kind(call: Call) -> str:
    return f"presets/{call.name}"


def _document(name: str, fields: Fields) -> Document:
    if not name.isprintable() or len(name) > 255:
        raise RequestError("Invalid upload preset name: expected up to 255 printable characters")
    check_offered(fields)
    settings = {key: value for key, value in fields.items() if key not in CALL_ONLY and value != ""}
    return {"name": name, "unsigned": is_true(fields, "unsigned"), "settings": settings}


def _configured(call: Call, name: str) -> Document:
    preset = dict(call.cloud.presets[name])
    unsigned = bool(preset.pop("unsigned", False))
    return {"name": name, "unsigned": unsigned, "settings": preset}


async def _find(services: Services, call: Call) -> Document:
    name = call.path["name"]
    if name in call.cloud.presets:
        return _configured(call, name)
    found = await services.io.run(services.catalog.records(_kind(call)).get, name)
    if found is None:
        raise NotFound(f"Can't find upload preset with name {name}")
    return found


async def _changeable(services: Services, call: Call) -> Document:
    if call.path["name"] in call.cloud.presets:
        raise Forbidden(f"Upload preset {call.path['name']} is in the configuration file; change it there")
    return await _find(services, call)


def _shown(record: Document) -> Document:
    settings: dict[str, Any] = {name: _value(name, value) for name, value in record["settings"].items()}
    return {"name": record["name"], "unsigned": record["unsigned"], "settings": settings}


def _value(name: str, value: Any) -> Any:
    if name in LISTS:
        return list(words(value))
    if name in PAIRS:
        return pairs(value)
    if name == "transformation":
        return long_form(str(value))
    return str(value).lower() in ("true", "1") if name in FLAGS else value
