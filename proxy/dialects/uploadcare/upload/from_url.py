"""POST /from_url/: a file from an address, fetched behind the SSRF guard while the client asks how it goes.

What is to be fetched is a record, so that any proxy can tell how it went. The proxy that took the call fetches; if it
died, the next question sets another one to work.
"""

import asyncio
import hashlib
import logging
import time
import uuid
from dataclasses import asdict, dataclass, replace
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from media.errors import Forbidden, MediaError, NotFound, OriginError, RequestError
from media.network.addresses import is_address, is_permitted
from media.network.transport import check_host, parse_url
from media.records import expiry
from media.records.asset import Asset
from media.records.expiry import Expiry
from proxy.delivery.ingest import open_address
from proxy.dialects.uploadcare import files
from proxy.dialects.uploadcare.document import Bases, upload_document
from proxy.dialects.uploadcare.events import announce, arrivals
from proxy.dialects.uploadcare.files import Said
from proxy.dialects.uploadcare.projects import Tenant, find_tenant
from proxy.dialects.uploadcare.upload.call import Call, answer
from proxy.dialects.uploadcare.upload.errors import UploadError, code_of, sentence
from proxy.dialects.uploadcare.upload.fields import base_name, is_true
from proxy.services import Services

log = logging.getLogger("cutout.uploadcare")

KIND, DUPLICATES = "uploadcare_fetches", "uploadcare_addresses"
WAITING, SUCCESS, ERROR = "waiting", "success", "error"
#: How long a token says how it went.
TOKEN_SECONDS = 24 * 3600
#: After the longest fetch somebody may ask whether the proxy that fetched died, at most so often.
MARGIN_SECONDS, MOST_TRIES = 15, 3
#: Fetches of one proxy at once; more are told to come again.
MOST_FETCHES = 32
_background: "set[asyncio.Task[None]]" = set()


@dataclass(frozen=True, slots=True)
class Fetch:
    """A file that is to be fetched, and how that went. ``outcome`` holds a uuid, or what went wrong."""

    token: str
    public_key: str
    url: str
    said: Said
    bases: Bases
    is_remembered: bool
    began: float
    tries: int = 1
    state: str = WAITING
    outcome: tuple[str, ...] = ()

    @classmethod
    def from_document(cls, document: dict[str, Any]) -> "Fetch":
        said = {**document["said"], "tags": tuple(document["said"]["tags"])}
        values = {**document, "said": Said(**said), "bases": Bases(**document["bases"])}
        return cls(**{**values, "outcome": tuple(document["outcome"])})


async def begin(services: Services, call: Call) -> Response:
    url = call.texts.get("source_url", "")
    if not url:
        raise UploadError(400, "SourceUrlRequiredError", "source_url is required.")
    _check(services, url)
    said = call.said(call.texts.get("filename") or base_name(url.partition("?")[0].rstrip("/"), "file"))
    if is_true(call.texts, "check_URL_duplicates") and (known := await _known(services, call.cloud, url)):
        return answer({"type": "file_info", **upload_document(known)})
    if len(_background) >= MOST_FETCHES:
        raise UploadError(429, "RequestThrottledError", "Too many addresses are fetched now; try again in a moment.")
    remember = is_true(call.texts, "save_URL_duplicates")
    fetch = Fetch(
        str(uuid.uuid4()), call.tenant.public_key, url, said, call.bases, is_remembered=remember, began=time.time()
    )  # fmt: skip
    await services.io.run(_note, services, fetch)
    _start(services, call.tenant, fetch)
    return answer({"type": "token", "token": fetch.token})


async def status(services: Services, request: Request) -> Response:
    """The token is all that a client brings: whoever has it may ask."""
    token = request.query_params.get("token", "")
    if not token:
        raise UploadError(400, "TokenRequiredError", "token is required.")
    document = await services.io.run(services.catalog.records(KIND).get, token[:100])
    if document is None:
        return answer({"status": "unknown"})
    fetch = Fetch.from_document(document)
    tenant = find_tenant(services.settings.clouds, fetch.public_key)
    if tenant is None:
        return answer({"status": "unknown"})
    if fetch.state == WAITING and _is_orphan(services, fetch):
        await _take_over(services, tenant, fetch)
    return answer(await _shown(services, tenant.cloud, fetch))


