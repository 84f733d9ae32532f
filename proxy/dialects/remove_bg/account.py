"""GET /v1.0/account and POST /v1.0/improve: what is left, and pictures given for a better network."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from media.records.asset import SourceRef
from proxy.delivery.ingest import random_public_id, receive
from proxy.dialects.remove_bg import schema
from proxy.dialects.remove_bg.auth import authenticate
from proxy.dialects.remove_bg.settings import RemoveBg
from proxy.dialects.remove_bg.sources import open_source, read_fields
from proxy.http.uploads import Arrival
from proxy.services import Services

#: What an account without a bound shows: clients stop when nothing is left.
UNBOUNDED_CREDITS = 1_000_000
#: The delivery type of pictures given to ``/improve``: no URL delivers it.
IMPROVE = "remove_bg_improve"
NO_STORE = {"Cache-Control": "no-store", "Access-Control-Allow-Origin": "*"}


async def account(services: Services, request: Request) -> Response:
    who = authenticate(services.settings.clouds, request.headers)
    bound = services.settings.vendor(RemoveBg).credits or UNBOUNDED_CREDITS
    left = max(0.0, bound - await services.usage.used(who))
    total = int(left) if left.is_integer() else round(left, 2)
    credits = {"total": total, "subscription": 0, "payg": total, "enterprise": 0}  # noqa: A001  the vendor's word
    attributes = {"credits": credits, "api": {"free_calls": 0, "sizes": "all"}}
    return JSONResponse({"data": {"attributes": attributes}}, headers=NO_STORE)


async def improve(services: Services, request: Request) -> Response:
    """Keep the picture with its tag, for the training of the next network."""
    who = authenticate(services.settings.clouds, request.headers)
    fields = await read_fields(services, request)
    arrival = await open_source(services, fields, schema.check_sources({*fields.texts, *fields.files}))
    tags = tuple(tag.strip() for tag in fields.texts.get("tag", "").split(",") if tag.strip())
    named = Arrival(arrival.body, fields.texts.get("image_filename") or arrival.filename)
    ref = SourceRef(who.cloud, "image", IMPROVE, random_public_id())
    asset = await receive(services, named, ref, {"tags": tags})
    return JSONResponse({"id": asset.public_id}, headers=NO_STORE)
