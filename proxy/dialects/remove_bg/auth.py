"""The caller: ``X-Api-Key``, or the same token as an OAuth bearer token."""

from collections.abc import Mapping

from media.config import Cloud
from media.errors import Forbidden
from proxy.runtime.accounts import Account, find_account

API = "remove_bg"


def authenticate(clouds: Mapping[str, Cloud], headers: Mapping[str, str]) -> Account:
    """Raises Forbidden without a valid key."""
    key = headers.get("x-api-key", "") or _bearer(headers.get("authorization", ""))
    if not key:
        raise Forbidden("Missing API Key: send it as X-Api-Key.")
    return find_account(clouds, API, key)


def _bearer(text: str) -> str:
    scheme, _, token = text.partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""
