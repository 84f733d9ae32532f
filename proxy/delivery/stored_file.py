"""send_stored(): an object of the store as an answer, in pieces: whole, or the range that is asked for."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from media.errors import NotFound
from media.stores.store import PIECE_BYTES, Stat, Store
from proxy.http.responses import Caching, frame_of, matches, not_modified
from proxy.services import Services


@dataclass(frozen=True, slots=True)
class StoredFile:
    """The paths that it may lie at, in turn; its type, and the tag that identifies its bytes."""

    paths: tuple[str, ...]
    mime: str
    etag: str
    headers: dict[str, str] = field(default_factory=dict)


async def send_stored(services: Services, file: StoredFile, caching: Caching, request: Request) -> Response:
    """Raises NotFound if it is gone."""
    if matches(request.headers.get("if-none-match"), file.etag):
        return not_modified(file.etag, caching)
    path, stat = await services.io.run(_find, services.store, file.paths)
    head = request.method == "HEAD"
    frame = frame_of(stat.size, file.mime, file.etag, caching, request.headers, head=head, more=file.headers)
    if head or frame.status == 416:
        return Response(b"", status_code=frame.status, headers=frame.headers)
    pieces = _pieces(services, path, frame.start, frame.end)
    return StreamingResponse(pieces, status_code=frame.status, headers=frame.headers)


def _find(store: Store, paths: tuple[str, ...]) -> tuple[str, Stat]:
    for path in paths:
        if stat := store.stat(path):
            return path, stat
    raise NotFound("Resource not found: its file is no longer in the store")


async def _pieces(services: Services, path: str, start: int, end: int) -> AsyncIterator[bytes]:
    while start < end:
        piece = await services.io.run(services.store.read, path, start, min(PIECE_BYTES, end - start))
        if not piece:
            return
        yield piece
        start += len(piece)
