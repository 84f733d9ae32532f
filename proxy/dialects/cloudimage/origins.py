"""The origin in a path → the addresses its source may be fetched from. Pure and linear.

The forms, in the order they are recognised::

    https://host/p.jpg    absolute; proxies collapse the slashes to https:/host
    _name_/p.jpg          alias
    host.tld/p.jpg        without a scheme: the default one first, then the other
    p.jpg                 bare path behind the configured prefix

Each may arrive wholly percent-encoded, with ``ci_url_encoded=1`` or recognisably (``https%3A%2F%2F``).
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote, unquote

from media.errors import NotFound, RequestError
from media.integers import is_natural
from proxy.dialects.cloudimage.grammar import check_text

_ENCODED = re.compile(r"https?%3a", re.IGNORECASE)
_ABSOLUTE = re.compile(r"(https?):/+", re.IGNORECASE)
_OTHER_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:/|(data|javascript|blob):", re.IGNORECASE)
_ALIAS = re.compile(r"_[^/]+_(/|\Z)")
_ESCAPE = re.compile(r"%[0-9a-fA-F]{2}")
#: What stands in an address as it is; ``%`` among them, for what is escaped already.
_SAFE = "%/:?#[]@!$&'()*+,;="
_SCHEMES = ("https", "http")


@dataclass(frozen=True, slots=True)
class Naming:
    """What an account calls its origins. ``aliases`` maps names without underscores to addresses."""

    aliases: Mapping[str, str]
    prefix: str
    scheme: str


def addresses(origin: str, foreign: Sequence[str], naming: Naming, *, encoded: bool) -> tuple[str, ...]:
    """Where the source may lie, the likeliest first.

    ``foreign`` are the query's pairs that are not ours; ``encoded`` is ``ci_url_encoded``. Raises RequestError for
    a text that names no origin, NotFound for an unknown alias.
    """
    text = decode(origin) if encoded or _ENCODED.match(origin) else origin
    text = text.lstrip("/")
    if not text:
        raise RequestError("The path must name an origin: an http(s) URL, a host or an alias.")
    return tuple(_with_query(normal(address), foreign) for address in _located(text, naming))


def decode(text: str) -> str:
    """One layer of percent escapes less; what an address cannot hold is escaped again."""
    return escape(unquote(text))


def escape(text: str) -> str:
    """Percent escapes for what an address cannot hold as it is."""
    check_text(text)
    return quote(text, safe=_SAFE)


def normal(address: str) -> str:
    """One spelling per address: scheme and host in lower case, escapes in upper case."""
    scheme, _, rest = address.partition("://")
    if scheme.lower() not in _SCHEMES:
        return address
    host, slash, path = rest.partition("/")
    return f"{scheme.lower()}://{host.lower()}{slash}" + _ESCAPE.sub(lambda escape: escape.group().upper(), path)


def _located(text: str, naming: Naming) -> tuple[str, ...]:
    if match := _ABSOLUTE.match(text):
        return (f"{match.group(1)}://{text[match.end() :]}",)
    if _OTHER_SCHEME.match(text):
        raise RequestError(f"The origin must be an http(s) URL, a host or an alias, got {text[:80]!r}.")
    if aliased := _behind_alias(text, naming):
        return (aliased,)
    if _is_host(text, has_prefix=bool(naming.prefix)):
        schemes = (naming.scheme, *(scheme for scheme in _SCHEMES if scheme != naming.scheme))
        return tuple(f"{scheme}://{text}" for scheme in schemes)
    if naming.prefix:
        return (_joined(naming.prefix, text, naming.scheme),)
    if _ALIAS.match(text):
        raise NotFound(f"There is no alias {text.partition('/')[0]!r}.")
    raise RequestError(f"The origin must be an http(s) URL, a host or an alias, got {text[:80]!r}.")


def _behind_alias(text: str, naming: Naming) -> str | None:
    """The first alias that fits wins; names may hold underscores, dots and dashes."""
    for name, target in naming.aliases.items():
        marker = f"_{name.strip('_')}_"
        if text == marker or text.startswith(f"{marker}/"):
            return _joined(target, text.removeprefix(marker).lstrip("/"), naming.scheme)
    return None


def _is_host(text: str, *, has_prefix: bool) -> bool:
    """A first segment with a dot or a port is a host; a lone file name behind a prefix is not."""
    segment, slash, _ = text.partition("/")
    name, _, port = segment.rpartition(":")
    if has_prefix and not slash:
        return False
    return not segment.startswith(("_", ".")) and ("." in segment or (bool(name) and is_natural(port)))


def _joined(base: str, path: str, scheme: str) -> str:
    # A path must not climb out of the folder that the account's owner named.
    if ".." in unquote(path).replace("?", "/").split("/"):
        raise NotFound(f"The path {path[:80]!r} leaves the folder of its origin.")
    absolute = base if "://" in base else f"{scheme}://{base}"
    return f"{absolute.rstrip('/')}/{path}"


def _with_query(address: str, pairs: Sequence[str]) -> str:
    if not pairs:
        return address
    return address + ("&" if "?" in address else "?") + "&".join(pairs)
