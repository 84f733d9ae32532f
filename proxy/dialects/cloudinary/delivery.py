"""GET /<cloud>/image/<type>/[s--sig--/]<chain>/[v<n>/]<public id>[.ext]: the route and its walk.

::

    image
      ├ url.parse · find_cloud · _authorize      text only, no I/O before the signature
      ├ _find                                    catalog, or the origin of a fetch URL
      ├ vocabulary.compile · negotiate           vendor text → concrete chain
      ├ find_layers                              layer sources → digests
      └ delivery.deliver                         key · 304 · look up · derive · respond
"""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from media.asset import Asset, SourceRef
from media.chain import Chain
from media.config import Cloud
from media.errors import BadSignature, BadTransformation, MediaError, NotFound, UnsupportedOperation
from media.plan import sources
from proxy.delivery import Ask, deliver, patience
from proxy.dialect import Dialect, Path
from proxy.dialects.cloudinary import envelope, signature, vocabulary
from proxy.dialects.cloudinary.grammar import Component
from proxy.dialects.cloudinary.removal import is_removal
from proxy.dialects.cloudinary.tenant import find_cloud
from proxy.dialects.cloudinary.url import DeliveryUrl, parse
from proxy.dialects.cloudinary.vocabulary import ClientHints, Compiled
from proxy.negotiation import negotiate
from proxy.responses import Caching
from proxy.services import Services
from proxy.sources import fetch_asset, find_asset


@dataclass(frozen=True, slots=True)
class Found:
    """``extension`` is the one that was cut off the URL's last part to find the asset."""

    asset: Asset
    extension: str | None


async def image(services: Services, request: Request) -> Response:
    url = parse(request.scope["raw_path"].decode("ascii", "replace"))
    cloud = find_cloud(services, url.cloud)
    _authorize(cloud, url)
    if url.remote is not None and any(is_removal(component) for component in url.components):
        raise BadTransformation("Invalid transformation: background_removal is not supported for fetched images")
    found = await _find(services, url)
    compiled = compile_for(services, url.components, found, ClientHints.from_headers(request.headers))
    negotiated = negotiate(compiled.chain, request.headers, services.settings.delivery.auto_formats)
    settings = services.settings.delivery
    caching = Caching(
        settings.max_age_seconds,
        immutable=url.version is not None or compiled.immutable,
        vary=tuple(dict.fromkeys((*negotiated.vary, *compiled.vary))),
    )
    ask = Ask(
        found.asset,
        negotiated.chain,
        caching,
        layers=await find_layers(services, url.cloud, negotiated.chain),
        patience=patience(services, request),
        headers=_disposition(compiled, found.asset),
    )
    return await deliver(services, ask, request)


def compile_for(services: Services, components: tuple[Component, ...], found: Found, hints: ClientHints) -> Compiled:
    return vocabulary.compile(
        components,
        extension=found.extension,
        hints=hints,
        removal_first=services.settings.delivery.removal_first,
    )


def _authorize(cloud: Cloud, url: DeliveryUrl) -> None:
    """Who signs must sign right; who must sign must sign (spec 1.3)."""
    if url.signature is not None:
        if not signature.verify(url, cloud.keys.values()):
            raise BadSignature("Invalid signature")
        return
    is_derived = bool(url.components)
    if url.delivery_type == "authenticated" or (url.delivery_type == "private" and not is_derived):
        raise BadSignature(f"Resource of type {url.delivery_type} needs a signed URL")
    if cloud.strict and is_derived:
        raise BadSignature(f"Transformation {url.transformation}/ is not allowed")


async def _find(services: Services, url: DeliveryUrl) -> Found:
    if url.resource_type != "image":
        raise UnsupportedOperation(f"Invalid resource type {url.resource_type}: only images are delivered here")
    if url.remote is not None:
        return Found(await fetch_asset(services, url.cloud, url.remote), None)
    for candidate in url.candidates:
        ref = SourceRef(url.cloud, url.resource_type, url.delivery_type, candidate.public_id)
        asset = await find_asset(services, ref)
        if asset is not None:
            return Found(asset, candidate.extension)
    if url.doubt is not None:
        raise BadTransformation(url.doubt)
    raise NotFound(f"Resource not found - {url.public_id}")


async def find_layers(services: Services, cloud: str, chain: Chain) -> dict[str, str]:
    """Every layer source of the chain → the digest of its bytes. Raises NotFound naming the one that is missing."""
    digests = {}
    for source in sources(chain):
        if source.startswith("fetch:"):
            digests[source] = (await fetch_asset(services, cloud, source.removeprefix("fetch:"))).digest
            continue
        resource_type, delivery_type, public_id = source.split("/", 2)
        asset = await find_asset(services, SourceRef(cloud, resource_type, delivery_type, public_id))
        if asset is None:
            raise NotFound(f"Unknown or invalid referenced image {public_id} of type {delivery_type}")
        digests[source] = asset.digest
    return digests


def _disposition(compiled: Compiled, asset: Asset) -> dict[str, str]:
    if compiled.attachment is None:
        return {}
    name = compiled.attachment or asset.original_filename or asset.public_id.rpartition("/")[2]
    safe = "".join(character if character.isascii() and character.isprintable() else "_" for character in name)
    return {"Content-Disposition": 'attachment; filename="{}"'.format(safe.replace('"', "_"))}


def say(error: MediaError, request: Request) -> Response:
    status, headers, body = envelope.envelope(error, api=False)
    return Response(b"" if request.method == "HEAD" else body, status_code=status, headers=headers)


CLOUDINARY = Dialect("cloudinary", (Path("/{cloud}/{rest:anything}", ("GET", "HEAD"), image),), say)
