"""How errors look to Cloudinary's clients: the reason is in a header, the body of an image stays empty (spec 5)."""

import json

from media.errors import (
    DerivationPending,
    LimitExceeded,
    MediaError,
    OriginError,
    OriginTimeout,
    RateLimited,
    Retryable,
    SourceError,
    UnsupportedFormat,
)
from media.header_text import header_text

#: Where the vendor's status differs from our tree's hint. A pending derived asset is "locked".
_STATUSES: dict[type[MediaError], int] = {
    DerivationPending: 423,
    UnsupportedFormat: 400,
    LimitExceeded: 400,
    RateLimited: 420,
}
#: The APIs' SDKs know few statuses (the Node SDK drops the sentence of any other); 420 says "come back later".
_API_STATUSES: dict[type[MediaError], int] = {
    **_STATUSES,
    SourceError: 400,
    OriginError: 400,
    OriginTimeout: 400,
    DerivationPending: 420,
}
_CACHEABLE = frozenset({400, 404})
_EXPOSED = "X-Cld-Error, Retry-After, X-Request-Id"

Answer = tuple[int, dict[str, str], bytes]


def envelope(error: MediaError, *, api: bool, max_age: int = 60) -> Answer:
    """Status, headers and body. ``api``: an upload or admin call, answered in JSON; otherwise image delivery.

    ``max_age`` (seconds) is how long a 400 or 404 of an image may be kept: short, because an upload heals a 404.
    """
    status = (_API_STATUSES if api else _STATUSES).get(type(error), error.status)
    reason = str(error) if error.public else "Internal error"
    headers = {"X-Cld-Error": header_text(reason), "Cache-Control": _caching(status, 0 if api else max_age)}
    if isinstance(error, Retryable):
        headers["Retry-After"] = str(error.retry_after)
    if api:
        body = json.dumps({"error": {"message": reason}}).encode()
        return status, {**headers, "Content-Type": "application/json; charset=utf-8"}, body
    # Pages poll a 423 with fetch(), cross-origin: without these headers they cannot see the status.
    cors = {"Access-Control-Allow-Origin": "*", "Access-Control-Expose-Headers": _EXPOSED}
    return status, {**headers, **cors, "Content-Type": "text/plain; charset=utf-8"}, b""


def _caching(status: int, max_age: int) -> str:
    # What heals by itself is never kept.
    return f"public, max-age={max_age}" if status in _CACHEABLE and max_age else "no-store"
