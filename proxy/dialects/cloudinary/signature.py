"""Signatures: plain digests with the secret appended, as Cloudinary makes them (no HMAC).

Three kinds: in delivery URLs (``s--…--``), on API requests, on webhooks. Comparisons take constant time.
"""

import base64
import hashlib
import hmac
from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

SHORT_LENGTH = 8
LONG_LENGTH = 32
#: Request parameters that are never signed (spec 7.1).
_UNSIGNED = frozenset({"file", "cloud_name", "resource_type", "api_key", "signature"})

#: A request's parameter: text, a number or flag, or a list of texts.
Value = str | int | bool | Sequence[str] | None


class Signed(Protocol):
    """What :func:`verify` reads of a delivery URL."""

    @property
    def signature(self) -> str | None: ...
    @property
    def to_sign(self) -> tuple[str, ...]: ...


def sign(to_sign: str, secret: str, *, algorithm: str = "sha1", long: bool = False) -> str:
    """The characters between ``s--`` and ``--``: 8 of SHA-1 or SHA-256, or 32 of SHA-256 (``long``).

    ``to_sign`` is ``<transformation>/<public id with extension>``; version, cloud and types are not signed.
    """
    digest = hashlib.new("sha256" if long else algorithm, (to_sign + secret).encode()).digest()
    return base64.urlsafe_b64encode(digest).decode()[: LONG_LENGTH if long else SHORT_LENGTH]


def verify(url: Signed, secrets: Iterable[str]) -> bool:
    """Whether the URL carries a signature that any of ``secrets`` makes over any accepted reading of its text.

    Every reading is compared, whether or not one matched: the time says nothing about the signature.
    """
    given = (url.signature or "").encode()
    is_long = len(given) == LONG_LENGTH
    algorithms = ("sha256",) if is_long else ("sha1", "sha256")
    matches = [
        hmac.compare_digest(sign(text, secret, algorithm=algorithm, long=is_long).encode(), given)
        for secret in secrets
        for text in url.to_sign
        for algorithm in algorithms
    ]
    return any(matches)


def string_to_sign(parameters: Mapping[str, Value], *, version: int = 2) -> str:
    """An API request's parameters as one text. Version 2 escapes ``&`` inside a pair, version 1 does not."""
    texts = {key: _text(value) for key, value in parameters.items() if key not in _UNSIGNED}
    pairs = [f"{key}={text}" for key, text in texts.items() if text]
    return "&".join(sorted(pair.replace("&", "%26") if version == 2 else pair for pair in pairs))


def _text(value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, str | int) else ",".join(value)


def sign_request(parameters: Mapping[str, Value], secret: str, algorithm: str = "sha1", *, version: int = 2) -> str:
    """The ``signature`` field of an upload or admin call, hexadecimal."""
    text = string_to_sign(parameters, version=version)
    return hashlib.new(algorithm, (text + secret).encode()).hexdigest()


def verify_request(
    parameters: Mapping[str, Value], given: str, secrets: Iterable[str], versions: Sequence[int] = (1, 2)
) -> bool:
    """Accepts SHA-1 and SHA-256. Under version 1 an ``&`` in a value and one between two pairs sign the same."""
    matches = [
        hmac.compare_digest(sign_request(parameters, secret, algorithm, version=version).encode(), given.encode())
        for secret in secrets
        for algorithm in ("sha1", "sha256")
        for version in versions
    ]
    return any(matches)


def sign_response(public_id: str, version: int | str, secret: str, algorithm: str = "sha1") -> str:
    """The ``signature`` in an upload's answer: over the public id and the version, by the rules of version 1."""
    return sign_request({"public_id": public_id, "version": str(version)}, secret, algorithm, version=1)


def sign_notification(body: bytes, timestamp: int, secret: str, algorithm: str = "sha1") -> str:
    """``X-Cld-Signature`` of a webhook whose ``X-Cld-Timestamp`` is ``timestamp`` (unix seconds)."""
    return hashlib.new(algorithm, body + f"{timestamp}{secret}".encode()).hexdigest()


def verify_notification(body: bytes, timestamp: int, given: str, secret: str) -> bool:
    matches = [
        hmac.compare_digest(sign_notification(body, timestamp, secret, algorithm).encode(), given.encode())
        for algorithm in ("sha1", "sha256")
    ]
    return any(matches)
