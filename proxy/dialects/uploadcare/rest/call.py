"""What an endpoint of the REST API gets: who calls, parameters, a body that was read once; and how it answers."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from media.errors import NotFound
from media.json_text import read_json
from proxy.dialect import Endpoint
from proxy.dialects.uploadcare.bases import bases_of
from proxy.dialects.uploadcare.document import Bases
from proxy.dialects.uploadcare.projects import Tenant
from proxy.dialects.uploadcare.rate import take_rate
from proxy.dialects.uploadcare.rest.auth import Refused, Sent, authenticate
from proxy.dialects.uploadcare.settings import Uploadcare
from proxy.http.forms import parse_form, read_body
from proxy.services import Services

MEDIA_TYPE = "application/vnd.uploadcare-v0.7+json"
API = "uploadcare"
NO_STORE = {"Cache-Control": "no-store", "Access-Control-Allow-Origin": "*"}


@dataclass(frozen=True, slots=True)
class Call:
    """``base`` is where this request came to, without a slash; ``bases`` where clients reach us in general."""

    tenant: Tenant
    base: str
    bases: Bases
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
        bases=bases_of(services, request),
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


def answer(
    document: Any, status: int = 200, *, media_type: str = MEDIA_TYPE, headers: Mapping[str, str] = MappingProxyType({})
) -> Response:
    return JSONResponse(document, status, {**NO_STORE, **headers, "Content-Type": media_type})


def nothing() -> Response:
    return Response(status_code=204, headers=NO_STORE)


async def read_document(services: Services, call: Call) -> Any:
    """The JSON of the body. Raises Refused."""
    try:
        return await services.io.run(read_json, call.body)
    except ValueError as error:
        raise Refused(400, f"JSON parse error - the body {error}") from error


async def read_fields(services: Services, call: Call) -> Mapping[str, Any]:
    """The fields of a body, as a form or as JSON. Raises Refused."""
    if "json" in call.content_type:
        document = await read_document(services, call) if call.body else {}
        if not isinstance(document, dict):
            raise Refused(400, "The body must be an object.")
        return document
    form = await services.io.run(parse_form, services.settings.limits, call.content_type, call.body)
    return dict(form.items)


def wants_appdata(call: Call) -> bool:
    return "appdata" in call.query.get("include", "").split(",")


async def nowhere(services: Services, call: Call) -> Response:
    raise NotFound("Not found.")
