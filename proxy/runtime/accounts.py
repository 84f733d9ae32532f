"""Who asks: the cloud an API key belongs to."""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass

from media.config import Cloud
from media.errors import Forbidden


@dataclass(frozen=True, slots=True)
class Account:
    """A key that may be used, and its cloud's name."""

    cloud: str
    key: str


def find_account(clouds: Mapping[str, Cloud], key: str) -> Account:
    """Raises Forbidden for a key that no cloud has. Every key is compared, in constant time each."""
    given = key.encode("utf-8", "surrogateescape")
    found = [
        Account(name, each)
        for name, cloud in clouds.items()
        for each in cloud.keys
        if hmac.compare_digest(each.encode(), given)
    ]
    if not found:
        raise Forbidden("The API key is not valid.")
    return found[0]
