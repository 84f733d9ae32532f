"""Token-based authentication: ``?__cld_token__=st=…~exp=…~hmac=…`` on a delivery URL (spec 1.3).

The token says from when until when, for which address and for which paths it is good; an HMAC-SHA256 with the account's
key (hexadecimal) covers that, and the path itself where no access list is given.
"""

import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from urllib.parse import unquote

from media.errors import BadSignature

QUERY_NAME = "__cld_token__"
MAX_TOKEN_LENGTH = 4096
_PARTS = ("ip", "st", "exp", "acl")
#: Characters of a path that the signed text carries as lower-case escapes.
_ESCAPED = re.compile(r"""[ "#%&'/:;<=>?@\[\\\]^`{|}~]""")


@dataclass(frozen=True, slots=True)
class Use:
    """One use of a token: the path requested, by whom, and when (unix seconds)."""

    path: str
    now: float
    address: str | None = None


def verify(token: str, use: Use, key: str) -> None:
    """Raises BadSignature where ``token`` is malformed, forged, out of its time or meant for something else."""
    parts = _parse(token)
    signed = [f"{name}={parts[name]}" for name in _PARTS if name in parts]
    if "acl" not in parts:
        signed.append(f"url={escape(use.path)}")
    expected = digest("~".join(signed), key)
    if not hmac.compare_digest(expected.encode(), parts["hmac"].encode()):
        raise BadSignature("deny or ACL failure: the token's signature is wrong")
    _check_time(parts, use.now)
    if "ip" in parts and parts["ip"] != use.address:
        raise BadSignature("deny or ACL failure: the token is meant for another address")
    if "acl" in parts and not any(fnmatchcase(use.path, pattern) for pattern in unescape(parts["acl"]).split("!")):
        raise BadSignature("deny or ACL failure: the token does not cover this path")


def make(limits: Mapping[str, str], path: str, key: str) -> str:
    """A token out of ``ip``, ``st``, ``exp`` and ``acl`` (already escaped); without ``acl`` it is good for ``path``."""
    visible = [f"{name}={limits[name]}" for name in _PARTS if name in limits]
    signed = visible if "acl" in limits else [*visible, f"url={escape(path)}"]
    return "~".join([*visible, f"hmac={digest('~'.join(signed), key)}"])


def digest(text: str, key: str) -> str:
    return hmac.new(bytes.fromhex(key), text.encode(), hashlib.sha256).hexdigest()


def escape(path: str) -> str:
    return _ESCAPED.sub(lambda match: f"%{ord(match.group()):02x}", path)


def unescape(text: str) -> str:
    return unquote(text)


def _parse(token: str) -> dict[str, str]:
    pairs = [part.partition("=") for part in token[:MAX_TOKEN_LENGTH].split("~")]
    parts = {name: value for name, _, value in pairs}
    if "hmac" not in parts or set(parts) - {*_PARTS, "hmac"}:
        raise BadSignature("deny or ACL failure: the token is malformed")
    return parts


def _check_time(parts: Mapping[str, str], now: float) -> None:
    for name in ("st", "exp"):
        if name in parts and not (parts[name].isdecimal() and len(parts[name]) < 16):
            raise BadSignature(f"deny or ACL failure: {name} must be a time in seconds, got {parts[name]}")
    if now < float(parts.get("st", 0)):
        raise BadSignature("deny or ACL failure: the token is not valid yet")
    if "exp" in parts and now > float(parts["exp"]):
        raise BadSignature("deny or ACL failure: the token has expired")
