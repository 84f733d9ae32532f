"""Admin API, triggers: the addresses that are notified of an event, whatever request caused it."""

import secrets

from media.errors import Forbidden, NotFound, RequestError
from media.network.transport import check_host, parse_url
from proxy.dialects.cloudinary.api.call import Call, Document
from proxy.dialects.cloudinary.api.form import required, text
from proxy.dialects.cloudinary.api.notify import EVENTS, MAX_URLS, notify, now
from proxy.services import Services


async def list_triggers(services: Services, call: Call) -> Document:
    wanted = text(call.fields, "event_type")
    found, _ = await services.io.run(services.catalog.records(_kind(call)).page, limit=MAX_URLS)
    return {"triggers": [each for each in found if not wanted or each["event_type"] == wanted]}


async def create(services: Services, call: Call) -> Document:
    event = required(call.fields, "event_type")
    if event not in EVENTS:
        raise RequestError(f"Illegal value {event} for event_type: expected one of {', '.join(EVENTS)}")
    uri = _address(services, required(call.fields, "uri"))
    if len((await list_triggers(services, call))["triggers"]) >= MAX_URLS:
        raise RequestError(f"Too many triggers: at most {MAX_URLS} per cloud")
    trigger = {"id": secrets.token_hex(32), "uri": uri, "event_type": event, "uri_type": "webhook", "created_at": now()}
    await services.io.run(services.catalog.records(_kind(call)).put, trigger["id"], trigger)
    return {**trigger, "product_environment_id": call.name}


async def update(services: Services, call: Call) -> Document:
    trigger = await _find(services, call)
    uri = _address(services, required(call.fields, "new_uri"))
    await services.io.run(services.catalog.records(_kind(call)).put, trigger["id"], {**trigger, "uri": uri})
    return {"message": "Notification URL updated"}


async def delete(services: Services, call: Call) -> Document:
    trigger = await _find(services, call)
    await services.io.run(services.catalog.records(_kind(call)).delete, trigger["id"])
    return {"message": "Notification URL deleted"}


async def test(services: Services, call: Call) -> Document:
    trigger = await _find(services, call)
    sample = call.fields.get("sample_data") or {"public_id": "sample"}
    await notify(services, call, trigger["event_type"], {"sample_data": sample}, (trigger["uri"],))
    return {"message": "A sample notification is on its way"}


def _kind(call: Call) -> str:
    return f"triggers/{call.name}"


def _address(services: Services, uri: str) -> str:
    """Raises RequestError for what no notification could be sent to; addresses are judged again when one is."""
    try:
        check_host(parse_url(uri), (), allow_private=services.settings.webhooks.allow_private)
    except Forbidden as error:
        raise RequestError(f"Illegal value {uri} for uri: {error}") from error
    return uri


async def _find(services: Services, call: Call) -> Document:
    found = await services.io.run(services.catalog.records(_kind(call)).get, call.path["id"])
    if found is None:
        raise NotFound(f"Can't find trigger with id {call.path['id']}")
    return found
