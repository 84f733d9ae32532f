"""Every error class has its Cloudinary status; nothing a client wrote breaks a header."""

import json

import pytest

from media import errors
from media.errors import BadTransformation, DerivationFailed, DerivationPending, MediaError, NotFound, Unavailable
from proxy.dialects.cloudinary.envelope import api_envelope, envelope

STATUSES = {
    "MediaError": 500, "RequestError": 400, "BadTransformation": 400, "UnsupportedOperation": 400,
    "UnsupportedFormat": 400, "BadSignature": 401, "Forbidden": 403, "NotFound": 404, "AlreadyExists": 409,
    "LimitExceeded": 400, "SourceError": 422, "OriginError": 502, "OriginTimeout": 504, "DerivationFailed": 500,
    "Retryable": 503, "DerivationPending": 423, "Unavailable": 503, "RateLimited": 429,
    "LoopDetected": 508,
}  # fmt: skip
CLASSES = [each for each in vars(errors).values() if isinstance(each, type) and issubclass(each, MediaError)]


@pytest.mark.parametrize("error", CLASSES)
def test_every_error_has_its_status(error: type[MediaError]) -> None:
    made = envelope(error("why"))
    assert made.status == STATUSES[error.__name__]
    assert made.headers["X-Cld-Error"] == ("why" if error.public else "Internal error")
    assert made.body == b""


def test_pending_is_locked_retryable_and_readable_by_pages() -> None:
    made = envelope(DerivationPending("in progress", retry_after=2))
    assert made.status == 423
    assert made.headers["Retry-After"] == "2"
    assert made.headers["Cache-Control"] == "no-store"
    assert made.headers["Access-Control-Allow-Origin"] == "*"
    assert "X-Cld-Error" in made.headers["Access-Control-Expose-Headers"]


def test_internal_text_is_never_sent() -> None:
    assert "secret" not in str(api_envelope(DerivationFailed("/secret/path")))


def test_header_cannot_be_broken_by_the_message() -> None:
    made = envelope(BadTransformation("a\r\nSet-Cookie: x=1 ☺"))
    assert made.headers["X-Cld-Error"] == "a%0D%0ASet-Cookie: x=1 %E2%98%BA"


def test_api_answers_json() -> None:
    made = api_envelope(NotFound("Resource not found - cat"))
    assert made.status == 404
    assert json.loads(made.body) == {"error": {"message": "Resource not found - cat"}}


@pytest.mark.parametrize("error", CLASSES)
def test_an_api_answers_only_what_the_sdks_can_read(error: type[MediaError]) -> None:
    known = {400, 401, 403, 404, 409, 420, 429, 500}
    assert api_envelope(error("why")).status in known | ({503} if issubclass(error, errors.Retryable) else set())


def test_only_lasting_errors_may_be_cached() -> None:
    assert envelope(NotFound("x")).is_lasting
    assert not envelope(Unavailable("x")).is_lasting
    assert not api_envelope(NotFound("x")).is_lasting
