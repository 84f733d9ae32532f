"""How errors look to clients of the REST API: ``{"detail": …}``, always JSON."""

from media.error_answer import ErrorAnswer, json_answer
from media.errors import MediaError


def envelope(error: MediaError) -> ErrorAnswer:
    detail = str(error) if error.public else "Internal server error."
    return json_answer(error, error.status, {"detail": detail}, {})
