"""What the Upload API refuses, and how it says so: a sentence, or JSON for ``?jsonerrors=1``."""

from collections.abc import Callable
from typing import Any

from starlette.requests import Request

from media.error_answer import ErrorAnswer, json_answer, retry_header
from media.errors import LimitExceeded, MediaError, NotFound, RateLimited, RequestError, Unavailable

#: Class of our tree → the vendor's code.
CODES: dict[type[MediaError], str] = {
    NotFound: "FileNotFoundError",
    LimitExceeded: "FileSizeLimitExceededError",
    RateLimited: "RequestThrottledError",
    Unavailable: "ServiceUnavailableError",
    RequestError: "RequestBodyInvalidError",
}
UNKNOWN = "InternalServerError"


class UploadError(RequestError):
    """``error_code`` is the vendor's, by which its clients tell what happened."""

    def __init__(self, status: int, error_code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.error_code = error_code


def envelope_for(request: Request) -> Callable[[MediaError], ErrorAnswer]:
    return as_json if request.query_params.get("jsonerrors") in ("1", "true") else as_text


def as_json(error: MediaError) -> ErrorAnswer:
    said = {"status_code": error.status, "content": sentence(error), "error_code": code_of(error)}
    return json_answer(error, error.status, {"error": said}, {"Content-Type": "application/json"})


def as_text(error: MediaError) -> ErrorAnswer:
    headers: dict[str, Any] = {
        "Content-Type": "text/plain; charset=utf-8",
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
        "Access-Control-Allow-Origin": "*",
    }
    return ErrorAnswer(error.status, headers | retry_header(error), sentence(error).encode())


def sentence(error: MediaError) -> str:
    return str(error) if error.public else "Internal server error."


def code_of(error: MediaError) -> str:
    if isinstance(error, UploadError):
        return error.error_code
    return next((code for kind, code in CODES.items() if isinstance(error, kind)), UNKNOWN)
