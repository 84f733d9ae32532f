"""GET and POST /api/remove: the routes and their walk.

::

    remove_by_address · remove_file
      ├ _account                       only if keys are asked for
      ├ schema.parse · objects_of      what is wanted
      ├ fetch_asset · keep_guest      the photograph, stored by its content
      └ _answer                        the chain, waited for
"""

from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import Response

from media.errors import Forbidden
from media.language.chain import Chain
from media.records.asset import Asset, SourceRef
from proxy.delivery.assets import fetch_asset
from proxy.delivery.gate import ANYBODY, OWNER, Grant
from proxy.delivery.ingest import keep_guest
from proxy.delivery.synchronous import derive_now
from proxy.dialect import Dialect, Path
from proxy.dialects.rembg import schema
from proxy.dialects.rembg.envelope import envelope
from proxy.dialects.rembg.errors import Fault, Invalid, KeyNeeded
from proxy.dialects.rembg.models import objects_of
from proxy.dialects.rembg.schema import Parameters
from proxy.dialects.rembg.settings import Rembg
from proxy.http.collector import Source
from proxy.http.forms import read_form
from proxy.runtime.accounts import Account, find_account
from proxy.services import Services

#: The delivery type that names uploaded sources; they have no record, so no URL leads to them.
TYPE = "rembg"
SOURCES = {"file": Source.FILE}
API = "rembg"
CREDITS = 1.0
REQUIRED = ("missing", "Field required", None)


async def remove_by_address(services: Services, request: Request) -> Response:
    who = _account(services, request)
    query = _texts(request.query_params)
    parameters, objects = _parse(services, query, "query")
    if not query.get("url"):
        raise Invalid(Fault("query", "url", *REQUIRED))
    source = await fetch_asset(services, services.settings.vendor(Rembg).cloud, query["url"])
    grant = OWNER if who and who.cloud == source.cloud else ANYBODY
    return await _answer(services, who, schema.chain_of(parameters, objects), source, grant)


async def remove_file(services: Services, request: Request) -> Response:
    who = _account(services, request)
    form = await read_form(services, request, SOURCES)
    # bgc and extras are query parameters of the real server, the rest form fields: all are taken in both places.
    parameters, objects = _parse(services, {**_texts(request.query_params), **form.texts}, "body")
    if "file" not in form.files:
        raise Invalid(Fault("body", "file", *REQUIRED))
    cloud = services.settings.vendor(Rembg).cloud
    arrival = await services.io.run(form.files["file"].read)
    source = await keep_guest(services, arrival, SourceRef(cloud, "image", TYPE, arrival.filename))
    return await _answer(services, who, schema.chain_of(parameters, objects), source, OWNER)


def _account(services: Services, request: Request) -> Account | None:
    """rembg asks for no key. If we do, it must be one of the cloud; if not, a valid one is still charged."""
    settings = services.settings
    try:
        who = find_account(settings.clouds, API, request.headers.get("x-api-key", ""))
    except Forbidden:
        who = None
    if settings.vendor(Rembg).needs_key and (who is None or who.cloud != settings.vendor(Rembg).cloud):
        raise KeyNeeded("Send a valid API key of this server as X-Api-Key.")
    return who


def _texts(query: QueryParams) -> dict[str, str]:
    return {name: value for name, value in query.multi_items() if value}


def _parse(services: Services, texts: dict[str, str], place: str) -> tuple[Parameters, tuple[str, ...]]:
    parameters = schema.parse(texts, place)
    settings = services.settings
    objects = objects_of(
        parameters.model, network=settings.matting.model, substitutes=settings.vendor(Rembg).substitutes
    )
    return parameters, objects


async def _answer(services: Services, who: Account | None, chain: Chain, source: Asset, grant: Grant) -> Response:
    derived = await derive_now(services, source, chain, grant=grant)
    if who is not None:
        await services.usage.charge(who, CREDITS)
    headers = {
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
        "Access-Control-Allow-Origin": "*",
        "X-Model": services.settings.matting.model,
    }
    return Response(derived.body, headers=headers, media_type="image/png")


REMBG = Dialect(
    "rembg",
    (Path("/api/remove", ("GET",), remove_by_address), Path("/api/remove", ("POST",), remove_file)),
    envelope,
    settings=Rembg,
)