async def _shown(services: Services, cloud: str, fetch: Fetch) -> dict[str, Any]:
    if fetch.state == WAITING:
        return {"status": "progress", "done": 0, "total": "unknown"}
    if fetch.state == ERROR:
        sentence_, code = fetch.outcome
        return {"status": ERROR, "error": sentence_, "error_code": code}
    try:
        return {"status": SUCCESS, **upload_document(await files.find(services, cloud, fetch.outcome[0]))}
    except NotFound:
        return {"status": "unknown"}


def _check(services: Services, url: str) -> None:
    """What is known to be wrong before a name is resolved; the fetch itself judges every address it goes to."""
    is_free = services.settings.origin.allow_private
    try:
        host = check_host(parse_url(url), services.settings.origin.allowed_hosts, allow_private=is_free)
        is_open = not is_address(host) or is_permitted(host, allow_private=is_free)
    except Forbidden as error:
        raise UploadError(400, "UrlHostPrivateIPForbiddenError", f"Only public IPs are allowed. {error}") from error
    except RequestError as error:
        raise UploadError(400, "SourceUrlInvalidError", f"source_url is invalid. {error}") from error
    if not is_open:
        raise UploadError(400, "UrlHostPrivateIPForbiddenError", "Only public IPs are allowed.")


def _note(services: Services, fetch: Fetch) -> None:
    ends = int(fetch.began) + TOKEN_SECONDS
    expiry.note(services.catalog, Expiry(fetch.token, KIND, ends, taken=[(KIND, fetch.token)]))
    services.catalog.records(KIND).put(fetch.token, asdict(fetch))


def _start(services: Services, tenant: Tenant, fetch: Fetch) -> None:
    task = asyncio.create_task(_fetch(services, tenant, fetch))
    _background.add(task)
    task.add_done_callback(_background.discard)


async def _fetch(services: Services, tenant: Tenant, fetch: Fetch) -> None:
    try:
        asset = await _kept(services, tenant, fetch)
        ended = replace(fetch, state=SUCCESS, outcome=(asset.public_id,))
    except MediaError as error:
        ended = replace(fetch, state=ERROR, outcome=(sentence(error), _code(error)))
    try:
        await services.io.run(services.catalog.records(KIND).put, fetch.token, asdict(ended))
    except MediaError as error:
        log.warning("how the fetch of %s went could not be noted: %s", fetch.token, error)


async def _kept(services: Services, tenant: Tenant, fetch: Fetch) -> Asset:
    arrival = await open_address(services, fetch.url)
    services.bodies.take(len(arrival.body))
    try:
        asset = await files.keep(services, tenant.cloud, arrival, fetch.said)
    finally:
        services.bodies.give(len(arrival.body))
    if fetch.is_remembered:
        place = services.catalog.records(f"{DUPLICATES}/{tenant.cloud}")
        await services.io.run(place.put, _name(fetch.url), {"uuid": asset.public_id})
    await announce(services, tenant, asset, fetch.bases, *arrivals(asset))
    return asset


def _code(error: MediaError) -> str:
    if isinstance(error, Forbidden):
        return "UrlHostPrivateIPForbiddenError"
    return "DownloadFileError" if isinstance(error, NotFound | OriginError) else code_of(error)


async def _known(services: Services, cloud: str, url: str) -> Asset | None:
    found = await services.io.run(services.catalog.records(f"{DUPLICATES}/{cloud}").get, _name(url))
    try:
        return await files.find(services, cloud, found["uuid"]) if found else None
    except NotFound:
        return None


def _name(url: str) -> str:
    return hashlib.sha256(url.encode("utf-8", "surrogatepass")).hexdigest()


def _is_orphan(services: Services, fetch: Fetch) -> bool:
    return time.time() - fetch.began > services.settings.origin.total_timeout_seconds + MARGIN_SECONDS


async def _take_over(services: Services, tenant: Tenant, fetch: Fetch) -> None:
    """One of all that ask: who changes the record first."""
    again = replace(fetch, began=time.time(), tries=fetch.tries + 1)
    if fetch.tries >= MOST_TRIES:
        again = replace(fetch, state=ERROR, outcome=("The file could not be fetched.", "DownloadFileError"))
    mine = asdict(again)

    def take(found: dict[str, Any] | None) -> dict[str, Any]:
        is_untaken = found is not None and found["tries"] == fetch.tries and found["state"] == WAITING
        return mine if is_untaken else found or {}

    kept = await services.io.run(services.catalog.records(KIND).change, fetch.token, take)
    if kept == mine and again.state == WAITING:
        _start(services, tenant, again)
