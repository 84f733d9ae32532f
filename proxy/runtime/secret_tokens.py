"""Secret tokens: made, hashed for a configuration, compared. Pure.

A token is 256 random bits, so that one round of SHA-256 hides it: it would hide nothing that is shorter, or chosen by a
person.
"""

import hashlib
import hmac
import re
import secrets
from collections.abc import Iterable
from functools import lru_cache

PREFIX = "sk_"
HASHED = "sha256:"
_HASH = re.compile(r"sha256:[0-9a-f]{64}\Z")


def new_token(stage: str = "") -> str:
    """``sk_…``; IMG Processing's name their ``stage`` in front: ``test_sk_…``."""
    return f"{stage}_{PREFIX}{secrets.token_urlsafe(32)}" if stage else f"{PREFIX}{secrets.token_urlsafe(32)}"


def hashed(token: str) -> str:
    """``sha256:…``: what a configuration may hold in the token's place."""
    return HASHED + hashlib.sha256(token.encode("utf-8", "surrogateescape")).hexdigest()


def is_hash(written: str) -> bool:
    return _HASH.match(written) is not None


def is_one_of(given: str, written: Iterable[str]) -> bool:
    """Whether ``given`` is one of the tokens, as they are or hashed. Every one is compared, in constant time."""
    found = hashed(given)
    matches = [hmac.compare_digest(_as_hash(each), found) for each in written]
    return bool(given) and any(matches)


@lru_cache(1024)
def _as_hash(written: str) -> str:
    return written if is_hash(written) else hashed(written)
