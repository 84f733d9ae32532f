"""Fetch a remote source without becoming somebody's way into the network behind us.

Every hop is checked as if it were the first: scheme, spelling, allow-list, then each address its name resolves
to; the connection goes to the checked address itself, so that a name cannot change its answer in between
(DNS rebinding). Bytes are counted while they stream, before and behind decompression.
"""

import asyncio
import re
import socket
import zlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address
from typing import Self

import httpx

from media.config import Origin
from media.errors import Forbidden, LimitExceeded, NotFound, OriginError, OriginTimeout, RequestError
from media.integers import is_natural
from media.network.addresses import is_address, is_permitted

#: Host and port → every address of the name, as text.
Resolve = Callable[[str, int], Awaitable[Sequence[str]]]

PORTS = {"http": 80, "https": 443}
REDIRECTS = {301, 302, 303, 307, 308}
#: An origin that hides a picture has none for us either.
MISSING = {401, 403, 404, 410}
#: No `Accept-Encoding` of ours asks for these two, some servers send them all the same.
ENCODINGS = {"gzip", "x-gzip", "deflate"}
#: zlib's "detect a gzip or zlib header", with the largest window.
DETECT_HEADER = 47
REQUEST_HEADERS = {"User-Agent": "Cutout", "Accept": "image/*,video/*;q=0.8,*/*;q=0.5", "Accept-Encoding": "identity"}
#: A name with a dead IPv6 address still has its next one.
ADDRESS_ATTEMPTS = 3
#: The connection stood and broke: worth one more try.
BROKEN = (httpx.ReadError, httpx.WriteError, httpx.CloseError, httpx.RemoteProtocolError)

#: Names that mean "here" or "in this network"; the metadata services' names are among them.
LOCAL_NAMES = ("localhost", "local", "localdomain", "internal", "intranet", "lan", "home.arpa")
HOST_NAME = re.compile(r"(?!-)[a-z0-9_-]{1,63}(\.(?!-)[a-z0-9_-]{1,63})*", re.ASCII)
#: A last label that browsers and inet_aton() read as part of an IPv4 address (WHATWG URL, 3.5).
NUMBER = re.compile(r"\d+|0x[0-9a-f]*", re.ASCII)


@dataclass(frozen=True, slots=True)
class Fetched:
    """A source as its origin gave it; texts are empty where the origin did not say."""

    body: bytes
    final_url: str
    etag: str
    last_modified: str
    content_type: str


async def resolve(host: str, port: int) -> Sequence[str]:
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


class GuardedTransport(httpx.AsyncBaseTransport):
    """Connects to vetted addresses only. Raises :class:`Forbidden` before a byte leaves the house."""

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


class OriginFetcher:
    """Fetches sources; made once per process, closed by ``async with``. It passes nothing of a client's request on."""

    def __init__(self, settings: Origin, *, resolve: Resolve = resolve) -> None:
        self._settings = settings
        self._transport = GuardedTransport(
            allow_private=settings.allow_private, allowed_hosts=settings.allowed_hosts, resolve=resolve
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exception: object) -> None:
        await self._transport.aclose()

    async def fetch(self, url: str, *, max_bytes: int) -> Fetched:
        """The source behind ``url``, redirects followed, at most ``max_bytes`` of it.

        Raises RequestError for a URL that is none, Forbidden for one we do not go to, NotFound where the origin
        has nothing for us, LimitExceeded for too many bytes, OriginTimeout and OriginError for the rest.
        """
        target = parse_url(url)
        try:
            async with asyncio.timeout(self._settings.total_timeout_seconds):
                return await self._follow(target, max_bytes)
        except (TimeoutError, httpx.TimeoutException) as error:
            raise OriginTimeout(f"The origin {target.host} did not deliver in time.") from error

    async def _follow(self, url: httpx.URL, max_bytes: int) -> Fetched:
        seen = [url]
        while True:
            answer = await self._fetch_or_retry(seen[-1], max_bytes)
            if isinstance(answer, Fetched):
                return answer
            if answer in seen:
                raise OriginError(f"The origin {url.host} redirects in a circle.")
            if len(seen) > self._settings.max_redirects:
                raise OriginError(f"The origin {url.host} redirects more than {self._settings.max_redirects} times.")
            seen.append(answer)

    async def _fetch_or_retry(self, url: httpx.URL, max_bytes: int, *, retries: int = 1) -> Fetched | httpx.URL:
        try:
            return await self._fetch_once(url, max_bytes)
        except BROKEN as error:
            if not retries:
                raise OriginError(f"The origin {url.host} broke off its answer.") from error
        except httpx.TimeoutException:
            raise
        except httpx.TransportError as error:
            raise OriginError(f"The origin {url.host} cannot be reached: {error}.") from error
        return await self._fetch_or_retry(url, max_bytes, retries=retries - 1)

    async def _fetch_once(self, url: httpx.URL, max_bytes: int) -> Fetched | httpx.URL:
        response = await self._transport.handle_async_request(self._request(url))
        try:
            if response.status_code in REDIRECTS:
                return _redirect_target(url, response)
            _check_status(url, response.status_code)
            body = await _read(url, response, max_bytes)
        finally:
            await response.aclose()
        return Fetched(
            body,
            final_url=str(url),
            etag=response.headers.get("etag", ""),
            last_modified=response.headers.get("last-modified", ""),
            content_type=response.headers.get("content-type", ""),
        )

    def _request(self, url: httpx.URL) -> httpx.Request:
        timeout = httpx.Timeout(
            self._settings.total_timeout_seconds, connect=self._settings.connect_timeout_seconds
        ).as_dict()
        return httpx.Request("GET", url, headers=REQUEST_HEADERS, extensions={"timeout": timeout})


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


def _redirect_target(url: httpx.URL, response: httpx.Response) -> httpx.URL:
    location = response.headers.get("location", "")
    try:
        return parse_url(str(url.join(location)))
    except (RequestError, httpx.InvalidURL) as error:
        raise OriginError(f"The origin {url.host} redirects to {location!r}, which is no http address.") from error


def _check_status(url: httpx.URL, status: int) -> None:
    if status in MISSING:
        raise NotFound(f"The origin {url.host} has no such source (it answered {status}).")
    if status != httpx.codes.OK:
        raise OriginError(f"The origin {url.host} answered {status}.")


async def _read(url: httpx.URL, response: httpx.Response, max_bytes: int) -> bytes:
    too_long = LimitExceeded(f"The source at {url.host} is larger than {max_bytes} bytes.")
    encoding = response.headers.get("content-encoding", "identity").strip().lower() or "identity"
    if encoding not in ENCODINGS | {"identity"}:
        raise OriginError(f"The origin {url.host} sent the encoding {encoding!r}, which was not asked for.")
    declared = response.headers.get("content-length", "")
    if is_natural(declared) and int(declared) > max_bytes:
        raise too_long
    body = bytearray()
    async for chunk in response.aiter_raw():
        body += chunk
        if len(body) > max_bytes:
            raise too_long
    if encoding == "identity":
        return bytes(body)
    return _decompress(url, bytes(body), max_bytes, too_long)


def _decompress(url: httpx.URL, body: bytes, max_bytes: int, too_long: LimitExceeded) -> bytes:
    decoder = zlib.decompressobj(DETECT_HEADER)
    try:
        decoded = decoder.decompress(body, max_bytes + 1)
    except zlib.error as error:
        raise OriginError(f"The origin {url.host} sent a broken compressed answer.") from error
    if len(decoded) > max_bytes:
        raise too_long
    if not decoder.eof:
        raise OriginError(f"The origin {url.host} sent half a compressed answer.")
    return decoded
