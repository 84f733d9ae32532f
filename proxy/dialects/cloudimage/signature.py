"""Signed and sealed URLs: plain SHA-1 over the text as sent, although the vendor's pages say HMAC.

::

    ci_sign = sha1(salt + path [+ "?" + query without the ci_sign pair])
    ci_seal = sha1(path + ci_eqs + salt)

``path`` is the one behind ``/v7``, with its leading slash (the Ruby client) or without (the vendor's pages).
Hexadecimal, may be cut; the rules and vectors are those of scaleflex/cloudimage-rb. Comparisons take constant time.
"""

import hashlib
import hmac
from collections.abc import Iterable, Sequence
from urllib.parse import unquote

from media.errors import BadSignature
from proxy.dialects.cloudimage.grammar import canonical_key, split_pairs

FULL_LENGTH = 40
SEAL_KEYS = frozenset({"ci_seal", "ci_eqs"})


def sign(uri: str, salt: str) -> str:
    return hashlib.sha1((salt + uri).encode(), usedforsecurity=False).hexdigest()


def seal(path: str, sealed: str, salt: str) -> str:
    return hashlib.sha1((path + sealed + salt).encode(), usedforsecurity=False).hexdigest()


def authorize(path: str, query: str, *, sign_salts: Sequence[str], seal_salts: Sequence[str], min_length: int) -> bool:
    """Whether the account's owner wrote all of the URL; without salts nobody can prove that, and all may pass.

    ``path`` and ``query`` as sent. An account signs or seals; with salts for both, either does. A seal covers nothing
    beside it. Raises BadSignature unless the request carries what its account asks for.
    """
    if not sign_salts and not seal_salts:
        return False
    if _is_signed(path, query, sign_salts, min_length):
        return True
    if not _is_sealed(path, query, seal_salts, min_length):
        raise BadSignature("The URL must carry a valid ci_sign or ci_seal.")
    return all(canonical_key(pair.partition("=")[0]) in SEAL_KEYS for pair in split_pairs(query))


def _is_signed(path: str, query: str, salts: Iterable[str], min_length: int) -> bool:
    given, rest = take(query, "ci_sign")
    suffix = f"?{rest}" if rest else ""
    made = [sign(reading + suffix, salt) for salt in salts for reading in _readings(path)]
    return _is_prefix_of_any(given, made, min_length)


def _is_sealed(path: str, query: str, salts: Iterable[str], min_length: int) -> bool:
    # Pairs as the grammar splits and spells them: a second ci_eqs in disguise would override the sealed one.
    pairs = [(canonical_key(key), text) for key, _, text in (pair.partition("=") for pair in split_pairs(query))]
    given = [text for key, text in pairs if key == "ci_seal"]
    sealed = [text for key, text in pairs if key == "ci_eqs"]
    if len(sealed) > 1:
        return False
    text = unquote(sealed[0]) if sealed else ""
    made = [seal(reading, text, salt) for salt in salts for reading in _readings(path)]
    return _is_prefix_of_any(given, made, min_length)


def take(query: str, key: str) -> tuple[list[str], str]:
    """The values of ``key`` and the query without those pairs, everything else as sent."""
    pairs = query.split("&") if query else []
    values = [pair.partition("=")[2] for pair in pairs if pair.partition("=")[0] == key]
    return values, "&".join(pair for pair in pairs if pair.partition("=")[0] != key)


def _readings(path: str) -> tuple[str, str]:
    return path, path.removeprefix("/")


def _is_prefix_of_any(given: Sequence[str], made: Sequence[str], min_length: int) -> bool:
    # A second signature could hide in what the first one covers: exactly one counts.
    if len(given) != 1 or not min_length <= len(given[0]) <= FULL_LENGTH:
        return False
    text = given[0].lower().encode()
    matches = [hmac.compare_digest(full[: len(text)].encode(), text) for full in made]
    return any(matches)
