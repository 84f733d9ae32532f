"""Fetch remote sources, guarded against SSRF.

Every hop goes through the guard as if it were the first. Bytes are counted while they stream, before and behind
decompression.
"""

import asyncio
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

import httpx

from media.config import Origin
from media.errors import LimitExceeded, NotFound, OriginError, OriginTimeout, RequestError
from media.integers import is_natural
from media.network.loops import onward
from media.network.transport import GuardedTransport, Resolve, parse_url, resolve

REDIRECTS = {301, 302, 303, 307, 308}
#: An origin that hides a picture has none for us either.
MISSING = {401, 403, 404, 410}
#: No `Accept-Encoding` of ours asks for these two, some servers send them all the same.
ENCODINGS = {"gzip", "x-gzip", "deflate"}
#: zlib's "detect a gzip or zlib header", with the largest window.
DETECT_HEADER = 47
REQUEST_HEADERS = {"User-Agent": "Cutout", "Accept": "image/*,video/*;q=0.8,*/*;q=0.5", "Accept-Encoding": "identity"}
#: The connection stood and broke: worth one more try.
BROKEN = (httpx.ReadError, httpx.WriteError, httpx.CloseError, httpx.RemoteProtocolError)


#: Takes a number of bytes from a budget that fetches share; raises if there is no room.
Charge = Callable[[int], None]


def free(size: int) -> None:
    return None


@dataclass(frozen=True, slots=True)
class Allowance:
    """What one fetch may take."""

    max_bytes: int
    charge: Charge


@dataclass(frozen=True, slots=True)
class Fetched:
    """A source as its origin gave it; texts are empty if the origin did not say."""

    body: bytes
    final_url: str
    etag: str
    last_modified: str
    content_type: str


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

    async def fetch(self, url: str, *, max_bytes: int, charge: Charge = free) -> Fetched:
        """The source behind ``url``, redirects followed, at most ``max_bytes`` of it; ``charge`` is told of bytes
        before they are held, and may raise.

        Raises RequestError for a URL that is none, Forbidden for one we do not go to, NotFound if the origin
        has nothing for us, LimitExceeded for too many bytes, OriginTimeout and OriginError for the rest.
        """
        target, allowance = parse_url(url), Allowance(max_bytes, charge)
        try:
            async with asyncio.timeout(self._settings.total_timeout_seconds):
                return await self._follow(target, allowance)
        except (TimeoutError, httpx.TimeoutException) as error:
            raise OriginTimeout(f"The origin {target.host} did not deliver in time.") from error

    async def _follow(self, url: httpx.URL, allowance: Allowance) -> Fetched:
        seen = [url]
        while True:
            answer = await self._fetch_or_retry(seen[-1], allowance)
            if isinstance(answer, Fetched):
                return answer
            if answer in seen:
                raise OriginError(f"The origin {url.host} redirects in a circle.")
            if len(seen) > self._settings.max_redirects:
                raise OriginError(f"The origin {url.host} redirects more than {self._settings.max_redirects} times.")
            seen.append(answer)

    async def _fetch_or_retry(self, url: httpx.URL, allowance: Allowance, *, retries: int = 1) -> Fetched | httpx.URL:
        try:
            return await self._fetch_once(url, allowance)
        except BROKEN as error:
            if not retries:
                raise OriginError(f"The origin {url.host} broke off its answer.") from error
        except httpx.TimeoutException:
            raise
        except httpx.TransportError as error:
            raise OriginError(f"The origin {url.host} cannot be reached: {error}.") from error
        return await self._fetch_or_retry(url, allowance, retries=retries - 1)

    async def _fetch_once(self, url: httpx.URL, allowance: Allowance) -> Fetched | httpx.URL:
        response = await self._transport.handle_async_request(self._request(url))
        try:
            if response.status_code in REDIRECTS:
                return _redirect_target(url, response)
            _check_status(url, response.status_code)
            body = await _read(url, response, allowance)
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
        return httpx.Request("GET", url, headers=REQUEST_HEADERS | onward(), extensions={"timeout": timeout})


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


async def _read(url: httpx.URL, response: httpx.Response, allowance: Allowance) -> bytes:
    max_bytes = allowance.max_bytes
    too_long = LimitExceeded(f"The source at {url.host} is larger than {max_bytes} bytes.")
    encoding = response.headers.get("content-encoding", "identity").strip().lower() or "identity"
    if encoding not in ENCODINGS | {"identity"}:
        raise OriginError(f"The origin {url.host} sent the encoding {encoding!r}, which was not asked for.")
    declared = response.headers.get("content-length", "")
    if is_natural(declared) and int(declared) > max_bytes:
        raise too_long
    body = bytearray()
    async for chunk in response.aiter_raw():
        allowance.charge(len(chunk))
        body += chunk
        if len(body) > max_bytes:
            raise too_long
    if encoding == "identity":
        return bytes(body)
    decoded = _decompress(url, bytes(body), max_bytes, too_long)
    allowance.charge(max(0, len(decoded) - len(body)))
    return decoded


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
