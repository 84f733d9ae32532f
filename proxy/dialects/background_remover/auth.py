"""The caller: the key as it is in ``Authorization``, without a scheme."""

from collections.abc import Mapping

from media.config import Cloud
from media.errors import Forbidden
from proxy.runtime.accounts import Account, find_account

API = "background_remover"


def authenticate(clouds: Mapping[str, Cloud], headers: Mapping[str, str]) -> Account:
    """Raises Forbidden without a valid key."""
    key = headers.get("authorization", "").strip()
    if not key:
        raise Forbidden("The API key is missing: send it as Authorization.")
    return find_account(clouds, API, key)
