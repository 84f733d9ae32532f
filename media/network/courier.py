"""Post notifications to the receivers that clients name, guarded against SSRF."""

import asyncio
from collections.abc import Mapping
from typing import Self

import httpx

from media.config import Webhooks
from media.errors import OriginError, OriginTimeout
from media.network.loops import last
from media.network.transport import GuardedTransport, parse_url

#: Enough to take any polite answer; the rest is not read.
USER_AGENT = "Cutout"


class Courier:
    """One per process; closed by ``async with``."""

    def __init__(self, settings: Webhooks) -> None:
        self._settings = settings
        self._transport = GuardedTransport(allow_private=settings.allow_private)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exception: object) -> None:
        await self._transport.aclose()

    async def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> None:
        """Deliver JSON. A redirect is no delivery: the signature was made for this receiver.

        Raises RequestError or Forbidden for an address we do not go to, OriginTimeout and OriginError if the
        receiver did not take it.
        """
        target = parse_url(url)
        sent = {"Content-Type": "application/json", "User-Agent": USER_AGENT, **last(), **headers}
        timeout = httpx.Timeout(self._settings.timeout_seconds).as_dict()
        request = httpx.Request("POST", target, headers=sent, content=body, extensions={"timeout": timeout})
        try:
            async with asyncio.timeout(self._settings.timeout_seconds):
                response = await self._transport.handle_async_request(request)
                await response.aclose()
        except (TimeoutError, httpx.TimeoutException) as error:
            raise OriginTimeout(f"The receiver {target.host} did not answer in time.") from error
        except httpx.TransportError as error:
            raise OriginError(f"The receiver {target.host} cannot be reached: {error}.") from error
        if not response.is_success:
            raise OriginError(f"The receiver {target.host} answered {response.status_code}.")
