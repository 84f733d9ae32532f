"""Delete tokens: who uploaded may take it back for ten minutes, without credentials. Nothing is stored. Pure."""

import base64
import hashlib
import hmac
import json

from media.errors import BadSignature
from media.records.asset import SourceRef

LIFETIME_SECONDS = 600


def make(ref: SourceRef, version_id: str, secret: str, now: float) -> str:
    claim = json.dumps([ref.resource_type, ref.type, ref.public_id, version_id, int(now) + LIFETIME_SECONDS])
    body = base64.urlsafe_b64encode(claim.encode()).decode().rstrip("=")
    return f"{body}.{_seal(body, secret)}"


def read(cloud: str, token: str, secret: str, now: float) -> tuple[SourceRef, str]:
    """The asset and its version that the token was made for. Raises BadSignature."""
    body, _, seal = token.partition(".")
    if not hmac.compare_digest(_seal(body, secret).encode(), seal.encode()):
        raise BadSignature("Invalid delete token")
    claim = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    resource_type, type_, public_id, version_id, expires = claim
    if now > expires:
        raise BadSignature("Invalid delete token: it expired")
    return SourceRef(cloud, resource_type, type_, public_id), version_id


def _seal(body: str, secret: str) -> str:
    return hmac.new(secret.encode(), f"delete:{body}".encode(), hashlib.sha256).hexdigest()
