"""How errors look to IMG Processing's clients: ``{type, error, status, message, errors?}``, always JSON."""

import json
from http import HTTPStatus

from media.errors import MediaError, Retryable
from proxy.dialects.img_processing.errors import Invalid

PAGE = "https://docs.img-processing.com/errors/"

Answer = tuple[int, dict[str, str], bytes]


def envelope(error: MediaError) -> Answer:
    """Status, headers and body."""
    phrase = HTTPStatus(error.status).phrase
    document = {
        "type": PAGE + phrase.lower().replace(" ", "-"),
        "error": phrase,
        "status": error.status,
        "message": str(error) if error.public else "Internal error",
    }
    if isinstance(error, Invalid):
        document["errors"] = list(error.faults)
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
        "Access-Control-Allow-Origin": "*",
        "Access-Control-Expose-Headers": "Retry-After, X-Image-Processing-Usage, X-Request-Id",
    }
    if isinstance(error, Retryable):
        headers["Retry-After"] = str(error.retry_after)
    return error.status, headers, json.dumps(document).encode()
