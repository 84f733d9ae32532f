"""Everything that can go wrong, as one tree.

::

    MediaError                    500
    ├ RequestError                400  the caller can fix it
    │ ├ BadTransformation         400  the text names something that has no such value
    │ ├ UnsupportedOperation      400  understood, but not offered here
    │ ├ UnsupportedFormat         415  bytes or format that are not served
    │ ├ BadSignature              401
    │ ├ Forbidden                 403
    │ ├ NotFound                  404
    │ ├ AlreadyExists             409
    │ ├ LimitExceeded             413
    │ ├ RateLimited               429
    │ └ LoopDetected              508  the request fetches from us what fetches from us
    ├ SourceError                 422  bytes are not a readable image
    ├ OriginError                 502  the remote server did not deliver
    │ └ OriginTimeout             504
    ├ DerivationFailed            500  internal text is logged, never sent
    └ Retryable                   503  becomes another answer by itself; + retry_after
      ├ DerivationPending         503  a dialect translates it (423, 202, the original)
      └ Unavailable               503  queue full, store or Redis down

A class carries a status hint, a code and whether its message may be shown; a dialect's ``envelope`` says it
in the vendor's words.
"""


class MediaError(Exception):
    status = 500
    code = "internal"
    public = False


class RequestError(MediaError):
    status = 400
    code = "bad_request"
    public = True


class BadTransformation(RequestError):
    code = "bad_transformation"


class UnsupportedOperation(RequestError):
    code = "unsupported_operation"


class UnsupportedFormat(RequestError):
    status = 415
    code = "unsupported_format"


class BadSignature(RequestError):
    status = 401
    code = "bad_signature"


class Forbidden(RequestError):
    status = 403
    code = "forbidden"


class NotFound(RequestError):
    status = 404
    code = "not_found"


class AlreadyExists(RequestError):
    status = 409
    code = "already_exists"


class LimitExceeded(RequestError):
    status = 413
    code = "limit_exceeded"


class RateLimited(RequestError):
    """``retry_after`` is in seconds, 0 if that is told elsewhere."""

    status = 429
    code = "rate_limited"

    def __init__(self, message: str, *, retry_after: int = 0) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class LoopDetected(RequestError):
    status = 508
    code = "loop_detected"


class SourceError(MediaError):
    status = 422
    code = "unreadable_source"
    public = True


class OriginError(MediaError):
    status = 502
    code = "origin_failed"
    public = True


class OriginTimeout(OriginError):
    status = 504
    code = "origin_timeout"


class DerivationFailed(MediaError):
    code = "derivation_failed"


class Retryable(MediaError):
    """The parent of answers that become another answer by themselves; ``retry_after`` is in seconds."""

    status = 503
    public = True

    def __init__(self, message: str, *, retry_after: int = 1) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class DerivationPending(Retryable):
    code = "derivation_pending"


class Unavailable(Retryable):
    code = "unavailable"
