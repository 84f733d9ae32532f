"""GET /v7/<origin>?<parameters>: the route and its walk.

::

    image
      ├ find_token · grammar.parse · authorize    text only, no I/O before the signature
      ├ locate · _fetch                           the origin, guarded, kept as a source
      └ _deliver                                  the result; until there is a cutout, the photo (an <img> waits first)
          └ negotiate_on · gate.open_chain · delivery.deliver
"""

from dataclasses import dataclass, replace

from starlette.requests import Request
from starlette.responses import Response

from media.errors import (
    DerivationFailed,
    DerivationPending,
    MediaError,
    OriginError,
    RequestError,
    SourceError,
    Unavailable,
)
from media.geometry import Size
from media.records.asset import Asset, SourceRef
from proxy.delivery.assets import FETCH, OWN, fetch_asset, find_asset, own_asset
from proxy.delivery.deliver import Delivery, deliver
from proxy.delivery.gate import ANYBODY, OWNER, Grant, open_chain
from proxy.delivery.patience import VARY, patience_of
from proxy.dialect import Dialect, Path
from proxy.dialects.cloudimage import grammar, signature, tenant, vocabulary
from proxy.dialects.cloudimage.backdrop import BACKDROP
from proxy.dialects.cloudimage.concrete import negotiate_on
from proxy.dialects.cloudimage.envelope import envelope
from proxy.dialects.cloudimage.grammar import DeliveryUrl, Parameters
from proxy.dialects.cloudimage.invalidation import invalidate
from proxy.dialects.cloudimage.settings import Cloudimage, CloudimageToken
from proxy.dialects.cloudimage.vocabulary import Compiled, Facts
from proxy.dialects.cloudimage.watermark import REMOTE
from proxy.http.responses import Caching, attachment
from proxy.services import Services

STATUS_HEADER = "X-Background-Removal-Status"
DONE = "done"
#: Why there is no cutout → what the status header says; the photo is served all the same.
STATUSES: dict[type[MediaError], str] = {
    DerivationPending: "processing",
    DerivationFailed: "failed",
    SourceError: "failed",
    Unavailable: "unavailable",
}


@dataclass(frozen=True, slots=True)
class AssetRequest:
    """One request on one asset: what it proved, what to make of it and how to answer."""

    token: CloudimageToken
    asset: Asset
    parameters: Parameters
    request: Request
    grant: Grant


async def image(services: Services, request: Request) -> Response:
    token = tenant.find_token(services.settings.vendor(Cloudimage), request.headers.get("host", ""))
    url = _parse(request, token, max_bytes=services.settings.limits.max_url_bytes)
    is_owner = signature.authorize(
        url.uri_path,
        url.query,
        sign_salts=token.sign_salts,
        seal_salts=token.seal_salts,
        min_length=token.min_signature_length,
    )
    asset = await _fetch(services, token.cloud, tenant.locate(url, token))
    return await _deliver(services, AssetRequest(token, asset, url.parameters, request, OWNER if is_owner else ANYBODY))


def _parse(request: Request, token: CloudimageToken, *, max_bytes: int) -> DeliveryUrl:
    raw_path, raw_query = request.scope["raw_path"], request.scope["query_string"]
    if len(raw_path) + len(raw_query) > max_bytes:
        raise RequestError(f"A URL must have at most {max_bytes} bytes.")
    return grammar.parse(raw_path.decode("latin-1"), raw_query.decode("latin-1"), token.presets)


async def _fetch(services: Services, cloud: str, found: tuple[str, ...]) -> Asset:
    """The asset behind the first address; another is tried if that one's origin cannot be reached."""
    if found[0].startswith(OWN):
        # Only an alias leads here: the grammar refuses other schemes than http(s) in a path.
        return await own_asset(services, found[0])
    first, *others = await _known_first(services, cloud, found)
    try:
        return await fetch_asset(services, cloud, first)
    except OriginError:
        for address in others:
            return await fetch_asset(services, cloud, address)
        raise


