"""The HTTP server of the engine (``backgroundremover-server``): ``GET /?url=`` and ``POST /`` with ``file``.

Alpha matting is on if ``a`` is there, whatever it says; ``model`` is read from the query alone.
"""

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response

from media.errors import RequestError
from media.language.chain import Chain
from media.records.asset import Asset, SourceRef
from proxy.delivery.assets import fetch_asset
from proxy.delivery.gate import ANYBODY, OWNER, Grant
from proxy.delivery.ingest import keep_guest
from proxy.delivery.synchronous import derive_now
from proxy.dialects.background_remover.convert import NO_STORE, network_of
from proxy.dialects.background_remover.fields import Fields
from proxy.dialects.background_remover.schema import THRESHOLD, ImageParameters, Matting, parse_cutout
from proxy.dialects.background_remover.settings import BackgroundRemover
from proxy.dialects.background_remover.sources import TYPE
from proxy.dialects.background_remover.vocabulary import chain_of
from proxy.http.collector import Source
from proxy.http.forms import read_form
from proxy.services import Services

NAMES = Matting("a", "af", "ab", "ae", "az")


async def remove_by_address(services: Services, request: Request) -> Response:
    query = dict(request.query_params)
    if not query.get("url"):
        raise RequestError("missing query param 'url'")
    chain = _chain(services, query)
    source = await fetch_asset(services, services.settings.vendor(BackgroundRemover).server_cloud, query["url"])
    return await _answer(services, chain, source, ANYBODY)


async def remove_file(services: Services, request: Request) -> Response:
    form = await read_form(services, request, {"file": Source.FILE})
    if "file" not in form.files:
        raise RequestError("missing post form param 'file'")
    in_query = ("model", *request.query_params)
    texts = {name: str(value) for name, value in form.items if name not in in_query}
    chain = _chain(services, {**texts, **request.query_params})
    arrival = await services.io.run(form.files["file"].read)
    cloud = services.settings.vendor(BackgroundRemover).server_cloud
    source = await keep_guest(services, arrival, SourceRef(cloud, "image", TYPE, arrival.filename))
    return await _answer(services, chain, source, OWNER)


def _chain(services: Services, texts: Mapping[str, str]) -> Chain:
    present = {"a": "true"} if "a" in texts else {}
    fields = Fields({**texts, **present})
    cutout = parse_cutout(fields, NAMES, network_of(services))
    return chain_of(ImageParameters(cutout, mask_threshold=fields.number("mt", *THRESHOLD)))


async def _answer(services: Services, chain: Chain, source: Asset, grant: Grant) -> Response:
    derived = await derive_now(services, source, chain, grant=grant)
    return Response(derived.body, headers=NO_STORE, media_type="image/png")
