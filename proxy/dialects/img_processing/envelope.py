"""How errors look to IMG Processing's clients: ``{type, error, status, message, errors?}``, always JSON."""

from http import HTTPStatus

from media.error_answer import ErrorAnswer, json_answer
from media.errors import MediaError
from proxy.dialects.img_processing.errors import Invalid

PAGE = "https://docs.img-processing.com/errors/"
_EXPOSED = "Retry-After, X-Image-Processing-Usage, X-Request-Id"


def envelope(error: MediaError) -> ErrorAnswer:
    phrase = HTTPStatus(error.status).phrase
    document = {
        "type": PAGE + phrase.lower().replace(" ", "-"),
        "error": phrase,
        "status": error.status,
        "message": str(error) if error.public else "Internal error",
    }
    if isinstance(error, Invalid):
        document["errors"] = list(error.faults)
    return json_answer(error, error.status, document, {"Access-Control-Expose-Headers": _EXPOSED})
