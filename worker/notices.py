"""Send notifications: beside the jobs, several at once, so that a dead receiver delays no other.

A notice is a record in the store; its id stands in a sorted set in Redis by the time of its next attempt. Taking one
moves that time on, so a worker that dies while sending loses nothing. A Redis that forgot everything is filled again
from the records when a worker starts.
"""

import asyncio
import json
import logging
import threading
import time
from collections.abc import Iterable, Mapping
from typing import Any

import redis

from media.errors import MediaError
from media.network.courier import Courier
from media.records.asset import Document
from media.records.catalog import Catalog
from media.work.jobs import NOTICES, NOTICES_DUE
from media.work.notices import keep
from media.work.webhook import Keyed, Signing, fill, sign, sign_keyed
from worker.services import Services

log = logging.getLogger("cutout.worker")

POLL_SECONDS = 0.25
#: After a failed attempt: 3, 12, 48 … seconds.
FIRST_PAUSE_SECONDS = 3
PAUSE_FACTOR = 4
AT_ONCE = 16
#: A taken notice may be taken by another sender after this, should its own die; longer than any attempt.
TAKEN_SECONDS = 30.0
#: How long to leave Redis or the store alone when it is down.
FAULT_PAUSE_SECONDS = 2.0

#: Atomically: the ids that are due, their time moved on.
TAKE = """
local due = redis.call('zrangebyscore', KEYS[1], '-inf', ARGV[1], 'LIMIT', 0, ARGV[3])
for _, id in ipairs(due) do redis.call('zadd', KEYS[1], ARGV[2], id) end
return due
"""


def send_later(services: Services, catalog: Catalog, notices: Iterable[Document], facts: Mapping[str, Any]) -> None:
    """Fill the gaps of ``notices`` and leave them to the sender."""
    for document in notices:
        body = fill(document["body"], {**facts, "now": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())})
        notice_id = keep(catalog, {**document, "body": body})
        services.redis.zadd(NOTICES_DUE, {notice_id: time.time()})


class Sender:
    """A thread that sends what is due until :meth:`stop`."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), name="notices", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self._thread.join(self._services.settings.webhooks.timeout_seconds)

    async def _run(self) -> None:
        catalog = self._services.catalog()
        is_known = False
        async with Courier(self._services.settings.webhooks) as courier:
            while not self._stopping.is_set():
                try:
                    if not is_known:
                        await asyncio.to_thread(schedule_kept, self._services.redis, catalog)
                        is_known = True
                    await send_due(self._services, catalog, courier)
                    await asyncio.sleep(POLL_SECONDS)
                except (redis.exceptions.RedisError, MediaError) as error:
                    log.warning("notifications wait: %s", error)
                    await asyncio.sleep(FAULT_PAUSE_SECONDS)


def schedule_kept(connection: "redis.Redis", catalog: Catalog) -> None:
    """Every record gets a due time unless it has one."""
    cursor = ""
    while True:
        documents, cursor = catalog.records(NOTICES).page(cursor=cursor)
        if documents:
            connection.zadd(NOTICES_DUE, {document["id"]: time.time() for document in documents}, nx=True)
        if not cursor:
            return


async def send_due(services: Services, catalog: Catalog, courier: Courier) -> int:
    """Send what is due now, at most :data:`AT_ONCE` notices; how many there were."""
    now = time.time()
    due: Any = await asyncio.to_thread(
        services.redis.eval, TAKE, 1, NOTICES_DUE, str(now), str(now + TAKEN_SECONDS), str(AT_ONCE)
    )
    await asyncio.gather(*(_send(services, catalog, courier, each.decode()) for each in due))
    return len(due)


async def _send(services: Services, catalog: Catalog, courier: Courier, notice_id: str) -> None:
    records = catalog.records(NOTICES)
    document = await asyncio.to_thread(records.get, notice_id)
    if document is None:
        await asyncio.to_thread(services.redis.zrem, NOTICES_DUE, notice_id)
        return
    try:
        body, headers = signed(services, document)
        await courier.post(document["url"], body, headers)
    except MediaError as error:
        attempts = document["attempts"] + 1
        log.info("notification %s to %s, attempt %s: %s", notice_id, document["url"], attempts, error)
        if attempts < services.settings.webhooks.max_attempts:
            await asyncio.to_thread(records.put, notice_id, {**document, "attempts": attempts})
            pause = FIRST_PAUSE_SECONDS * PAUSE_FACTOR ** (attempts - 1)
            await asyncio.to_thread(services.redis.zadd, NOTICES_DUE, {notice_id: time.time() + pause})
            return
        log.warning("notification %s to %s is given up after %s attempts", notice_id, document["url"], attempts)
    await asyncio.to_thread(records.delete, notice_id)
    await asyncio.to_thread(services.redis.zrem, NOTICES_DUE, notice_id)


def signed(services: Services, document: Document) -> tuple[bytes, dict[str, str]]:
    """The body as sent and its headers. A cloud this worker does not know sends unsigned."""
    body, signing = json.dumps(document["body"]).encode(), document["signing"]
    if "secret" in signing:
        return body, sign_keyed(body, Keyed(**signing))
    cloud = services.settings.clouds.get(document["cloud"])
    if cloud is None or not cloud.keys:
        log.warning("the cloud %s has no keys here: its notifications are not signed", document["cloud"])
        return body, {}
    secret = next(iter(cloud.keys.values()))
    return body, sign(body, int(time.time()), secret, Signing(**signing))
