"""Delete tokens: an uploader may take an upload back for ten minutes, without credentials. Nothing is stored. Pure."""

import base64
import hashlib
import hmac
import json
from collections.abc import Iterable

from media.errors import BadSignature
from media.records.asset import SourceRef

LIFETIME_SECONDS = 600


def make(ref: SourceRef, version_id: str, secret: str, now: float) -> str:
    claim = json.dumps([ref.resource_type, ref.type, ref.public_id, version_id, int(now) + LIFETIME_SECONDS])
    body = base64.urlsafe_b64encode(claim.encode()).decode().rstrip("=")
    return f"{body}.{_seal(ref.cloud, body, secret)}"


def read(cloud: str, token: str, secrets: Iterable[str], now: float) -> tuple[SourceRef, str]:
    """The asset and its version that the token was made for, with any of ``secrets``. Raises BadSignature."""
    body, _, seal = token.partition(".")
    matches = [hmac.compare_digest(_seal(cloud, body, secret).encode(), seal.encode()) for secret in secrets]
    if not any(matches):
        raise BadSignature("Invalid delete token")
    claim = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    resource_type, type_, public_id, version_id, expires = claim
    if now > expires:
        raise BadSignature("Invalid delete token: it expired")
    return SourceRef(cloud, resource_type, type_, public_id), version_id


def _seal(cloud: str, body: str, secret: str) -> str:
    return hmac.new(secret.encode(), f"delete:{cloud}:{body}".encode(), hashlib.sha256).hexdigest()
