"""How errors look to remove.bg's clients: ``{"errors": [{"title", "code", "detail"}]}``."""

from media.error_answer import ErrorAnswer, json_answer
from media.errors import (
    DerivationFailed,
    Forbidden,
    LimitExceeded,
    MediaError,
    NotFound,
    OriginError,
    RateLimited,
    RequestError,
    Retryable,
    SourceError,
    UnsupportedFormat,
)
from proxy.dialects.remove_bg.errors import ERRORS, Refused

_HEADERS = {"X-Credits-Charged": "0", "Access-Control-Expose-Headers": "Retry-After, X-Request-Id"}

#: Classes of our tree → the vendor's code; the first that fits counts.
_CODES: tuple[tuple[type[MediaError], str], ...] = (
    (Forbidden, "auth_failed"),
    (NotFound, "not_found"),
    (UnsupportedFormat, "invalid_file_type"),
    (LimitExceeded, "file_too_large"),
    (RateLimited, "rate_limit_exceeded"),
    (RequestError, "invalid_body"),
    (SourceError, "failed_to_read_image"),
    (OriginError, "failed_image_download"),
    (Retryable, "service_unavailable"),
    (DerivationFailed, "internal_error"),
    (MediaError, "internal_error"),
)


def envelope(error: MediaError) -> ErrorAnswer:
    code = error.code if isinstance(error, Refused) else _code(error)
    row = ERRORS[code]
    entry = {"title": row.title, "code": code} | ({"detail": str(error)} if error.public else {})
    return json_answer(error, row.status, {"errors": [entry]}, _HEADERS)


def _code(error: MediaError) -> str:
    return next(code for kind, code in _CODES if isinstance(error, kind))
