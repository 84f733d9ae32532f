"""Raw files and videos: delivered as they were uploaded. Their bytes are a client's, so no browser may run them."""

import mimetypes

from starlette.requests import Request
from starlette.responses import Response

from media.errors import UnsupportedOperation
from media.records.asset import Asset
from proxy.delivery.derivation import read_source
from proxy.dialects.cloudinary.syntax.url import DeliveryUrl
from proxy.http.responses import Caching, Content, matches, not_modified, respond
from proxy.services import Services


async def deliver_file(services: Services, url: DeliveryUrl, asset: Asset, request: Request) -> Response:
    """Raises UnsupportedOperation if a transformation is asked for."""
    if url.components:
        raise UnsupportedOperation(f"Invalid transformation: {url.resource_type} files are delivered as they are")
    is_restricted = bool(asset.access_control)
    caching = Caching(
        0 if is_restricted else services.settings.delivery.max_age_seconds,
        immutable=url.version is not None and not is_restricted,
        private=is_restricted,
    )
    if matches(request.headers.get("if-none-match"), asset.digest):
        return not_modified(asset.digest, caching)
    mime = mimetypes.guess_type(f"x.{asset.format}")[0] or "application/octet-stream"
    content = Content(await read_source(services, asset.digest), mime, asset.digest)
    return respond(content, caching, request.headers, head=request.method == "HEAD")
