"""Who uploads: everybody who knows the public key, unless the project asks for a signature; a signature that is present
must be valid, even if none is required."""

import base64
import binascii
import hashlib
import hmac
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from media.config import Cloud
from media.integers import is_natural
from media.json_text import read_json
from proxy.dialects.uploadcare.projects import Tenant, find_tenant
from proxy.dialects.uploadcare.upload.errors import UploadError

KEYS = ("UPLOADCARE_PUB_KEY", "pub_key")
BEARER = "bearer"
#: A token that does not say when it ends is good for so long after it was issued; clocks may differ by the other.
TOKEN_SECONDS, SKEW_SECONDS = 3600, 60


@dataclass(frozen=True, slots=True)
class Uploader:
    tenant: Tenant
    is_signed: bool


def names_key(texts: Mapping[str, str]) -> bool:
    return any(texts.get(name) for name in KEYS)


def admit(
    clouds: Mapping[str, Cloud], texts: Mapping[str, str], authorization: str, *, needs_signature: bool
) -> Uploader:
    """``needs_signature``: if the project asks for one. Raises UploadError."""
    name = next((each for each in KEYS if texts.get(each)), KEYS[0])
    if not texts.get(name):
        raise UploadError(403, "ProjectPublicKeyRequiredError", f"{name} is required.")
    tenant = find_tenant(clouds, texts[name])
    if tenant is None:
        raise UploadError(403, "ProjectPublicKeyInvalidError", f"{name} is invalid.")
    return Uploader(tenant, _is_signed(tenant, texts, authorization, needs_signature=needs_signature))


def _is_signed(tenant: Tenant, texts: Mapping[str, str], authorization: str, *, needs_signature: bool) -> bool:
    scheme, _, token = authorization.partition(" ")
    if texts.get("signature") or texts.get("expire"):
        _check_signature(tenant, texts)
    elif scheme.lower() == BEARER:
        _check_token(tenant, token.strip())
    elif tenant.project.signed_uploads and needs_signature:
        raise UploadError(400, "SignatureRequiredError", "signature is required.")
    else:
        return False
    return True


def sign(secret: str, expire: str) -> str:
    return hmac.new(secret.encode(), expire.encode(), hashlib.sha256).hexdigest()


def _check_signature(tenant: Tenant, texts: Mapping[str, str]) -> None:
    signature, expire = texts.get("signature", ""), texts.get("expire", "")
    if not signature:
        raise UploadError(400, "SignatureRequiredError", "signature is required.")
    if not expire:
        raise UploadError(400, "SignatureExpirationRequiredError", "expire is required.")
    if not is_natural(expire):
        raise UploadError(400, "SignatureExpirationInvalidError", "expire must be a UNIX timestamp.")
    if not is_one_of(signature, [sign(secret, expire) for secret in tenant.project.secrets]):
        raise UploadError(403, "SignatureInvalidError", "Invalid signature.")
    if int(expire) < time.time():
        raise UploadError(403, "SignatureExpirationExpiredError", "Expired signature.")


def is_one_of(given: str, expected: list[str]) -> bool:
    """Every one is compared, in constant time."""
    return _is_among(given.encode("utf-8", "surrogateescape"), [each.encode() for each in expected])


def _is_among(given: bytes, expected: list[bytes]) -> bool:
    matches = [hmac.compare_digest(each, given) for each in expected]
    return any(matches)


def _check_token(tenant: Tenant, token: str) -> None:
    """A JWT (RFC 7519), HS256, whose key is the SHA-256 of the secret key, as raw bytes."""
    try:
        head, claims, proof = token.split(".")
        header, said = _part(head), _part(claims)
        given = _decoded(proof)
    except (ValueError, binascii.Error) as error:
        raise UploadError(403, "JWTInvalidError", "Invalid token.") from error
    keys = [hashlib.sha256(secret.encode()).digest() for secret in tenant.project.secrets]
    expected = [hmac.new(key, f"{head}.{claims}".encode(), hashlib.sha256).digest() for key in keys]
    if header.get("alg") != "HS256" or not _is_among(given, expected):
        raise UploadError(403, "JWTInvalidError", "Invalid token.")
    issued, ends = _moment(said.get("iat")), _moment(said.get("exp"))
    if issued is None or issued > time.time() + SKEW_SECONDS:
        raise UploadError(403, "JWTInvalidError", "The claim iat of the token must say when it was issued.")
    if (ends or issued + TOKEN_SECONDS) < time.time():
        raise UploadError(403, "JWTExpiredError", "Expired token.")


def _part(text: str) -> dict[str, Any]:
    document = read_json(_decoded(text))
    if not isinstance(document, dict):
        raise ValueError("a part of a token is a JSON object")  # noqa: TRY004  (it is read, not typed)
    return document


def _decoded(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)


def _moment(value: Any) -> float | None:
    """Unix seconds; None for what is no number."""
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
