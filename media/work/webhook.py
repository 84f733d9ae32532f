"""Notifications as values: a body with gaps, what fills them, and the headers that sign it. No I/O.

A dialect writes the body when the work is asked for; the worker fills in what only the result can tell. A gap is an
object: ``{"$fact": "version"}`` becomes the fact itself, ``{"$join": ["/v", {"$fact": "version"}]}`` a text.
"""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

FACT = "$fact"
JOIN = "$join"
#: Ours, whatever a vendor's scheme is: ``t=<unix seconds>,v1=<hex HMAC-SHA256 of "<t>.<body>">``.
OWN_HEADER = "X-Cutout-Signature"


@dataclass(frozen=True, slots=True)
class Signing:
    """A vendor's scheme: a plain digest of body, time and secret in one header, the time (unix seconds) in another."""

    signature_header: str
    timestamp_header: str
    algorithm: str = "sha1"


@dataclass(frozen=True, slots=True)
class Keyed:
    """A vendor's scheme: the hexadecimal HMAC-SHA256 of the body behind ``prefix`` in one header, by a secret of the
    subscription's own. Without a secret nothing is signed."""

    header: str
    secret: str
    prefix: str = "v1="


def fact(name: str) -> dict[str, str]:
    return {FACT: name}


def joined(*parts: object) -> dict[str, list[object]]:
    return {JOIN: list(parts)}


def fill(template: Any, facts: Mapping[str, Any]) -> Any:
    """``template`` with its gaps filled; a fact that is not known becomes None."""
    if isinstance(template, list):
        return [fill(each, facts) for each in template]
    if not isinstance(template, Mapping):
        return template
    if template.keys() == {FACT}:
        return facts.get(template[FACT])
    if template.keys() == {JOIN}:
        return "".join(str(fill(each, facts)) for each in template[JOIN])
    return {name: fill(value, facts) for name, value in template.items()}


def sign_keyed(body: bytes, keyed: Keyed) -> dict[str, str]:
    if not keyed.secret:
        return {}
    return {keyed.header: keyed.prefix + hmac.new(keyed.secret.encode(), body, hashlib.sha256).hexdigest()}


def sign(body: bytes, timestamp: int, secret: str, signing: Signing) -> dict[str, str]:
    """The headers that prove who sent ``body`` at ``timestamp`` (unix seconds)."""
    plain = hashlib.new(signing.algorithm, body + f"{timestamp}{secret}".encode()).hexdigest()
    own = hmac.new(secret.encode(), f"{timestamp}.".encode() + body, hashlib.sha256).hexdigest()
    return {
        signing.timestamp_header: str(timestamp),
        signing.signature_header: plain,
        OWN_HEADER: f"t={timestamp},v1={own}",
    }
