"""How errors look to Cloudinary's clients: the reason is in a header, the body of an image stays empty (spec 5)."""

import json

from media.errors import DerivationPending, LimitExceeded, MediaError, Retryable, UnsupportedFormat
from media.header_text import header_text

#: Where the vendor's status differs from our tree's hint. A pending derived asset is "locked".
_STATUSES: dict[type[MediaError], int] = {DerivationPending: 423, UnsupportedFormat: 400, LimitExceeded: 400}
#: A CDN keeps 4xx per URL; short, because an upload heals a 404. What heals by itself is never kept.
_ERROR_MAX_AGE_SECONDS = 60
_CACHEABLE = frozenset({400, 404})
_EXPOSED = "X-Cld-Error, Retry-After, X-Request-Id"

Answer = tuple[int, dict[str, str], bytes]


def envelope(error: MediaError, *, api: bool) -> Answer:
    """Status, headers and body. ``api``: an upload or admin call, answered in JSON; otherwise image delivery."""
    status = _STATUSES.get(type(error), error.status)
    reason = str(error) if error.public else "Internal error"
    headers = {"X-Cld-Error": header_text(reason), "Cache-Control": _caching(status, api=api)}
    if isinstance(error, Retryable):
        headers["Retry-After"] = str(error.retry_after)
    if api:
        body = json.dumps({"error": {"message": reason}}).encode()
        return status, {**headers, "Content-Type": "application/json; charset=utf-8"}, body
    # Pages poll a 423 with fetch(), cross-origin: without these headers they cannot see the status.
    cors = {"Access-Control-Allow-Origin": "*", "Access-Control-Expose-Headers": _EXPOSED}
    return status, {**headers, **cors, "Content-Type": "text/plain; charset=utf-8"}, b""


def _caching(status: int, *, api: bool) -> str:
    return f"public, max-age={_ERROR_MAX_AGE_SECONDS}" if status in _CACHEABLE and not api else "no-store"
