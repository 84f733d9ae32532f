"""deliver(): the walk from an asset and a chain to an HTTP answer, on one screen."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from starlette.requests import Request
from starlette.responses import Response

from media.derived.derived_assets import Derived
from media.formats.table import sniff
from proxy.delivery.derivation import find_or_derive, read_source
from proxy.delivery.gate import Passed
from proxy.delivery.patience import IMPATIENT, Patience
from proxy.http.responses import Caching, Content, matches, not_modified, respond
from proxy.services import Services


@dataclass(frozen=True, slots=True)
class Delivery:
    """What a dialect wants delivered, and how: ``headers`` are added to the answer, ``caching`` is what would hold for
    anything that anybody may have."""

    passed: Passed
    caching: Caching
    patience: Patience = IMPATIENT
    headers: Mapping[str, str] = field(default_factory=dict)


async def deliver(services: Services, delivery: Delivery, request: Request) -> Response:
    key, caching, hold = delivery.passed.order.key, delivery.caching, delivery.passed.hold
    if matches(request.headers.get("if-none-match"), key):
        services.room.marks[key] = time.time()
        return not_modified(key, hold.bounded(caching))
    derived = await derived_of(services, delivery.passed, patience=delivery.patience)
    if not derived.is_final:
        # Another tag: a client with this picture is not told that it still stands once there is a better one.
        key, caching = f"{key}-provisional", _brief(services, caching)
    content = Content(derived.body, _mime(derived.body), key, headers={**_confidence(derived), **delivery.headers})
    return respond(content, hold.bounded(caching), request.headers, head=request.method == "HEAD")


def _brief(services: Services, caching: Caching) -> Caching:
    return replace(caching, max_age=services.settings.delivery.pending_max_age_seconds, immutable=False)


async def derived_of(services: Services, passed: Passed, *, patience: Patience) -> Derived:
    """The original or the derived asset; raises what :func:`proxy.delivery.derivation.find_or_derive` raises."""
    if passed.is_original:
        return Derived(await read_source(services, passed.order.source_digest))
    return await find_or_derive(services, passed.order, patience=patience)


def _mime(body: bytes) -> str:
    row = sniff(body)
    return row.mime if row else "application/octet-stream"


def _confidence(derived: Derived) -> dict[str, str]:
    if derived.confidence is None:
        return {}
    return {"X-Background-Removal-Confidence": f"{derived.confidence:.2f}"}
