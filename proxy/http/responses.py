"""A derived asset as an HTTP answer: validators, ranges, cache headers.

RFC 9110 sections 8.8 (validators), 13 (conditional requests) and 14 (range requests).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from starlette.responses import Response

#: Readable by scripts of any page: the polling clients need them.
EXPOSED = (
    "X-Cld-Error, X-Cld-Warning, Retry-After, X-Background-Removal-Confidence, X-Background-Removal-Status, ETag, "
    "Content-Length"
)
CORS = {"Access-Control-Allow-Origin": "*", "Access-Control-Expose-Headers": EXPOSED, "Timing-Allow-Origin": "*"}
#: A stored file must never run as a page of our host, whatever it contains.
SAFETY = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
}
MAX_FILE_NAME_LENGTH = 200
_RANGE = re.compile(r"bytes=([0-9]{0,15})-([0-9]{0,15})\Z")


def attachment(name: str) -> dict[str, str]:
    """Save as ``name``."""
    return disposition("attachment", name)


def disposition(kind: str, name: str) -> dict[str, str]:
    """``attachment`` or ``inline``, called ``name`` in ASCII: a quote would end, a backslash bend it (RFC 6266)."""
    if not name:
        return {"Content-Disposition": kind}
    safe = "".join(each if each.isascii() and each.isprintable() and each not in '"\\' else "_" for each in name)
    return {"Content-Disposition": f'{kind}; filename="{safe[:MAX_FILE_NAME_LENGTH]}"'}


@dataclass(frozen=True, slots=True)
class Caching:
    """``max_age`` in seconds; ``immutable`` for URLs that carry a version; ``private``: not for shared caches;
    ``shared``: for them as well, whose own default could be longer."""

    max_age: int
    immutable: bool = False
    vary: tuple[str, ...] = ()
    private: bool = False
    shared: bool = False

    @property
    def headers(self) -> dict[str, str]:
        control = f"{'private' if self.private else 'public'}, max-age={self.max_age}"
        control += f", s-maxage={self.max_age}" if self.shared and not self.private else ""
        control += ", immutable" if self.immutable else ""
        return {"Cache-Control": control} | ({"Vary": ", ".join(self.vary)} if self.vary else {})


@dataclass(frozen=True, slots=True)
class Content:
    """A body and what identifies it: ``etag`` is the derived key, unquoted."""

    body: bytes
    mime: str
    etag: str
    headers: Mapping[str, str] = field(default_factory=dict)


def matches(if_none_match: str | None, etag: str) -> bool:
    """Weak comparison of RFC 9110 8.8.3.2: a GET or HEAD with a matching tag is answered 304.

    ``*`` matches whatever there is, which is not known before it is there: :func:`respond` knows.
    """
    if not if_none_match:
        return False
    return any(tag.strip().removeprefix("W/").strip('"') == etag for tag in if_none_match.split(","))


def not_modified(etag: str, caching: Caching) -> Response:
    return Response(status_code=304, headers={"ETag": f'"{etag}"', **caching.headers, **CORS})


def respond(content: Content, caching: Caching, request_headers: Mapping[str, str], *, head: bool) -> Response:
    """200, 304, or 206/416 for a single byte range. Several ranges are answered whole, as the RFC allows."""
    if_none_match = request_headers.get("if-none-match", "")
    if if_none_match.strip() == "*" or matches(if_none_match, content.etag):
        return not_modified(content.etag, caching)
    frame = frame_of(
        len(content.body), content.mime, content.etag, caching, request_headers, head=head, more=content.headers
    )
    body = b"" if head else content.body[frame.start : frame.end]
    return Response(body, status_code=frame.status, headers=frame.headers)


@dataclass(frozen=True, slots=True)
class Frame:
    """An answer without its body, which is the half-open span ``start`` … ``end`` of the whole."""

    status: int
    headers: dict[str, str]
    start: int
    end: int


def frame_of(
    size: int,
    mime: str,
    etag: str,
    caching: Caching,
    request_headers: Mapping[str, str],
    *,
    head: bool,
    more: Mapping[str, str],
) -> Frame:
    """200, or 206/416 for a single byte range of a body of ``size`` bytes."""
    headers = {
        "ETag": f'"{etag}"',
        "Content-Type": mime,
        "Accept-Ranges": "bytes",
        **caching.headers,
        **CORS,
        **SAFETY,
        **more,
    }
    span = None if head else byte_span(request_headers, size, etag)
    if span is None:
        return Frame(200, {**headers, "Content-Length": str(size)}, 0, size)
    start, end = span
    if start >= end:
        # A cache that kept this would answer it to clients that ask for all.
        return Frame(416, {**headers, "Content-Range": f"bytes */{size}", "Cache-Control": "no-store"}, 0, 0)
    told = {"Content-Range": f"bytes {start}-{end - 1}/{size}", "Content-Length": str(end - start)}
    return Frame(206, {**headers, **told}, start, end)


def byte_span(request_headers: Mapping[str, str], size: int, etag: str) -> tuple[int, int] | None:
    """The half-open byte span asked for; an empty one if it cannot be satisfied, None for "all"."""
    match = _RANGE.match(request_headers.get("range", ""))
    if match is None or match.groups() == ("", ""):
        return None
    if request_headers.get("if-range", f'"{etag}"') != f'"{etag}"':
        return None
    first, last = match.groups()
    if not first:
        return max(0, size - int(last)), size
    return int(first), min(size, int(last) + 1) if last else size
