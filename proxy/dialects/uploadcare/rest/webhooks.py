"""/webhooks/: who is told of what happens to files."""

import time
from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from media.errors import Forbidden, NotFound, RequestError
from media.integers import is_natural
from media.network.transport import check_host, parse_url
from media.records.asset import Document
from proxy.dialects.uploadcare import identity
from proxy.dialects.uploadcare.events import EVENTS, KIND, VERSION, hooks_of, project_id
from proxy.dialects.uploadcare.rest.auth import Invalid, Refused
from proxy.dialects.uploadcare.rest.call import Call, answer, nothing, read_fields
from proxy.services import Services

MOST_HOOKS, MAX_URL_LENGTH, MAX_SECRET_LENGTH = 100, 255, 32
FLAGS = {"true": True, "1": True, "on": True, "false": False, "0": False, "off": False}
TAKEN = "The project is already subscribed on this event."


async def list_hooks(services: Services, call: Call) -> Response:
    document = await services.io.run(services.catalog.records(KIND).get, call.cloud)
    return answer([_shown(call, hook) for hook in hooks_of(document)])


async def create(services: Services, call: Call) -> Response:
    fields = await read_fields(services, call)
    if "target_url" not in fields:
        raise Invalid({"target_url": ["This field is required."], "detail": "`target_url` is missing."})
    said = _read(services, fields)
    now = identity.instant(time.time())
    defaults = {"event": EVENTS[0], "is_active": True, "signing_secret": None}
    hook = {**defaults, **said, "created": now, "updated": now}

    def add(hooks: list[Document], next_id: int) -> list[Document]:
        if len(hooks) >= MOST_HOOKS:
            raise Refused(400, f"A project has at most {MOST_HOOKS} webhooks.")
        return [*hooks, {"id": next_id, **hook}]

    hooks = await _change(services, call, add)
    return answer(_shown(call, hooks[-1]), 201)


async def update(services: Services, call: Call) -> Response:
    said, hook_id = _read(services, await read_fields(services, call)), _id(call)
    now = identity.instant(time.time())

    def edit(hooks: list[Document], next_id: int) -> list[Document]:
        _check_known(hooks, hook_id)
        return [{**hook, **said, "updated": now} if hook["id"] == hook_id else hook for hook in hooks]

    hooks = await _change(services, call, edit)
    return answer(next(_shown(call, hook) for hook in hooks if hook["id"] == hook_id))


async def delete(services: Services, call: Call) -> Response:
    hook_id = _id(call)

    def without(hooks: list[Document], next_id: int) -> list[Document]:
        _check_known(hooks, hook_id)
        return [hook for hook in hooks if hook["id"] != hook_id]

    await _change(services, call, without)
    return nothing()


async def unsubscribe(services: Services, call: Call) -> Response:
    """All events of one address."""
    target = (await read_fields(services, call)).get("target_url")
    if not isinstance(target, str) or not target:
        raise Refused(400, "`target_url` is missing.")

    def without(hooks: list[Document], next_id: int) -> list[Document]:
        return [hook for hook in hooks if hook["target_url"] != target]

    await _change(services, call, without)
    return nothing()


async def _change(services: Services, call: Call, edit: Any) -> list[Document]:
    """``edit`` gets the hooks and the next one's id. One record, so that no two of them can be the same."""

    def changed(found: Document | None) -> Document:
        next_id = int((found or {}).get("next", 1))
        hooks = edit(hooks_of(found), next_id)
        pairs = [(hook["target_url"], hook["event"]) for hook in hooks]
        if len(set(pairs)) != len(pairs):
            raise Invalid({"non_field_errors": [TAKEN]})
        return {"next": max([next_id, *(hook["id"] + 1 for hook in hooks)]), "hooks": hooks}

    return hooks_of(await services.io.run(services.catalog.records(KIND).change, call.cloud, changed))


def _check_known(hooks: list[Document], hook_id: int) -> None:
    if all(hook["id"] != hook_id for hook in hooks):
        raise NotFound("Not found.")


def _id(call: Call) -> int:
    written = call.path["id"]
    if not is_natural(written):
        raise NotFound("Not found.")
    return int(written)


def _shown(call: Call, hook: Mapping[str, Any]) -> dict[str, Any]:
    return {**hook, "project": project_id(call.tenant), "version": VERSION}


def _read(services: Services, fields: Mapping[str, Any]) -> dict[str, Any]:
    """What is given, checked. Raises Invalid."""
    readers = {
        "target_url": lambda value: _target(services, value),
        "event": _event,
        "is_active": _flag,
        "signing_secret": _secret,
    }
    faults: dict[str, list[str]] = {}
    said: dict[str, Any] = {}
    for name, read in readers.items():
        if name in fields:
            try:
                said[name] = read(fields[name])
            except ValueError as error:
                faults[name] = [str(error)]
    if fields.get("version") not in (None, "", VERSION):
        faults["version"] = [f"The version must be {VERSION}."]
    if faults:
        raise Invalid(faults)
    return said


def _target(services: Services, value: Any) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= MAX_URL_LENGTH:
        raise ValueError(f"Ensure this field has 1 to {MAX_URL_LENGTH} characters.")
    try:
        check_host(parse_url(value), (), allow_private=services.settings.webhooks.allow_private)
    except (Forbidden, RequestError) as error:
        raise ValueError(f"Enter a valid URL. {error}") from error
    return value


def _event(value: Any) -> str:
    if value not in EVENTS:
        raise ValueError(f"Must be one of {', '.join(EVENTS)}, got {str(value)[:40]!r}.")
    return str(value)


def _flag(value: Any) -> bool:
    if str(value).lower() not in FLAGS:
        raise ValueError(f"Must be true or false, got {str(value)[:40]!r}.")
    return FLAGS[str(value).lower()]


def _secret(value: Any) -> str | None:
    if value in (None, ""):
        return None
    if not isinstance(value, str) or len(value) > MAX_SECRET_LENGTH:
        raise ValueError(f"Ensure this field has no more than {MAX_SECRET_LENGTH} characters.")
    return value
