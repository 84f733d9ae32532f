"""Notifications: bodies as the vendor writes them, handed to the worker to be sent."""

import secrets
import time
from collections.abc import Iterable, Mapping
from typing import Any

from media.records.asset import Document
from media.work import webhook
from media.work.notices import keep, notice
from media.work.webhook import Signing
from proxy.dialects.cloudinary.api.call import Call
from proxy.dialects.cloudinary.api.form import Fields, text
from proxy.services import Services

SIGNATURE_HEADER = "X-Cld-Signature"
TIMESTAMP_HEADER = "X-Cld-Timestamp"
MAX_URLS = 10
#: What a subscription (``/triggers``) may ask for; "all" stands for any.
EVENTS = (
    "all", "upload", "eager", "rename", "delete", "info", "moderation", "resource_tags_changed",
    "resource_context_changed", "resource_metadata_changed", "access_control_changed", "error",
)  # fmt: skip


def urls_of(fields: Fields, name: str = "notification_url") -> tuple[str, ...]:
    """One address per line."""
    return tuple(dict.fromkeys(line.strip() for line in text(fields, name).splitlines() if line.strip()))[:MAX_URLS]


async def notices_for(
    services: Services, call: Call, event: str, body: Mapping[str, Any], urls: Iterable[str]
) -> list[Document]:
    """One notice per address: those of the request and those subscribed to ``event``. ``body`` may have gaps."""
    subscribed = await _subscribed(services, call.name, event)
    signing = _signing(call)
    full = {**_frame(call, event), **body}
    return [notice(call.name, url, full, signing) for url in dict.fromkeys((*urls, *subscribed))]


async def notify(services: Services, call: Call, event: str, body: Mapping[str, Any], urls: Iterable[str]) -> None:
    """Have ``body`` sent. It is written down first; if Redis is down it waits for the next worker's start."""
    for document in await notices_for(services, call, event, body, urls):
        filled = {**document, "body": webhook.fill(document["body"], {"now": now()})}
        await services.queue.send_soon(await services.io.run(keep, services.catalog, filled))


def now() -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())


async def _subscribed(services: Services, name: str, event: str) -> list[str]:
    triggers, _ = await services.io.run(services.catalog.records(f"triggers/{name}").page, limit=MAX_URLS)
    return [trigger["uri"] for trigger in triggers if trigger["event_type"] in (event, "all")]


def _frame(call: Call, event: str) -> Document:
    """The fields that every notification has."""
    source = "api" if call.is_signed else "unsigned"
    return {
        "notification_type": event,
        "timestamp": webhook.fact("now"),
        "request_id": secrets.token_hex(16),
        "notification_context": {
            "triggered_at": now(),
            "triggered_by": {"source": source, "id": text(call.fields, "api_key")},
        },
        "signature_key": next(iter(call.cloud.keys), ""),
    }


def _signing(call: Call) -> dict[str, str]:
    scheme = Signing(SIGNATURE_HEADER, TIMESTAMP_HEADER, call.cloud.signature_algorithm)
    return {name: getattr(scheme, name) for name in ("signature_header", "timestamp_header", "algorithm")}
