"""Raw files and videos: delivered as they were uploaded. Their bytes are a client's, so no browser may run them."""

from starlette.requests import Request
from starlette.responses import Response

from media.errors import UnsupportedOperation
from media.records.asset import Asset
from media.records.sources import retired_path, source_path
from proxy.delivery.gate import Grant, open_file
from proxy.delivery.stored_file import StoredFile, send_stored
from proxy.dialects.cloudinary.syntax.url import DeliveryUrl
from proxy.http.files import is_at, sent_as, to_files_host
from proxy.http.responses import Caching
from proxy.services import Services


async def deliver_file(services: Services, url: DeliveryUrl, asset: Asset, grant: Grant, request: Request) -> Response:
    """Raises BadSignature for what the request may not have, UnsupportedOperation if it asks for a transformation."""
    digest, hold = open_file(asset, grant)
    if url.components:
        raise UnsupportedOperation(f"Invalid transformation: {url.resource_type} files are delivered as they are")
    files_host = services.settings.server.files_host
    if elsewhere := to_files_host(request, files_host, asset.format):
        return elsewhere
    caching = hold.bounded(Caching(services.settings.delivery.max_age_seconds, immutable=url.version is not None))
    name = asset.public_id.rpartition("/")[2]
    mime, headers = sent_as(asset.format, name, has_own_host=is_at(request, files_host))
    return await send_stored(
        services, StoredFile((source_path(digest), retired_path(digest)), mime, digest, headers), caching, request
    )
