"""The caller: ``x-api-key``, and the stage its prefix names."""

import time
from dataclasses import dataclass

from starlette.requests import Request

from media.errors import Forbidden
from proxy.dialects.img_processing.errors import TooManyRequests, Unauthorized
from proxy.dialects.img_processing.settings import ImgProcessing
from proxy.runtime.accounts import Account, find_account
from proxy.services import Services

API = "img_processing"
TEST, LIVE = "test", "live"


@dataclass(frozen=True, slots=True)
class Caller:
    """The account of a request, and the stage that its key begins with.

    ``stage`` keeps the images of test keys apart from those of all others.
    """

    account: Account
    stage: str

    @property
    def cloud(self) -> str:
        return self.account.cloud


async def admit(services: Services, request: Request) -> Caller:
    """Raises Unauthorized without a valid key, TooManyRequests beyond the stage's rate."""
    token = request.headers.get("x-api-key", "")
    try:
        account = find_account(services.settings.clouds, API, token)
    except Forbidden as error:
        raise Unauthorized("The x-api-key header must hold a valid API key.") from error
    caller = Caller(account, TEST if token.startswith("test_") else LIVE)
    await _take_rate(services, caller)
    return caller


async def _take_rate(services: Services, caller: Caller) -> None:
    limit = _limit(services.settings.vendor(ImgProcessing), caller.stage)
    if not limit:
        return
    rate = await services.usage.take(caller.account, API, cost=1, limit=limit)
    if rate.exceeded:
        seconds = max(1, rate.reset - int(time.time()))
        raise TooManyRequests(f"At most {limit} requests a minute with this key.", retry_after=seconds)


def _limit(settings: ImgProcessing, stage: str) -> int:
    return settings.test_requests_per_minute if stage == TEST else settings.live_requests_per_minute
