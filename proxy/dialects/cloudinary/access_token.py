"""Token-based authentication: ``?__cld_token__=st=…~exp=…~hmac=…`` on a delivery URL (spec 1.3). Pure.

The token says from when until when, for which address and for which paths it is good; an HMAC-SHA256 with the account's
key (hexadecimal) covers that, and the path itself if no access list is given. It covers the text as sent: the SDKs
escape an access list before they sign it, so nothing is unescaped before the HMAC is compared.
"""

import hashlib
import hmac
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import unquote

from media.errors import BadSignature
from media.integers import is_natural

QUERY_NAME = "__cld_token__"
MAX_TOKEN_LENGTH = 4096
_PARTS = ("ip", "st", "exp", "acl")
_NOT_ASCII = re.compile(r"(?:%[89A-Fa-f][0-9A-Fa-f])+")
#: Characters of a path that the signed text carries as lower-case escapes.
_ESCAPED = re.compile(r"""[ "#%&'/:;<=>?@\[\\\]^`{|}~]""")


@dataclass(frozen=True, slots=True)
class Use:
    """One use of a token: the path requested as sent, by whom, and when (unix seconds)."""

    path: str
    now: float
    address: str | None = None


@dataclass(frozen=True, slots=True)
class Token:
    """A token that was verified: it runs out at ``until`` (unix seconds, None: never). ``acl`` holds the patterns of
    the paths that it opens, None if it was made for the one path that was requested."""

    until: float | None
    acl: tuple[str, ...] | None

    def covers(self, paths: Iterable[str]) -> bool:
        """Whether the access list names one of ``paths``; a token for one path was made for all that is in it."""
        return self.acl is None or any(_matches(pattern, path) for path in paths for pattern in self.acl)


def find(query: str) -> str | None:
    """The token of a query string, as sent. Raises BadSignature for several."""
    pairs = [pair.partition("=") for pair in query.split("&")]
    tokens = [token for name, _, token in pairs if unquote(name) == QUERY_NAME]
    if len(tokens) > 1:
        raise BadSignature(f"deny or ACL failure: a URL may carry one token, got {len(tokens)}")
    return tokens[0] if tokens else None


def verify(token: str, use: Use, key: str) -> Token:
    """Raises BadSignature if ``token``, as sent, is malformed, forged, out of its time or meant for something else."""
    parts = _verified(token, use.path, key)
    _check_time(parts, use.now)
    if "ip" in parts and parts["ip"] != use.address:
        raise BadSignature("deny or ACL failure: the token is meant for another address")
    acl = tuple(unquote(pattern) for pattern in parts["acl"].split("!")) if "acl" in parts else None
    found = Token(float(parts["exp"]) if "exp" in parts else None, acl)
    if not found.covers(_readings(use.path)):
        raise BadSignature("deny or ACL failure: the token does not cover this path")
    return found


def make(limits: Mapping[str, str], path: str, key: str) -> str:
    """A token out of ``ip``, ``st``, ``exp`` and ``acl`` (already escaped); without ``acl`` it is good for ``path``."""
    visible = [f"{name}={limits[name]}" for name in _PARTS if name in limits]
    return "~".join([*visible, f"hmac={_hmac(limits, path, key)}"])


def escape(path: str) -> str:
    return _ESCAPED.sub(lambda match: f"%{ord(match.group()):02x}", path)


def _hmac(parts: Mapping[str, str], path: str, key: str) -> str:
    signed = [f"{name}={parts[name]}" for name in _PARTS if name in parts]
    if "acl" not in parts:
        signed.append(f"url={escape(path)}")
    return hmac.new(bytes.fromhex(key), "~".join(signed).encode(), hashlib.sha256).hexdigest()


def _verified(token: str, path: str, key: str) -> dict[str, str]:
    """The parts of the reading that the HMAC covers. A client may have escaped the token once more on its way."""
    for parts in map(_parse, _readings(token)):
        expected = [_hmac(parts, reading, key) for reading in _readings(path)]
        matches = [hmac.compare_digest(each.encode(), parts["hmac"].encode()) for each in expected]
        if any(matches):
            return parts
    raise BadSignature("deny or ACL failure: the token's signature is wrong")


def _readings(text: str) -> tuple[str, ...]:
    """As sent, as before the escapes that no SDK writes into it, and unescaped."""
    return tuple(dict.fromkeys((text, _NOT_ASCII.sub(lambda escapes: unquote(escapes.group()), text), unquote(text))))


def _parse(token: str) -> dict[str, str]:
    pairs = [part.partition("=") for part in token[:MAX_TOKEN_LENGTH].split("~")]
    parts = {name: value for name, _, value in pairs}
    if "hmac" not in parts or set(parts) - {*_PARTS, "hmac"}:
        return {"hmac": ""}
    return parts


def _check_time(parts: Mapping[str, str], now: float) -> None:
    for name in ("st", "exp"):
        if name in parts and not is_natural(parts[name]):
            raise BadSignature(f"deny or ACL failure: {name} must be a time in seconds, got {parts[name]}")
    if now < float(parts.get("st", 0)):
        raise BadSignature("deny or ACL failure: the token is not valid yet")
    if "exp" in parts and now > float(parts["exp"]):
        raise BadSignature("deny or ACL failure: the token has expired")


def _matches(pattern: str, path: str) -> bool:
    """``*`` stands for any text, slashes too, ``?`` for one character; brackets are no sets, unlike in a shell."""
    wildcards = {"*": ".*", "?": "."}
    text = "".join(wildcards.get(character, re.escape(character)) for character in pattern)
    return re.fullmatch(text, path, re.DOTALL) is not None
