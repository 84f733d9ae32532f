"""GET /<cloud>/image/<type>/[s--sig--/]<chain>/[v<n>/]<public id>[.ext]: the route and its walk.

::

    image
      ├ url.parse · find_cloud · authorize       text only, no I/O before the signature
      ├ _find_or_default                         catalog, d_, or the origin of a fetch URL
      ├ deliver_film · find_still                of a video: a film; or a frame, which is then a photograph
      ├ negotiate_on · check_addons              vendor text → concrete chain
      ├ open_with_layers                         may the request have it? layers, digests, the derived key
      └ delivery.deliver                         key · 304 · look up · derive · respond (or describe: fl_getinfo)
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from media.derived.keys import ConcreteChain
from media.errors import BadTransformation, NotFound, RequestError
from media.formats.source import describe_derived
from media.header_text import header_text
from media.records.asset import Asset, SourceRef
from media.render.derivation import Listing
from proxy.delivery.assets import fetch_asset, find_asset
from proxy.delivery.deliver import Delivery, deliver, derived_of
from proxy.delivery.gate import Grant, Passed, check_type, open_chain
from proxy.delivery.patience import IMPATIENT, Patience, patience_of
from proxy.delivery.stills import find_still
from proxy.dialect import Dialect, Path
from proxy.dialects.cloudinary.access import authorize, check_addons, told_to_the_owner
from proxy.dialects.cloudinary.concrete import Negotiated, negotiate_on, terms_on
from proxy.dialects.cloudinary.envelope import envelope
from proxy.dialects.cloudinary.named_transformations import definitions, is_allowed_for_strict
from proxy.dialects.cloudinary.raw_files import deliver_file
from proxy.dialects.cloudinary.semantics.removal import is_removal
from proxy.dialects.cloudinary.semantics.video import Film, read_video
from proxy.dialects.cloudinary.semantics.vocabulary import ClientHints, Compiled
from proxy.dialects.cloudinary.settings import Cloudinary
from proxy.dialects.cloudinary.syntax.grammar import Component
from proxy.dialects.cloudinary.syntax.named import Definitions
from proxy.dialects.cloudinary.syntax.sources import RAW
from proxy.dialects.cloudinary.syntax.url import DeliveryUrl, parse
from proxy.dialects.cloudinary.tenant import find_cloud
from proxy.dialects.cloudinary.videos import deliver_film
from proxy.http.responses import CORS, Caching, attachment
from proxy.services import Services

WARNING = "X-Cld-Warning"
#: Cache life of a picture in which an effect is left out.
LEFT_OUT_MAX_AGE_SECONDS = 300


@dataclass(frozen=True, slots=True)
class Found:
    """The asset that a delivery URL names.

    ``extension`` was cut off the URL's last part to find the asset. ``missing`` is the sentence about the asset
    that is not there, if ``d_`` names another to show in its place.
    """

    asset: Asset
    extension: str | None
    missing: str | None = None


async def image(services: Services, request: Request) -> Response:
    url = _parse(request, services.settings.limits.max_url_bytes)
    cloud = find_cloud(services, url.cloud)
    is_allowed = cloud.strict and await is_allowed_for_strict(services, url.cloud, url.components)
    grant = authorize(cloud, url, request, is_allowed=is_allowed)
    found = await _find_or_default(services, url)
    grant = grant.beside(found.asset) if found.missing else grant
    is_video, own = found.asset.resource_type == "video", found.asset.format
    wanted = read_video(url.components, found.extension, own) if is_video else None
    if isinstance(wanted, Film):
        locate = partial(_locate, services, url.cloud, grant=grant)
        immutable = url.version is not None
        return await deliver_film(services, found.asset, wanted, grant, locate, request, immutable=immutable)
    if wanted is not None:
        still = await find_still(services, found.asset, grant, wanted.seconds)
        found, url = Found(still, wanted.extension), replace(url, components=wanted.components)
    if found.asset.resource_type != "image":
        return await deliver_file(services, url, found.asset, grant, request)
    named = await definitions(services, url.cloud, url.components)
    with told_to_the_owner(cloud, grant):
        asked = _negotiate(services, url.components, found, request.headers, named)
    check_addons(cloud, asked.chain.needs, grant)
    wait = patience_of(request.headers, services.settings.delivery)
    passed = await open_with_layers(
        services, found.asset, asked.chain, url.transformation, found.extension, grant, patience=wait
    )
    delivery = Delivery(
        passed,
        _caching(services, url, asked, found),
        patience=wait,
        headers={**found.asset.headers, **_disposition(asked.compiled, found.asset), **_warning(found, asked.left_out)},
    )
    if asked.compiled.wants_info:
        return await describe(services, delivery, found.asset)
    return await deliver(services, delivery, request)


def _parse(request: Request, max_bytes: int) -> DeliveryUrl:
    raw_path: bytes = request.scope["raw_path"]
    length = len(raw_path) + len(request.scope["query_string"])
    if length > max_bytes:
        raise RequestError(f"URL is too long: at most {max_bytes} bytes, got {length}")
    # Raw UTF-8 in a path is no escape, but some clients send it.
    return parse(raw_path.decode("utf-8", "surrogateescape"))


def _negotiate(
    services: Services,
    components: tuple[Component, ...],
    found: Found,
    headers: Mapping[str, str],
    named: Definitions,
) -> Negotiated:
    terms = terms_on(
        found.asset,
        components,
        found.extension,
        ClientHints.from_headers(headers),
        named,
        removal_first=services.settings.vendor(Cloudinary).removal_first,
        skip_unavailable=services.settings.delivery.skip_unavailable,
        cutout_max_pixels=services.settings.matting.max_input_pixels,
    )
    formats = services.settings.delivery.auto_formats
    return negotiate_on(terms, headers.get("accept", ""), headers.get("save-data", ""), formats)


async def open_with_layers(
    services: Services,
    asset: Asset,
    chain: ConcreteChain,
    transformation: str,
    extension: str | None,
    grant: Grant,
    *,
    patience: Patience = IMPATIENT,
) -> Passed:
    """``chain`` on the asset, with its layers found; listed under what was written. Raises NotFound for a layer,
    BadSignature for what ``grant`` does not open."""
    listing = Listing(asset.asset_id, transformation, extension or "") if transformation or extension else None

    async def locate(source: str) -> Asset:
        return await _locate(services, asset.cloud, source, grant)

    return await open_chain(services, asset, chain, locate, grant, listing=listing, patience=patience)


async def describe(services: Services, delivery: Delivery, source: Asset) -> Response:
    """``fl_getinfo``: facts about the source and the result instead of the result."""
    result = await derived_of(services, delivery.passed, patience=delivery.patience)
    info = describe_derived(result.body, max_pixels=services.settings.limits.max_source_pixels)
    document = {
        "input": {
            "width": source.width, "height": source.height, "bytes": source.bytes, "format": source.format,
            "pages": source.pages,
        },
        "output": {"width": info.width, "height": info.height, "bytes": len(result.body), "format": info.format},
    }  # fmt: skip
    warning = {name: text for name, text in delivery.headers.items() if name == WARNING}
    caching = delivery.passed.hold.bounded(delivery.caching)
    return JSONResponse(document, headers={**caching.headers, **CORS, **warning})


def _caching(services: Services, url: DeliveryUrl, asked: Negotiated, found: Found) -> Caching:
    vary = asked.vary
    if found.missing is not None:
        # The asset may come: a shared cache must not keep the placeholder in its name.
        return Caching(services.settings.delivery.error_max_age_seconds, vary=vary, private=True)
    if asked.left_out:
        # The effect may come, and then the page should have it.
        return Caching(LEFT_OUT_MAX_AGE_SECONDS, vary=vary, shared=True)
    is_immutable = url.version is not None or asked.compiled.immutable
    return Caching(services.settings.delivery.max_age_seconds, immutable=is_immutable, vary=vary)


async def _find(services: Services, url: DeliveryUrl) -> Found:
    if url.remote is not None:
        removal_first = services.settings.vendor(Cloudinary).removal_first
        if removal_first and any(is_removal(component) for component in url.components):
            raise BadTransformation("Invalid transformation: background_removal is not supported for fetched images")
        return Found(await fetch_asset(services, url.cloud, url.remote), None)
    for candidate in url.candidates:
        ref = SourceRef(url.cloud, url.resource_type, url.delivery_type, candidate.public_id)
        asset = await find_asset(services, ref)
        if asset is not None:
            return Found(asset, candidate.extension)
    if url.doubt is not None:
        raise BadTransformation(url.doubt)
    raise NotFound(f"Resource not found - {url.public_id}")


async def _find_or_default(services: Services, url: DeliveryUrl) -> Found:
    """The asset, or the one that ``d_`` names in its place (spec 3.11)."""
    try:
        return await _find(services, url)
    except NotFound as error:
        named = next((component.get("d") for component in url.components if "d" in component), None)
        stem, _, extension = (named or "").replace(":", "/").rpartition(".")
        ref = SourceRef(url.cloud, "image", "upload", stem or extension)
        asset = await find_asset(services, ref) if named else None
        if asset is None:
            raise
        return Found(asset, url.extension, missing=str(error))


async def _locate(services: Services, cloud: str, source: str, grant: Grant) -> Asset:
    """The asset that a source of a chain names. Raises NotFound naming the one that is missing."""
    if source.startswith(RAW):
        return await _find_file(services, cloud, source.removeprefix(RAW))
    if source.startswith("fetch:"):
        return await fetch_asset(services, cloud, source.removeprefix("fetch:"))
    resource_type, delivery_type, public_id = source.split("/", 2)
    check_type(delivery_type, grant, is_beside=True)
    asset = await find_asset(services, SourceRef(cloud, resource_type, delivery_type, public_id))
    if asset is None:
        raise NotFound(f"Unknown or invalid referenced image {public_id} of type {delivery_type}")
    return asset


async def _find_file(services: Services, cloud: str, public_id: str) -> Asset:
    """A font or a colour profile. Cloudinary has them uploaded as authenticated: they cannot be downloaded, but
    anything may be drawn with them."""
    for delivery_type in ("authenticated", "upload"):
        asset = await find_asset(services, SourceRef(cloud, "raw", delivery_type, public_id))
        if asset is not None:
            return asset
    raise NotFound(f"Unknown or invalid referenced file {public_id}: no raw file of this public id is uploaded")


def _disposition(compiled: Compiled, asset: Asset) -> dict[str, str]:
    if compiled.attachment is None:
        return {}
    return attachment(compiled.attachment or asset.original_filename or asset.public_id.rpartition("/")[2])


def _warning(found: Found, left_out: tuple[str, ...]) -> dict[str, str]:
    error = {"X-Cld-Error": header_text(found.missing)} if found.missing else {}
    warning = {WARNING: header_text(f"Left out, not available here: {', '.join(left_out)}")} if left_out else {}
    return {**error, **warning}


CLOUDINARY = Dialect(
    "cloudinary", (Path("/{cloud}/{rest:anything}", ("GET", "HEAD"), image),), envelope, settings=Cloudinary
)
