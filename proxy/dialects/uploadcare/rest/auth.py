"""Who calls the REST API: ``Uploadcare.Simple <public>:<secret>``, or a signature over the request as it was sent."""

import hashlib
import hmac
import time
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any

from media.config import Cloud
from media.errors import BadSignature, RequestError
from proxy.dialects.uploadcare.projects import Tenant, find_tenant

SIMPLE, SIGNED = "Uploadcare.Simple", "Uploadcare"
MAX_SKEW_SECONDS = 15 * 60
NO_MATCH, NO_SECRET = "Incorrect authentication credentials.", "Secret key not found."
NO_KEY, UNKNOWN_KEY = "Public key not provided.", "Public key is invalid or does not exist."
BAD_SIGNATURE = "Invalid signature. Please check your Secret key."
PLAIN = "Simple authentication over HTTP is forbidden. Please, use HTTPS or signed requests instead."


class Refused(RequestError):
    """What a request lacks to be answered at all: ``status`` is the vendor's."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class Invalid(RequestError):
    """A body whose fields are at fault: what is wrong with each, by its name."""

    def __init__(self, faults: Mapping[str, Any]) -> None:
        super().__init__("; ".join(f"{name}: {fault}" for name, fault in faults.items()))
        self.faults = dict(faults)


@dataclass(frozen=True, slots=True)
class Sent:
    """A request as it came: ``uri`` is path and query exactly as on the wire."""

    method: str
    uri: str
    headers: Mapping[str, str]
    body: bytes
    is_secure: bool

    @property
    def date(self) -> str:
        """Browsers set no ``Date``, so the JavaScript client has a header of its own."""
        return self.headers.get("x-uploadcare-date") or self.headers.get("date", "")


def authenticate(clouds: Mapping[str, Cloud], sent: Sent, *, simple_over_http: bool) -> Tenant:
    """The project that calls. Raises BadSignature, and Refused for a secret sent over a plain connection."""
    scheme, _, credentials = sent.headers.get("authorization", "").partition(" ")
    public_key, colon, proof = credentials.strip().partition(":")
    if scheme not in (SIMPLE, SIGNED) or not colon:
        raise BadSignature(NO_MATCH)
    if scheme == SIMPLE and not sent.is_secure and not simple_over_http:
        raise Refused(400, PLAIN)
    tenant = find_tenant(clouds, public_key)
    if tenant is None:
        raise BadSignature(UNKNOWN_KEY if public_key else NO_KEY)
    if not proof:
        raise BadSignature(NO_SECRET if scheme == SIMPLE else BAD_SIGNATURE)
    if scheme == SIMPLE:
        _check(proof, tenant.project.secrets, NO_MATCH)
    else:
        _check_date(sent.date, time.time())
        expected = [sign(secret, sent) for secret in tenant.project.secrets]
        _check(proof, expected, BAD_SIGNATURE)
    return tenant


def sign(secret: str, sent: Sent) -> str:
    """The hexadecimal HMAC-SHA1 of method, MD5 of the body, Content-Type, Date and URI, all as sent."""
    lines = (
        sent.method,
        hashlib.md5(sent.body, usedforsecurity=False).hexdigest(),
        sent.headers.get("content-type", ""),
        sent.date,
        sent.uri,
    )
    return hmac.new(secret.encode(), "\n".join(lines).encode("utf-8", "surrogateescape"), hashlib.sha1).hexdigest()


def _check(given: str, expected: "tuple[str, ...] | list[str]", sentence: str) -> None:
    """Every secret is compared, in constant time."""
    matches = [hmac.compare_digest(each.encode(), given.encode("utf-8", "surrogateescape")) for each in expected]
    if not any(matches):
        raise BadSignature(sentence)


def _check_date(written: str, now: float) -> None:
    """pyuploadcare puts a comma behind the year, which RFC 5322 does not know: it is signed as sent, read without."""
    try:
        moment = parsedate_to_datetime(_without_third_comma(written)).timestamp()
    except (ValueError, TypeError, OverflowError) as error:
        raise BadSignature(f"Invalid Date header: expected an HTTP date, got {written[:60]!r}.") from error
    if abs(now - moment) > MAX_SKEW_SECONDS:
        raise BadSignature("The Date header differs from the server's time by more than 15 minutes.")


def _without_third_comma(written: str) -> str:
    head, comma, tail = written.partition(",")
    return head + comma + tail.replace(",", "")
