"""How errors look to Cloudinary's clients: the reason is in a header, the body of an image stays empty (spec 5)."""

from media.error_answer import ErrorAnswer, json_answer, retry_header
from media.errors import (
    DerivationPending,
    LimitExceeded,
    LoopDetected,
    MediaError,
    OriginError,
    OriginTimeout,
    RateLimited,
    SourceError,
    UnsupportedFormat,
)
from media.header_text import header_text

#: Errors whose status at this vendor differs from our tree's hint. A pending derived asset is "locked".
_STATUSES: dict[type[MediaError], int] = {
    DerivationPending: 423,
    UnsupportedFormat: 400,
    LimitExceeded: 400,
}
#: The APIs' SDKs know few statuses (the Node SDK drops the sentence of any other); 420 says "come back later".
_API_STATUSES: dict[type[MediaError], int] = {
    **_STATUSES,
    SourceError: 400,
    OriginError: 400,
    OriginTimeout: 400,
    LoopDetected: 400,
    DerivationPending: 420,
    RateLimited: 420,
}
_LASTING = frozenset({400, 404})
_EXPOSED = "X-Cld-Error, Retry-After, X-Request-Id"


def envelope(error: MediaError) -> ErrorAnswer:
    """An error of image delivery. Caches may keep what an upload heals for a short while, never what heals by itself.

    Pages poll a 423 with fetch(), cross-origin: without the access headers they cannot see the status.
    """
    status = _STATUSES.get(type(error), error.status)
    headers = {
        **retry_header(error),
        "X-Cld-Error": header_text(_reason(error)),
        "Cache-Control": "no-store",
        "Access-Control-Allow-Origin": "*",
        "Access-Control-Expose-Headers": _EXPOSED,
        "Content-Type": "text/plain; charset=utf-8",
    }
    return ErrorAnswer(status, headers, is_lasting=status in _LASTING)


def api_envelope(error: MediaError) -> ErrorAnswer:
    """An error of an upload or admin call."""
    status = _API_STATUSES.get(type(error), error.status)
    headers = {
        "X-Cld-Error": header_text(_reason(error)),
        "Access-Control-Expose-Headers": _EXPOSED,
        "Timing-Allow-Origin": "*",
    }
    return json_answer(error, status, {"error": {"message": _reason(error)}}, headers)


def _reason(error: MediaError) -> str:
    return str(error) if error.public else "Internal error"
