"""Notices waiting to be sent: durable records, with their next attempt's time beside them in Redis."""

import secrets
from collections.abc import Mapping
from typing import Any

from media.records.asset import Document
from media.records.catalog import Catalog
from media.work.jobs import NOTICES


def notice(cloud: str, url: str, body: Mapping[str, Any], signing: Mapping[str, str]) -> Document:
    """``body`` may have gaps; ``signing`` are the fields of a :class:`media.work.webhook.Signing` or ``Keyed``."""
    return {
        "id": secrets.token_hex(16),
        "cloud": cloud,
        "url": url,
        "body": dict(body),
        "signing": dict(signing),
        "attempts": 0,
    }


def keep(catalog: Catalog, document: Document) -> str:
    """Write it down, so that it is sent whatever dies; returns its id."""
    catalog.records(NOTICES).put(document["id"], document)
    return str(document["id"])
