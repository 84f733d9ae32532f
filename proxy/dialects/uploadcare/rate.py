"""How often a project may call in a minute."""

import time

from media.errors import RateLimited
from proxy.dialects.uploadcare.projects import Tenant
from proxy.runtime.accounts import Account
from proxy.services import Services


async def take_rate(services: Services, tenant: Tenant, api: str, limit: int) -> None:
    """Raises RateLimited beyond ``limit`` calls a minute (0: none)."""
    if not limit:
        return
    rate = await services.usage.take(Account(tenant.cloud, tenant.public_key), api, cost=1, limit=limit)
    if rate.exceeded:
        seconds = max(1, rate.reset - int(time.time()))
        raise RateLimited(f"Request was throttled. Expected available in {seconds} seconds.", retry_after=seconds)