async def _known_first(services: Services, cloud: str, found: tuple[str, ...]) -> tuple[str, ...]:
    """An address that delivered before is asked first, or every request would wait for the dead one."""
    for address in found if len(found) > 1 else ():
        if await find_asset(services, SourceRef(cloud, "image", FETCH, address)):
            return (address, *(other for other in found if other != address))
    return found


async def _deliver(services: Services, wanted: AssetRequest) -> Response:
    """The result; while its cutout cannot be had, the photo with everything else applied and a short life."""
    if not vocabulary.removes_background(wanted.parameters):
        return await _answer(services, wanted)
    try:
        response = await _answer(services, wanted)
        response.headers[STATUS_HEADER] = DONE
    except tuple(STATUSES) as error:
        return await _answer_without(services, wanted, error)
    return response


async def _answer_without(services: Services, wanted: AssetRequest, error: MediaError) -> Response:
    settings = services.settings.delivery
    photo = replace(wanted, parameters=vocabulary.without_removal(wanted.parameters))
    response = await _answer(services, photo, settings.pending_max_age_seconds)
    response.headers[STATUS_HEADER] = next(name for kind, name in STATUSES.items() if isinstance(error, kind))
    response.headers["Retry-After"] = str(getattr(error, "retry_after", settings.pending_max_age_seconds))
    return response


async def _answer(services: Services, wanted: AssetRequest, max_age: int | None = None) -> Response:
    """``max_age`` (seconds) goes before what the URL asks for: the photo in place of its cutout, which a browser that
    loads an image would have waited for."""
    asset, request = wanted.asset, wanted.request
    negotiated = negotiate_on(_facts(wanted), wanted.parameters, request.headers)
    compiled, chain = negotiated.compiled, negotiated.chain

    async def locate(source: str) -> Asset:
        return await _locate(services, wanted, source)

    vary = negotiated.vary if max_age is None else tuple(dict.fromkeys((*negotiated.vary, *VARY)))
    chosen = compiled.max_age if max_age is None else max_age
    age = services.settings.delivery.max_age_seconds if chosen is None else chosen
    delivery = Delivery(
        await open_chain(services, asset, chain, locate, wanted.grant),
        Caching(age, vary=vary, shared=chosen is not None),
        patience=patience_of(request.headers, services.settings.delivery),
        headers=_disposition(compiled, asset) | _description(compiled, asset),
    )
    return await deliver(services, delivery, request)


def _facts(wanted: AssetRequest) -> Facts:
    return Facts(Size(wanted.asset.width, wanted.asset.height), wanted.asset.format, wanted.token.watermark_url)


async def _locate(services: Services, wanted: AssetRequest, source: str) -> Asset:
    """The asset that a layer shows: a watermark, or the photo itself behind itself."""
    if source == BACKDROP:
        return wanted.asset
    found = tenant.locate_watermark(source.removeprefix(REMOTE), wanted.token)
    return await _fetch(services, wanted.token.cloud, found)


def _disposition(compiled: Compiled, asset: Asset) -> dict[str, str]:
    if compiled.attachment is None:
        return {}
    return attachment(compiled.attachment or asset.public_id.partition("?")[0].rpartition("/")[2])


def _description(compiled: Compiled, asset: Asset) -> dict[str, str]:
    """``ci_info=1``: what the vendor paints over the picture stands in a header."""
    if not compiled.wants_info:
        return {}
    steps = ",".join(step.operation for step in compiled.chain.steps)
    return {"X-Cloudimage-Info": f"source={asset.width}x{asset.height} {asset.format} {asset.bytes}B; steps={steps}"}


CLOUDIMAGE = Dialect(
    "cloudimage",
    (Path("/v7/{rest:anything}", ("GET", "HEAD"), image), Path("/invalidate", ("POST",), invalidate)),
    envelope,
    settings=Cloudimage,
)
