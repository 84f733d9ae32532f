"""What a project's webhooks are told: its subscriptions, and notices that ride on those of all APIs.

A project's subscriptions are one record, so that two that say the same cannot come in side by side.
"""

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from media.records.asset import Asset, Document
from media.work.notices import keep, notice
from media.work.webhook import Keyed
from proxy.dialects.uploadcare.document import Bases, cdn_url, file_document, is_stored
from proxy.dialects.uploadcare.projects import Tenant
from proxy.services import Services

KIND = "uploadcare_webhooks"
HEADER = "X-Uc-Signature"
VERSION = "0.7"
UPLOADED, STORED, DELETED, UPDATED = "file.uploaded", "file.stored", "file.deleted", "file.info_updated"
#: Nothing here looks for viruses, so the last one is never sent.
EVENTS = (UPLOADED, STORED, DELETED, UPDATED, "file.infected")
API, ADDON = "api", "addon"


@dataclass(frozen=True, slots=True)
class Initiator:
    """Who caused an event: a call of an API, or an add-on that was asked for."""

    type: str = API
    request_id: str | None = None
    addon_name: str | None = None
    source_file_uuid: str | None = None

    def shown(self) -> dict[str, Any]:
        detail = {name: value for name, value in asdict(self).items() if name != "type"}
        return {"type": self.type, "detail": detail}


@dataclass(frozen=True, slots=True)
class Event:
    """``previous`` is what a change has replaced."""

    name: str
    initiator: Initiator = Initiator()
    previous: Mapping[str, Any] = field(default_factory=dict)


def project_id(tenant: Tenant) -> int:
    """A number that stays, as projects have one at the vendor."""
    return zlib.crc32(tenant.public_key.encode())


def hooks_of(document: Document | None) -> list[dict[str, Any]]:
    return list((document or {}).get("hooks", ()))


async def announce(
    services: Services, tenant: Tenant, asset: Asset, bases: Bases, *events: Event, removed: float | None = None
) -> None:
    """Have the subscribed told of what happened to a file. Written down first; whatever dies, it is sent."""
    data = file_document(asset, bases, with_appdata=True, removed=removed)
    for each in await notices_for(services, tenant, data, cdn_url(asset, bases), events):
        await services.queue.send_soon(await services.io.run(keep, services.catalog, each))


async def notices_for(
    services: Services, tenant: Tenant, data: Mapping[str, Any], address: object, events: Sequence[Event]
) -> list[Document]:
    """One notice for each event and subscription; ``data`` and ``address`` may have gaps for the worker to fill."""
    hooks = hooks_of(await services.io.run(services.catalog.records(KIND).get, tenant.cloud))
    return [
        notice(tenant.cloud, hook["target_url"], _body(tenant, event, hook, data, address), asdict(_keyed(hook)))
        for event in events
        for hook in hooks
        if hook["is_active"] and hook["event"] == event.name
    ]


def _keyed(hook: Mapping[str, Any]) -> Keyed:
    return Keyed(HEADER, hook["signing_secret"] or "")


def _body(
    tenant: Tenant, event: Event, hook: Mapping[str, Any], data: Mapping[str, Any], address: object
) -> dict[str, Any]:
    body = {
        "initiator": event.initiator.shown(),
        "hook": {
            "id": hook["id"],
            "project_id": project_id(tenant),
            "project_pub_key": tenant.public_key,
            "target": hook["target_url"],
            "event": event.name,
            "is_active": hook["is_active"],
            "version": VERSION,
            "created_at": hook["created"],
            "updated_at": hook["updated"],
        },
        "data": data,
        "file": address,
    }
    return body | ({"previous_values": dict(event.previous)} if event.name == UPDATED else {})


def arrivals(asset: Asset, initiator: Initiator = Initiator()) -> list[Event]:
    """What a new file causes."""
    names = (UPLOADED, STORED) if is_stored(asset) else (UPLOADED,)
    return [Event(name, initiator) for name in names]
