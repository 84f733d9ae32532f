"""What an endpoint of the REST API gets: who calls, parameters, a body that was read once; and how it answers."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from media.errors import NotFound
from media.json_text import read_json
from proxy.dialect import Endpoint
from proxy.dialects.uploadcare.projects import Tenant
from proxy.dialects.uploadcare.rate import take_rate
from proxy.dialects.uploadcare.rest.auth import Refused, Sent, authenticate
from proxy.dialects.uploadcare.settings import Uploadcare
from proxy.http.forms import read_body
from proxy.http.hosts import own_address
from proxy.services import Services

MEDIA_TYPE = "application/vnd.uploadcare-v0.7+json"
API = "uploadcare"
NO_STORE = {"Cache-Control": "no-store", "Access-Control-Allow-Origin": "*"}


@dataclass(frozen=True, slots=True)
class Call:
    """``base`` is where this request came to, ``address`` where clients reach us in general, both without a slash."""

    tenant: Tenant
    base: str
    address: str
    path: Mapping[str, str]
    query: Mapping[str, str]
    content_type: str
    body: bytes

    @property
    def cloud(self) -> str:
        return self.tenant.cloud


Action = Callable[[Services, Call], Awaitable[Response]]


def endpoint(action: Action) -> Endpoint:
    return partial(_answer, action)


async def _answer(action: Action, services: Services, request: Request) -> Response:
    if MEDIA_TYPE not in request.headers.get("accept", ""):
        raise Refused(406, f"Invalid version or Accept header: expected {MEDIA_TYPE}.")
    settings = services.settings.vendor(Uploadcare)
    sent = await _sent(services, request)
    tenant = authenticate(services.settings.clouds, sent, simple_over_http=settings.simple_over_http)
    await take_rate(services, tenant, API, settings.rest_requests_per_minute)
    call = Call(
        tenant,
        base=str(request.base_url).rstrip("/"),
        address=own_address(services.settings.server.public_url, request),
        path=request.path_params,
        query=request.query_params,
        content_type=request.headers.get("content-type", ""),
        body=sent.body,
    )
    return await action(services, call)


async def _sent(services: Services, request: Request) -> Sent:
    raw_path: bytes = request.scope.get("raw_path") or request.url.path.encode()
    query: bytes = request.scope["query_string"]
    uri = raw_path.split(b"?", 1)[0] + (b"?" + query if query else b"")
    body = await read_body(services, request)
    return Sent(request.method, uri.decode("latin-1"), request.headers, body, request.url.scheme == "https")


def answer(document: Any, status: int = 200, *, media_type: str = MEDIA_TYPE) -> Response:
    return JSONResponse(document, status, {**NO_STORE, "Content-Type": media_type})


async def read_document(services: Services, call: Call) -> Any:
    """The JSON of the body. Raises Refused."""
    try:
        return await services.io.run(read_json, call.body)
    except ValueError as error:
        raise Refused(400, f"JSON parse error - the body {error}") from error


async def nowhere(services: Services, call: Call) -> Response:
    raise NotFound("Not found.")
