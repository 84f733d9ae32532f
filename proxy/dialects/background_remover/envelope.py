"""How errors look to BackgroundRemover's clients: ``{"error": "…"}``; the samples stop if it is there."""

from media.error_answer import ErrorAnswer, json_answer
from media.errors import Forbidden, MediaError

_HEADERS = {"Content-Type": "application/json", "Access-Control-Expose-Headers": "Retry-After, X-Request-Id"}


def envelope(error: MediaError) -> ErrorAnswer:
    """A key that is not valid is 401."""
    return _answer(error, 401 if type(error) is Forbidden else error.status)


def server_envelope(error: MediaError) -> ErrorAnswer:
    """The engine's server says 400 to whatever a client can mend, 500 to the rest; 429 and 503 with a time are ours."""
    mendable = 400 if 400 <= error.status < 500 else 500
    return _answer(error, error.status if getattr(error, "retry_after", 0) else mendable)


def _answer(error: MediaError, status: int) -> ErrorAnswer:
    return json_answer(error, status, {"error": str(error) if error.public else "Internal server error."}, _HEADERS)
