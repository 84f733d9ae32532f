"""Raw files and videos: delivered as they were uploaded. Their bytes are a client's, so no browser may run them."""

import mimetypes

from starlette.requests import Request
from starlette.responses import Response

from media.errors import UnsupportedOperation
from media.records.asset import Asset
from proxy.delivery.derivation import read_source
from proxy.delivery.gate import Grant, open_file
from proxy.dialects.cloudinary.syntax.url import DeliveryUrl
from proxy.http.responses import Caching, Content, matches, not_modified, respond
from proxy.services import Services


async def deliver_file(services: Services, url: DeliveryUrl, asset: Asset, grant: Grant, request: Request) -> Response:
    """Raises BadSignature for what the request may not have, UnsupportedOperation if it asks for a transformation."""
    digest, hold = open_file(asset, grant)
    if url.components:
        raise UnsupportedOperation(f"Invalid transformation: {url.resource_type} files are delivered as they are")
    caching = hold.bounded(Caching(services.settings.delivery.max_age_seconds, immutable=url.version is not None))
    if matches(request.headers.get("if-none-match"), digest):
        return not_modified(digest, caching)
    mime = mimetypes.guess_type(f"x.{asset.format}")[0] or "application/octet-stream"
    content = Content(await read_source(services, digest), mime, digest)
    return respond(content, caching, request.headers, head=request.method == "HEAD")
