"""SSRF guard, the way out: HTTP to vetted hosts and addresses only.

A URL is checked in this order: scheme, spelling, allow-list, then each address its name resolves to. The connection
goes to the checked address itself, so that a name cannot change its answer in between (DNS rebinding).
"""

import asyncio
import re
import socket
from collections.abc import Awaitable, Callable, Sequence
from ipaddress import IPv4Address

import httpx

from media.errors import Forbidden, OriginError, RequestError
from media.network.addresses import is_address, is_permitted

#: Host and port → every address of the name, as text.
Resolve = Callable[[str, int], Awaitable[Sequence[str]]]

PORTS = {"http": 80, "https": 443}
#: A name with a dead IPv6 address still has its next one.
ADDRESS_ATTEMPTS = 3

#: Names that mean "here" or "in this network"; the metadata services' names are among them.
LOCAL_NAMES = ("localhost", "local", "localdomain", "internal", "intranet", "lan", "home.arpa")
HOST_NAME = re.compile(r"(?!-)[a-z0-9_-]{1,63}(\.(?!-)[a-z0-9_-]{1,63})*", re.ASCII)
#: A last label that browsers and inet_aton() read as part of an IPv4 address (WHATWG URL, 3.5).
NUMBER = re.compile(r"\d+|0x[0-9a-f]*", re.ASCII)


async def resolve(host: str, port: int) -> Sequence[str]:
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


class GuardedTransport(httpx.AsyncBaseTransport):
    """Connects to vetted addresses only. Raises :class:`Forbidden` before a byte is sent."""

    def __init__(self, *, allow_private: bool, allowed_hosts: Sequence[str] = (), resolve: Resolve = resolve) -> None:
        self._allow_private = allow_private
        self._allowed_hosts = allowed_hosts
        self._resolve = resolve
        # No kept connections: the pool knows them by address, and two names may share one (TLS names would mix).
        self._transport = httpx.AsyncHTTPTransport(limits=httpx.Limits(max_keepalive_connections=0))

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        host = check_host(request.url, self._allowed_hosts, allow_private=self._allow_private)
        addresses = await self._vetted(host, _port(request.url))
        *spare, last = addresses[:ADDRESS_ATTEMPTS]
        for address in spare:
            try:
                return await self._transport.handle_async_request(_pinned(request, address))
            except (httpx.ConnectError, httpx.ConnectTimeout):
                continue
        return await self._transport.handle_async_request(_pinned(request, last))

    async def aclose(self) -> None:
        await self._transport.aclose()

    async def _vetted(self, host: str, port: int) -> Sequence[str]:
        try:
            addresses = [host] if is_address(host) else await self._resolve(host, port)
        except (OSError, UnicodeError) as error:
            raise OriginError(f"The host {host} cannot be resolved.") from error
        if not addresses:
            raise OriginError(f"The host {host} has no address.")
        if not all(is_permitted(address, allow_private=self._allow_private) for address in addresses):
            raise Forbidden(f"The host {host} is not on the public internet.")
        return addresses


def parse_url(text: str) -> httpx.URL:
    """An absolute http or https URL without its fragment. Raises :class:`RequestError` for anything else."""
    if "\\" in text or any(character.isspace() for character in text):
        # Parsers disagree on where the host ends in `http://allowed\@evil/`.
        raise RequestError(f"A source URL must not hold spaces or backslashes, got {text!r}.")
    try:
        url = httpx.URL(text)
    except httpx.InvalidURL as error:
        raise RequestError(f"The source URL {text!r} cannot be read: {error}.") from error
    if url.scheme not in PORTS:
        raise RequestError(f"A source URL must begin with http:// or https://, got {text!r}.")
    if not url.raw_host or not 0 < _port(url) < 65536:
        raise RequestError(f"A source URL must name a host and a valid port, got {text!r}.")
    return url.copy_with(fragment=None)


def check_host(url: httpx.URL, allowed_hosts: Sequence[str], *, allow_private: bool) -> str:
    """The ASCII host of ``url`` if a connection may be thought of; its addresses are judged later.

    Raises :class:`Forbidden` with the reason.
    """
    host = url.raw_host.decode("ascii")
    if url.userinfo:
        raise Forbidden("A source URL must not carry a user name or password.")
    if allowed_hosts and not any(_matches(host, pattern) for pattern in allowed_hosts):
        raise Forbidden(f"The host {host} is not among the allowed origins.")
    if ":" in host:
        return host
    if not HOST_NAME.fullmatch(host):
        raise Forbidden(f"The host {host} is not a host name.")
    if NUMBER.fullmatch(host.rpartition(".")[2]):
        return _plain_ipv4(host)
    local = "." not in host or any(host == name or host.endswith(f".{name}") for name in LOCAL_NAMES)
    if local and not allow_private:
        raise Forbidden(f"The host {host} is a name of a local network.")
    return host


def _port(url: httpx.URL) -> int:
    return PORTS[url.scheme] if url.port is None else url.port


def _matches(host: str, pattern: str) -> bool:
    wildcard = pattern.startswith("*.")
    name = httpx.URL(host=pattern.removeprefix("*.")).raw_host.decode("ascii")
    return host.endswith(f".{name}") if wildcard else host == name


def _plain_ipv4(host: str) -> str:
    try:
        return str(IPv4Address(host))
    except ValueError as error:
        raise Forbidden(f"An IPv4 address must be written as four decimal numbers, got {host}.") from error


def _pinned(request: httpx.Request, address: str) -> httpx.Request:
    """The same request to ``address``; the Host header and the TLS name stay those of the URL."""
    return httpx.Request(
        request.method,
        request.url.copy_with(host=address),
        headers=request.headers,
        stream=request.stream,
        extensions={**request.extensions, "sni_hostname": request.url.raw_host.decode("ascii")},
    )
