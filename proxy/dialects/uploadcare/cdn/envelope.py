"""How errors look on the CDN: a sentence; where a file is missing a picture that says so, for pages that show it."""

from collections.abc import Mapping

from media.error_answer import ErrorAnswer, retry_header
from media.errors import BadSignature, MediaError, NotFound

#: Errors whose status at this vendor differs from our tree's hint.
_STATUSES: dict[type[MediaError], int] = {BadSignature: 403}
SHARED: Mapping[str, str] = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "Retry-After",
}
MISSING = b"""<svg xmlns="http://www.w3.org/2000/svg" width="320" height="200" viewBox="0 0 320 200">
<rect width="320" height="200" fill="#eeeeee"/>
<text x="160" y="106" font-family="sans-serif" font-size="20" text-anchor="middle" fill="#777777">File not found</text>
</svg>
"""


def envelope(error: MediaError) -> ErrorAnswer:
    if isinstance(error, NotFound):
        return ErrorAnswer(error.status, {**SHARED, "Content-Type": "image/svg+xml"}, MISSING, is_lasting=True)
    sentence = str(error) if error.public else "Internal server error."
    headers = {**SHARED, **retry_header(error), "Content-Type": "text/plain; charset=utf-8"}
    return ErrorAnswer(_STATUSES.get(type(error), error.status), headers, sentence.encode())
