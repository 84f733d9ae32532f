"""A group: the page that lists its files, and its originals as one archive."""

import html
from functools import reduce

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from media.errors import LimitExceeded
from media.records.asset import Asset
from proxy.delivery.gate import Hold, open_file
from proxy.dialects.uploadcare import groups
from proxy.dialects.uploadcare.cdn.answers import archive
from proxy.dialects.uploadcare.cdn.answers.opened import Opened, caching, grant_of
from proxy.dialects.uploadcare.cdn.answers.original import whole
from proxy.dialects.uploadcare.cdn.token import Token
from proxy.dialects.uploadcare.document import safe_name
from proxy.dialects.uploadcare.files import check_there
from proxy.dialects.uploadcare.groups import Group
from proxy.http.responses import CORS, SAFETY, disposition
from proxy.services import Services

MAX_ARCHIVE_BYTES = 2 << 30


def listing(services: Services, group: Group, token: Token | None) -> Response:
    """Addresses of the files, in their order."""
    hold = Hold(token is not None, token.until if token else None)
    rows = "".join(
        f'<li><a href="/{group.id}/nth/{index}/">/{html.escape(each.uuid)}/{html.escape(each.effects)}</a></li>\n'
        for index, each in enumerate(group.members)
    )
    page = f'<!doctype html>\n<title>{group.id}</title>\n<ol start="0">\n{rows}</ol>\n'
    headers = {**hold.bounded(caching(services)).headers, **CORS, **SAFETY}
    return Response(page, headers=headers, media_type="text/html")


async def packed(
    services: Services, cloud: str, group: Group, kind: str, name: str, token: Token | None, request: Request
) -> Response:
    """The files as they were uploaded. Raises NotFound if one is gone, LimitExceeded for more than two gigabytes."""
    members = [check_there(asset) for asset in await groups.files_of(services, cloud, group)]
    if (total := sum(asset.bytes for asset in members)) > MAX_ARCHIVE_BYTES:
        raise LimitExceeded(f"An archive holds at most {MAX_ARCHIVE_BYTES} bytes, the files have {total}.")
    opened = [Opened(asset, token, (), "", "", request) for asset in members]
    entries = [archive.Entry(_name(index, each), each.bytes) for index, each in enumerate(members)]
    holds = [open_file(asset, grant_of(token))[1] for asset in members]
    kept = reduce(Hold.joined, holds).bounded(caching(services))
    headers = {**kept.headers, **CORS, **SAFETY, **disposition("attachment", name or f"{group.id}.{kind}")}
    mime = {"zip": "application/zip", "tar": "application/x-tar"}[kind]
    if request.method == "HEAD":
        return Response(headers=headers, media_type=mime)
    bodies = (whole(services, each) for each in opened)
    return StreamingResponse(archive.PACKERS[kind](zip(entries, bodies, strict=True)), headers=headers, media_type=mime)


def _name(index: int, asset: Asset) -> str:
    """Names of a group may repeat; numbers in front keep them apart, and in order."""
    return f"{index}_{safe_name(asset.display_name) or asset.public_id}"
