"""What an endpoint of the APIs gets and gives: parameters in, a JSON document out; the request itself stays outside."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from media.config import Cloud
from media.errors import NotFound
from media.records.asset import SourceRef
from proxy.dialect import Endpoint
from proxy.dialects.cloudinary.api.admission import admit, limit_headers
from proxy.dialects.cloudinary.api.canonical import canonical, refuse_files
from proxy.dialects.cloudinary.api.form import Fields, read_fields
from proxy.dialects.cloudinary.tenant import find_cloud
from proxy.http.collector import Source
from proxy.http.hosts import own_address
from proxy.http.responses import CORS
from proxy.services import Services

RESOURCE_TYPES = ("image", "raw", "video")
#: Pages upload from other origins, unsigned; the Admin API has its credentials to guard it.
NO_STORE = {"Cache-Control": "no-store", **CORS}
Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Call:
    """One call of an API: the cloud, and the parameters it is called with.

    ``base`` is scheme and host that clients reach us by, without a slash; ``path`` the route's parts.
    """

    name: str
    cloud: Cloud
    base: str
    path: Mapping[str, str]
    headers: Mapping[str, str]
    fields: Fields

    @property
    def is_signed(self) -> bool:
        """Whether it comes with a signature or credentials, which its admission has checked."""
        return bool(self.fields.get("signature") or self.headers.get("authorization"))

    @property
    def resource_type(self) -> str:
        """Raises NotFound for one that does not exist."""
        resource_type = self.path.get("resource_type", "image")
        if resource_type not in RESOURCE_TYPES:
            raise NotFound(f"Invalid resource type {resource_type}; expected image, raw, video")
        return resource_type

    def ref(self, public_id: str, type_: str | None = None) -> SourceRef:
        return SourceRef(self.name, self.resource_type, type_ or self.path.get("type") or "upload", public_id)


Action = Callable[[Services, Call], Awaitable[Document]]
#: Raises to refuse a call before its file is kept.
Admit = Callable[[Services, Call], Awaitable[None]]
#: The one parameter that may hold a file.
FILE = {"file": Source.DATA_URI}
#: An action whose answer is not JSON.
Raw = Callable[[Services, Call], Awaitable[Response]]


async def read_call(services: Services, request: Request, admit: Admit | None = None) -> Call:
    """``admit`` is given for calls that take a file: it judges them by what stands in front of it."""
    name = request.path_params["cloud"]
    base = own_address(services.settings.server.public_url, request)
    call = Call(name, find_cloud(services, name), base, request.path_params, request.headers, {})

    async def admit_call(fields: Fields) -> None:
        if admit is not None:
            await admit(services, replace(call, fields=canonical(fields)))

    sources = FILE if admit else {}
    return replace(call, fields=await read_fields(services, request, sources, admit_call))


async def _canonical_call(services: Services, request: Request, admit: Admit | None = None) -> Call:
    """If a signature may be all that admits a call, nothing counts but what a signature can cover."""
    call = await read_call(services, request, admit)
    return replace(call, fields=canonical(call.fields))


def public(action: Action, admit: Admit | None = None) -> Endpoint:
    """An action that looks to its own admission (signature, preset, token)."""

    async def answer(services: Services, request: Request) -> Response:
        return JSONResponse(await action(services, await _canonical_call(services, request, admit)), headers=NO_STORE)

    return answer


def raw(action: Raw) -> Endpoint:
    async def answer(services: Services, request: Request) -> Response:
        return await action(services, await _canonical_call(services, request))

    return answer


def admin(action: Action) -> Endpoint:
    """An action for holders of the secret: Basic credentials first, then the hour's quota."""

    async def answer(services: Services, request: Request) -> Response:
        name = request.path_params["cloud"]
        quota = await admit(services, name, request.headers.get("authorization", ""))
        call = await read_call(services, request)
        refuse_files(call.fields)
        document = await action(services, call)
        return JSONResponse(document, headers={**NO_STORE, **limit_headers(quota)})

    return answer
