"""How errors look to Cloudimage's clients: status, a short JSON body, the reason once more in a header.

A pending cutout is no error here, the original is served instead (spec 3.4).
"""

import json

from media.errors import BadSignature, MediaError, Retryable
from media.header_text import header_text

#: Where the vendor's status differs from our tree's hint: an unsigned URL is refused, not challenged.
_STATUSES: dict[type[MediaError], int] = {BadSignature: 403}
_MAX_REASON_LENGTH = 1000
_EXPOSED = "X-Cloudimage-Error, Retry-After, X-Request-Id"

Answer = tuple[int, dict[str, str], bytes]


def envelope(error: MediaError) -> Answer:
    """Status, headers and body."""
    status = _STATUSES.get(type(error), error.status)
    reason = str(error)[:_MAX_REASON_LENGTH] if error.public else "Internal error"
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "Cache-Control": "no-store",
        "X-Cloudimage-Error": header_text(reason),
        "X-Content-Type-Options": "nosniff",
        "Access-Control-Allow-Origin": "*",
        "Access-Control-Expose-Headers": _EXPOSED,
    }
    if isinstance(error, Retryable):
        headers["Retry-After"] = str(error.retry_after)
    body = {"status": "error", "code": error.code, "message": reason}
    return status, headers, json.dumps(body).encode()
