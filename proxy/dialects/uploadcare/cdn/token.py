"""Signed delivery: Akamai's tokens, as the vendor's SDKs make them. Pure.

::

    ?token=exp=<unix>~acl=<pattern>[!<pattern>…]~hmac=<hex>     the path must match; ``*`` at the end is anything
    ?token=exp=<unix>~hmac=<hex>                                this address alone

The HMAC-SHA256, keyed with the hex-decoded secret, covers the fields in front of it as sent, and without an acl the
path or the whole address. ``st`` is when it begins. Comparisons take constant time.
"""

import hashlib
import hmac
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import quote, unquote

from media.errors import BadSignature
from media.integers import is_natural

PARAMETER = "token"
_MAC = "~hmac="
MAX_LENGTH = 2048


@dataclass(frozen=True, slots=True)
class Token:
    """Until when (unix seconds), and which paths it opens; ``is_exact``: its owner wrote all of the path."""

    until: int
    patterns: tuple[str, ...]
    is_exact: bool

    def covers(self, path: str) -> bool:
        return any(_matches(pattern, path) for pattern in self.patterns)


def _matches(pattern: str, path: str) -> bool:
    return path.startswith(pattern[:-1]) if pattern.endswith("*") else path == pattern


def take(query: str) -> tuple[list[str], str]:
    """The tokens of a raw query, and the query without them, everything else as sent."""
    pairs = query.split("&") if query else []
    tokens = [pair.partition("=")[2] for pair in pairs if pair.partition("=")[0] == PARAMETER]
    return tokens, "&".join(pair for pair in pairs if pair.partition("=")[0] != PARAMETER)


def sign(body: str, secret: str) -> str:
    return hmac.new(bytes.fromhex(secret), body.encode(), hashlib.sha256).hexdigest()


def verify(tokens: Sequence[str], path: str, origins: Iterable[str], secrets: Sequence[str], now: float) -> Token:
    """``path`` as sent; ``origins`` (``https://host``) are what may stand before it where a token covers an address.

    Raises BadSignature unless exactly one token is there, valid and for this path.
    """
    if len(tokens) != 1 or len(tokens[0]) > MAX_LENGTH:
        raise BadSignature("The URL must carry one valid token.")
    addresses = [path, *(origin + path for origin in origins)]
    # Browsers and clients escape a token's own characters, or do not.
    for text in dict.fromkeys((tokens[0], unquote(tokens[0]))):
        body, mark, given = text.rpartition(_MAC)
        fields = dict(part.partition("=")[::2] for part in body.split("~"))
        if mark and _is_signed(body, fields, given, addresses, secrets):
            return _opened(fields, path, now)
    raise BadSignature("The URL must carry one valid token.")


def _is_signed(body: str, fields: dict[str, str], given: str, addresses: Sequence[str], secrets: Sequence[str]) -> bool:
    spelled = [f"{body}~url={form}" for address in addresses for form in (address, _escaped(address))]
    bodies = [body] if "acl" in fields else spelled
    made = [sign(each, secret) for each in bodies for secret in secrets]
    matches = [hmac.compare_digest(each.encode(), given.lower().encode()) for each in made]
    return any(matches)


def _escaped(text: str) -> str:
    """As the vendor's edge spells what is signed: escapes in lower case, a tilde among them."""
    spelled = quote(text, safe="")
    return "".join(each.lower() if "%" in each else each for each in _escapes(spelled)).replace("~", "%7e")


def _escapes(text: str) -> list[str]:
    first, *others = text.split("%")
    return [first, *(part for other in others for part in (f"%{other[:2]}", other[2:]))]


def _opened(fields: dict[str, str], path: str, now: float) -> Token:
    until, start = fields.get("exp", ""), fields.get("st", "0")
    if not is_natural(until) or int(until) <= now:
        raise BadSignature("The token has expired.")
    if not is_natural(start) or int(start) > now:
        raise BadSignature("The token is not valid yet.")
    patterns = tuple(unquote(fields.get("acl", path)).split("!"))
    token = Token(int(until), patterns, is_exact=path in patterns)
    if not token.covers(path) and not token.covers(unquote(path)):
        raise BadSignature("The token is for another path.")
    return token
