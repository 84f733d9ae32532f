"""A file as it is: inline if it is a picture, else to be saved. What lies in parts is read part after part."""

from collections.abc import Iterator

from starlette.responses import Response, StreamingResponse

from media.render import derivation
from proxy.delivery.derivation import read_source
from proxy.delivery.gate import Hold, open_file
from proxy.dialects.uploadcare.cdn.answers.opened import EXPOSED, Opened, caching
from proxy.dialects.uploadcare.document import mime_of
from proxy.http.files import UNKNOWN, is_passive
from proxy.http.responses import CORS, SAFETY, Content, byte_span, disposition, matches, not_modified, respond
from proxy.services import Services


async def original(services: Services, opened: Opened, *, inline: bool | None) -> Response:
    """``inline`` is what the address says, None if nothing. Nothing that a browser could run is ever shown."""
    asset, request = opened.asset, opened.request
    digest, hold = open_file(asset, opened.grant)
    kept = hold.bounded(caching(services))
    if matches(request.headers.get("if-none-match"), digest):
        return not_modified(digest, kept)
    mime = mime_of(asset)
    shows = is_passive(mime) and mime != UNKNOWN and (opened.is_image if inline is None else inline)
    headers = {
        **disposition("inline" if shows else "attachment", opened.name),
        **_sides(opened),
        "Access-Control-Expose-Headers": EXPOSED,
    }
    served = mime if is_passive(mime) else UNKNOWN
    if asset.parts:
        return _in_parts(services, opened, hold, served, headers)
    content = Content(await read_source(services, digest), served, digest, headers)
    return respond(content, kept, request.headers, head=request.method == "HEAD")


def _sides(opened: Opened) -> dict[str, str]:
    asset = opened.asset
    return {"X-Image-Width": str(asset.width), "X-Image-Height": str(asset.height)} if opened.is_image else {}


def _in_parts(services: Services, opened: Opened, hold: Hold, mime: str, headers: dict[str, str]) -> Response:
    asset, request = opened.asset, opened.request
    etag, kept = open_file(asset, opened.grant)[0], hold.bounded(caching(services))
    span = byte_span(request.headers, asset.bytes, etag)
    start, end = span or (0, asset.bytes)
    said = {"ETag": f'"{etag}"', "Accept-Ranges": "bytes", **kept.headers, **CORS, **SAFETY, **headers}
    if start >= end:
        refused = {**said, "Content-Range": f"bytes */{asset.bytes}", "Cache-Control": "no-store"}
        return Response(status_code=416, headers=refused)
    status = 206 if span else 200
    said["Content-Length"] = str(end - start)
    if span:
        said["Content-Range"] = f"bytes {start}-{end - 1}/{asset.bytes}"
    if request.method == "HEAD":
        return Response(status_code=status, headers=said, media_type=mime)
    pieces = _pieces(services, asset.parts, int(asset.info["part_bytes"]), start, end)
    return StreamingResponse(pieces, status_code=status, headers=said, media_type=mime)


def _pieces(services: Services, parts: tuple[str, ...], size: int, start: int, end: int) -> Iterator[bytes]:
    """The bytes from ``start`` to before ``end``; one part is in memory at a time."""
    for number in range(start // size, -(-end // size)):
        body = derivation.read_source(services.store, parts[number])
        yield body[max(0, start - number * size) : end - number * size]


def whole(services: Services, opened: Opened) -> Iterator[bytes]:
    """The bytes of a file, in pieces."""
    digest, _ = open_file(opened.asset, opened.grant)
    digests = opened.asset.parts or (digest,)
    return (derivation.read_source(services.store, digest) for digest in digests)
