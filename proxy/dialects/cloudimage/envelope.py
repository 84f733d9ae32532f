"""How errors look to Cloudimage's clients: status, a short JSON body, the reason once more in a header.

A pending cutout is no error here, the original is served instead (spec 3.4).
"""

from media.error_answer import ErrorAnswer, json_answer
from media.errors import BadSignature, MediaError
from media.header_text import header_text

#: Errors whose status at this vendor differs from our tree's hint: an unsigned URL is refused, not challenged.
_STATUSES: dict[type[MediaError], int] = {BadSignature: 403}
_MAX_REASON_LENGTH = 1000
_EXPOSED = "X-Cloudimage-Error, Retry-After, X-Request-Id"


def envelope(error: MediaError) -> ErrorAnswer:
    reason = str(error)[:_MAX_REASON_LENGTH] if error.public else "Internal error"
    headers = {"X-Cloudimage-Error": header_text(reason), "Access-Control-Expose-Headers": _EXPOSED}
    document = {"status": "error", "code": error.code, "message": reason}
    return json_answer(error, _STATUSES.get(type(error), error.status), document, headers)
