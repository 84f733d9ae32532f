"""deliver(): the walk from an asset and a chain to an HTTP answer, on one screen."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from starlette.requests import Request
from starlette.responses import Response

from media.derived.keys import derived_key
from media.formats.table import sniff
from media.integers import is_natural
from media.language.chain import Chain, Output
from media.records.asset import Asset
from proxy.delivery.derivation import Order, find_or_derive, read_source
from proxy.http.responses import Caching, Content, matches, not_modified, respond
from proxy.runtime.memory_cache import Derived
from proxy.services import Services


@dataclass(frozen=True, slots=True)
class Ask:
    """What a dialect wants delivered: everything about the request that is not in the chain.

    ``layers`` maps layer sources of the chain to digests; ``patience`` is in seconds;
    ``transformation`` and ``extension`` are what was written, for the asset's list of derived assets.
    """

    asset: Asset
    chain: Chain
    caching: Caching
    layers: Mapping[str, str] = field(default_factory=dict)
    patience: float = 0.0
    headers: Mapping[str, str] = field(default_factory=dict)
    transformation: str = ""
    extension: str = ""


async def deliver(services: Services, ask: Ask, request: Request) -> Response:
    key = _key(services, ask)
    if matches(request.headers.get("if-none-match"), key):
        return not_modified(key, ask.caching)
    derived = await derived_of(services, ask)
    caching = ask.caching
    if not derived.is_final:
        # Another tag: whoever has this picture is not told that it still stands once there is a better one.
        key, caching = f"{key}-provisional", _brief(services, caching)
    content = Content(derived.body, _mime(derived.body), key, headers={**_confidence(derived), **ask.headers})
    return respond(content, caching, request.headers, head=request.method == "HEAD")


def _brief(services: Services, caching: Caching) -> Caching:
    return replace(caching, max_age=services.settings.delivery.pending_max_age_seconds, immutable=False)


async def derived_of(services: Services, ask: Ask) -> Derived:
    """What is asked for, made if need be; raises what :func:`proxy.delivery.derivation.find_or_derive` raises."""
    if is_original(ask.asset, ask.chain):
        return Derived(await read_source(services, ask.asset.digest))
    order = Order(ask.asset, ask.chain, ask.layers, _key(services, ask), ask.transformation, ask.extension)
    return await find_or_derive(services, order, patience=ask.patience)


def _key(services: Services, ask: Ask) -> str:
    return derived_key(ask.asset.digest, ask.chain, ask.layers, services.matting)


def is_original(asset: Asset, chain: Chain) -> bool:
    """Whether the stored bytes are the answer: nothing to do, and no other format asked for."""
    return chain in (Chain(), Chain(output=Output(candidates=(asset.format,))))


def _mime(body: bytes) -> str:
    row = sniff(body)
    return row.mime if row else "application/octet-stream"


def _confidence(derived: Derived) -> dict[str, str]:
    if derived.confidence is None:
        return {}
    return {"X-Background-Removal-Confidence": f"{derived.confidence:.2f}"}


def patience(services: Services, request: Request) -> float:
    """Seconds this client may wait: ``Prefer: wait=N`` (RFC 7240) within the configured bound."""
    settings = services.settings.delivery
    for preference in request.headers.get("prefer", "").split(","):
        name, _, value = preference.strip().partition("=")
        if name.lower() == "wait" and is_natural(value.strip('" ')):
            return min(float(value.strip('" ')), settings.max_wait_seconds)
    return settings.wait_seconds
