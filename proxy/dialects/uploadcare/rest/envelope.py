"""How errors look to clients of the REST API: ``{"detail": …}``, always JSON; faults of fields by their names."""

from media.error_answer import ErrorAnswer, json_answer
from media.errors import MediaError
from proxy.dialects.uploadcare.rest.auth import Invalid


def envelope(error: MediaError) -> ErrorAnswer:
    detail = str(error) if error.public else "Internal server error."
    document = error.faults if isinstance(error, Invalid) else {"detail": detail}
    # The JavaScript client reads no other type, not even with a character set.
    return json_answer(error, error.status, document, {"Content-Type": "application/json"})
