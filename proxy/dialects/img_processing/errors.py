"""What IMG Processing refuses beyond our own tree. Pure."""

from media.errors import RequestError, Retryable, UnsupportedOperation


class Unauthorized(RequestError):
    status = 401
    code = "unauthorized"


class Invalid(RequestError):
    """A body or query with ``faults``, one sentence each."""

    code = "validation"

    def __init__(self, *faults: str) -> None:
        super().__init__("The request is not valid.")
        self.faults = faults


class NotOffered(UnsupportedOperation):
    """Endpoints that need a generative model."""

    status = 501
    code = "not_implemented"


class TooManyRequests(Retryable):
    status = 429
    code = "too_many_requests"
