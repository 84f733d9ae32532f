"""GET /<uuid>/-/…: the routes of the CDN and their walk.

::

    deliver
      ├ url.parse · hosts.tenant_at              text only
      ├ files.find · groups.find · fetch_asset   the file, of the host's project or of any
      ├ access.find_token                        what its projects sign needs a token for this path
      └ _answer                                  the original, a picture, a video, or JSON about it
"""

import time

from starlette.requests import Request
from starlette.responses import Response

from media.errors import BadSignature, BadTransformation, NotFound, RequestError, UnsupportedOperation
from media.network.loops import has_passed_us
from media.records.asset import Asset
from proxy.delivery.assets import fetch_asset
from proxy.dialect import Dialect, Path
from proxy.dialects.uploadcare import files, groups, paths  # noqa: F401  (paths registers what templates use)
from proxy.dialects.uploadcare.cdn import access
from proxy.dialects.uploadcare.cdn.access import Visit
from proxy.dialects.uploadcare.cdn.answers import group as group_answers
from proxy.dialects.uploadcare.cdn.answers.document import document, faces
from proxy.dialects.uploadcare.cdn.answers.opened import Opened
from proxy.dialects.uploadcare.cdn.answers.original import original
from proxy.dialects.uploadcare.cdn.answers.picture import negotiated, picture
from proxy.dialects.uploadcare.cdn.answers.video import video
from proxy.dialects.uploadcare.cdn.envelope import envelope
from proxy.dialects.uploadcare.cdn.hosts import tenant_at
from proxy.dialects.uploadcare.cdn.syntax import url as syntax
from proxy.dialects.uploadcare.cdn.syntax.url import DETECT_FACES, GIF2VIDEO, CdnUrl, read_directives
from proxy.dialects.uploadcare.cdn.token import Token, take
from proxy.dialects.uploadcare.groups import Group
from proxy.dialects.uploadcare.projects import Tenant, tenants
from proxy.dialects.uploadcare.settings import Uploadcare
from proxy.services import Services

#: What an address can ask for that is not made here.
REFUSED = {
    "videoframe": "videoframe needs a video, which are not offered here yet.",
    "video": "Videos are converted by the REST API.",
    "document": "Documents are converted by the REST API.",
}


async def deliver(services: Services, request: Request) -> Response:
    visit = _visit(services, request)
    url = syntax.parse(visit.path, take(visit.query)[1])
    if url.conversion in REFUSED:
        raise UnsupportedOperation(REFUSED[url.conversion])
    tenant = tenant_at(visit.host, services.settings.clouds, services.settings.vendor(Uploadcare).zones)
    if url.count:
        return await _group(services, request, url, tenant, visit)
    asset = await _asset(services, url, tenant, visit)
    return await _answer(services, _opened(services, asset, url, visit, request), url)


def _visit(services: Services, request: Request) -> Visit:
    raw_path, raw_query = request.scope["raw_path"], request.scope["query_string"]
    most = services.settings.limits.max_url_bytes
    if len(raw_path) + len(raw_query) > most:
        raise RequestError(f"A URL must have at most {most} bytes.")
    path = raw_path.decode("latin-1").partition("?")[0]
    return Visit(path, raw_query.decode("latin-1"), request.headers.get("host", ""), time.time())


def _token(services: Services, cloud: str, visit: Visit) -> Token | None:
    """None if the cloud does not sign. Raises BadSignature."""
    found = access.find_token(visit, access.secrets_of(services.settings.clouds, cloud))
    if found is not None and has_passed_us():
        raise BadSignature("What is open for a time is not given to a proxy that would keep it for longer")
    return found


def _opened(services: Services, asset: Asset, url: CdnUrl, visit: Visit, request: Request) -> Opened:
    """Raises BadSignature."""
    token = _token(services, asset.cloud, visit)
    return Opened(asset, token, url.directives, url.file_name, visit.path, request)


async def _asset(services: Services, url: CdnUrl, tenant: Tenant | None, visit: Visit) -> Asset:
    if url.source:
        return await _remote(services, url.source, tenant, visit)
    return await (files.find(services, tenant.cloud, url.file) if tenant else files.find_anywhere(services, url.file))


async def _remote(services: Services, source: str, tenant: Tenant | None, visit: Visit) -> Asset:
    """A picture of another server, of the project that the host names, else of the first one."""
    at = tenant or next(iter(tenants(services.settings.clouds)), None)
    if at is None:
        raise NotFound("There is no project that could fetch this.")
    # Before anything is fetched: what a project signs is no way to other servers.
    _token(services, at.cloud, visit)
    return await fetch_asset(services, at.cloud, source)


async def _group(
    services: Services, request: Request, url: CdnUrl, tenant: Tenant | None, visit: Visit
) -> Response:  # fmt: skip
    name = f"{url.file}~{url.count}"
    found = _group_of(services, tenant.cloud, name) if tenant else groups.find_anywhere(services, name)
    cloud, group = await found
    token = _token(services, cloud, visit)
    if url.archive:
        return await group_answers.packed(services, cloud, group, url.archive, url.file_name, token, request)
    if url.nth is None:
        return group_answers.listing(services, group, token)
    member = group.members[url.nth]
    asset = await files.find(services, cloud, member.uuid)
    directives = (*read_directives(member.effects), *url.directives)
    return await _answer(services, Opened(asset, token, directives, url.file_name, visit.path, request), url)


async def _group_of(services: Services, cloud: str, name: str) -> tuple[str, Group]:
    return cloud, await groups.find(services, cloud, name)


async def _answer(services: Services, opened: Opened, url: CdnUrl) -> Response:
    if url.conversion == GIF2VIDEO:
        return await video(services, opened)
    if url.conversion == DETECT_FACES:
        if opened.directives:
            raise BadTransformation("detect_faces stands behind the file alone: /:uuid/detect_faces/")
        return await faces(services, opened)
    found = negotiated(services, opened)
    if found.compiled.document:
        return await document(services, opened, found)
    if not found.compiled.is_processed:
        return await original(services, opened, inline=found.compiled.inline)
    return await picture(services, opened, found)


METHODS = ("GET", "HEAD")
UPLOADCARE_CDN = Dialect(
    "uploadcare_cdn",
    (
        Path("/{file:uuid36}", METHODS, deliver),
        Path("/{file:uuid36}/{rest:anything}", METHODS, deliver),
        Path("/{file:uuid36}~{rest:anything}", METHODS, deliver),
        Path("/-/{rest:anything}", METHODS, deliver),
        Path("/https:/{rest:anything}", METHODS, deliver),
        Path("/http:/{rest:anything}", METHODS, deliver),
    ),
    envelope,
)
