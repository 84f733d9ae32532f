"""Admin API, transformations: named ones, and which may be used unsigned while a cloud is strict."""

from typing import Any

from media.errors import AlreadyExists, NotFound, RequestError
from media.integers import is_natural
from proxy.dialects.cloudinary.api.call import Call, Document
from proxy.dialects.cloudinary.api.form import is_true, required, text, whole
from proxy.dialects.cloudinary.api.upload.eager import split_format
from proxy.dialects.cloudinary.named_transformations import definitions, kind
from proxy.dialects.cloudinary.semantics import vocabulary
from proxy.dialects.cloudinary.settings import Cloudinary
from proxy.dialects.cloudinary.syntax import grammar
from proxy.services import Services

PREFIX = "t_"
MAX_NAME_LENGTH = 255
MAX_RESULTS = 500

#: Short key → the word that an answer's ``info`` has for it.
LONG_NAMES = {
    "a": "angle", "ar": "aspect_ratio", "b": "background", "bo": "border", "c": "crop", "co": "color", "d":
    "default_image", "dn": "density", "dpr": "dpr", "e": "effect", "f": "fetch_format", "fl": "flags", "g": "gravity",
    "h": "height", "l": "overlay", "o": "opacity", "pg": "page", "q": "quality", "r": "radius", "t": "transformation",
    "u": "underlay", "w": "width", "x": "x", "y": "y", "z": "zoom",
}  # fmt: skip


async def list_transformations(services: Services, call: Call) -> Document:
    """All of them, or the one that a parameter names."""
    if text(call.fields, "transformation"):
        return await show(services, call)
    limit = whole(call.fields, "max_results", 10, low=1, high=MAX_RESULTS)
    cursor = text(call.fields, "next_cursor")
    records = services.catalog.records(kind(call.name))
    found, cursor = await services.io.run(records.page, cursor=cursor, limit=limit)
    wanted = is_true(call.fields, "named") if "named" in call.fields else None
    rows = [_row(record) for record in found if wanted is None or record["named"] == wanted]
    return {"transformations": rows, **({"next_cursor": cursor} if cursor else {})}


async def show(services: Services, call: Call) -> Document:
    record = await _find(services, call)
    return {**_row(record), "info": long_form(record["definition"]), "derived": []}


async def create(services: Services, call: Call) -> Document:
    name = required(call.fields, "name").removeprefix(PREFIX)
    if len(name) > MAX_NAME_LENGTH or not name.isprintable() or any(character in "/,.:" for character in name):
        raise RequestError(f"Invalid transformation name {name}: it must not contain / , . or :")
    definition = await _definition(services, call, "transformation")

    def place(found: Document | None) -> Document:
        if found is not None:
            raise AlreadyExists(f"Transformation {name} already exists")
        return {"name": name, "definition": definition, "allowed_for_strict": True, "named": True}

    await services.io.run(services.catalog.records(kind(call.name)).change, name, place)
    return {"message": "created"}


async def update(services: Services, call: Call) -> Document:
    """``allowed_for_strict``, or another definition (``unsafe_update``: stored derived assets keep the old one)."""
    name = _name(call)
    changes: dict[str, Any] = {}
    if "allowed_for_strict" in call.fields:
        changes["allowed_for_strict"] = is_true(call.fields, "allowed_for_strict")
    if text(call.fields, "unsafe_update"):
        changes["definition"] = await _definition(services, call, "unsafe_update")
    if not changes:
        raise RequestError("Missing required parameter - allowed_for_strict or unsafe_update")
    unnamed = _unnamed(name)

    def edit(found: Document | None) -> Document:
        if found is None and unnamed is None:
            raise NotFound(f"Can't find transformation {name}")
        return {**(found or unnamed or {}), **changes}

    await services.io.run(services.catalog.records(kind(call.name)).change, name, edit)
    return {"message": "updated"}


async def delete(services: Services, call: Call) -> Document:
    record = await _find(services, call)
    await services.io.run(services.catalog.records(kind(call.name)).delete, record["name"])
    return {"message": "deleted"}


def long_form(definition: str) -> list[dict[str, Any]]:
    """A definition as the SDKs write transformations: one object per component."""
    return [_component(component) for component in grammar.parse(definition)]


def _component(component: grammar.Component) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for each in component.parameters:
        name = LONG_NAMES.get(each.key, each.key)
        found[name] = int(each.value) if is_natural(each.value) else each.value
    return found


def _row(record: Document) -> Document:
    name = f"{PREFIX}{record['name']}" if record["named"] else record["name"]
    return {
        "name": name,
        "allowed_for_strict": record["allowed_for_strict"],
        "used": False,
        "named": record["named"],
    }


def _name(call: Call) -> str:
    """Named (``t_x`` or ``x``), or an unnamed one by its canonical text."""
    written = call.path.get("name") or required(call.fields, "transformation")
    if grammar.looks_like_component(written.partition("/")[0]) and not written.startswith(PREFIX):
        return vocabulary.canonical_text(split_format(written)[0])
    return written.removeprefix(PREFIX)


def _unnamed(name: str) -> Document | None:
    if not grammar.looks_like_component(name.partition("/")[0]):
        return None
    return {"name": name, "definition": name, "allowed_for_strict": False, "named": False}


async def _find(services: Services, call: Call) -> Document:
    name = _name(call)
    record = await services.io.run(services.catalog.records(kind(call.name)).get, name)
    if record is None:
        raise NotFound(f"Can't find transformation {name}")
    return record


async def _definition(services: Services, call: Call, field: str) -> str:
    """The text of a definition that compiles. Raises BadTransformation for one that would not."""
    definition = required(call.fields, field)
    components = grammar.parse(definition)
    vocabulary.compile(
        components,
        named=await definitions(services, call.name, components),
        removal_first=services.settings.vendor(Cloudinary).removal_first,
        skip_unavailable=services.settings.delivery.skip_unavailable,
    )
    return definition
