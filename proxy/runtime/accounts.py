"""The caller of an API that takes a secret token: its cloud, and the token's name."""

from collections.abc import Mapping
from dataclasses import dataclass

from media.config import Cloud
from media.errors import Forbidden
from proxy.runtime.secret_tokens import is_one_of


@dataclass(frozen=True, slots=True)
class Account:
    """A token by its name, which stays while its secret changes, and its cloud's."""

    cloud: str
    name: str


def find_account(clouds: Mapping[str, Cloud], api: str, token: str) -> Account:
    """Raises Forbidden for a token that opens no cloud's ``api``. Key ids of Cloudinary are public, and open none."""
    found = [
        Account(cloud, name)
        for cloud, settings in clouds.items()
        for name, each in settings.tokens.items()
        if is_one_of(token, each.secrets) and api in each.apis
    ]
    if not found:
        raise Forbidden("The API key is not valid.")
    return found[0]
