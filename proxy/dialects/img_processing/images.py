"""/v1/images…: the routes.

::

    upload_image · create_image          bytes or an address → a new image
    edit_image                           one row of vocabulary.EDITS → chain, waited for → a new image
    list · retrieve · download · delete · publish · unpublish · classify
    public_image                         /images/<id>, without a key
"""

from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from media.errors import NotFound
from media.formats.table import FORMATS
from media.geometry import Size
from media.records.asset import Asset
from proxy.delivery.derivation import read_source
from proxy.delivery.gate import ANYBODY, OWNER, Grant, open_file
from proxy.delivery.ingest import open_address
from proxy.delivery.synchronous import classify_now, derive_now
from proxy.dialect import Dialect, Path
from proxy.dialects.img_processing import library, schema
from proxy.dialects.img_processing.auth import LIVE, Caller, admit
from proxy.dialects.img_processing.envelope import envelope
from proxy.dialects.img_processing.errors import Invalid, NotOffered
from proxy.dialects.img_processing.identity import created_at
from proxy.dialects.img_processing.schema import Values
from proxy.dialects.img_processing.settings import ImgProcessing
from proxy.dialects.img_processing.vocabulary import compile_edit, layer_source
from proxy.http.collector import Source
from proxy.http.forms import read_body, read_form
from proxy.http.hosts import own_address
from proxy.http.responses import Caching, Content, respond
from proxy.http.uploads import Arrival
from proxy.services import Services

CREATED, NO_CONTENT = 201, 204
#: What a 201 is billed, in processed images.
COSTS = {"remove-background": 2.0}
DEFAULT_COST = 1.0
GENERATIVE = ("imagine", "visualize", "extract-text", "extract-formatted-text")
#: A published image may be taken back: shared caches ask again after this long.
PUBLIC_MAX_AGE_SECONDS = 60
NO_STORE = {
    "Cache-Control": "no-store",
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "X-Image-Processing-Usage, X-Request-Id",
}


async def upload_image(services: Services, request: Request) -> Response:
    caller = await admit(services, request)
    form = await read_form(services, request, {"image": Source.FILE})
    values = schema.parse({name: form.texts[name] for name in ("name",) if name in form.texts}, schema.UPLOAD)
    if "image" not in form.files:
        raise Invalid("image is required: a jpeg, png or webp file")
    arrival = await services.io.run(form.files["image"].read)
    return await _keep(services, request, caller, arrival, values["name"])


async def create_image(services: Services, request: Request) -> Response:
    caller = await admit(services, request)
    values = schema.parse(await _body(services, request), schema.CREATE)
    if not values["url"].startswith(("http://", "https://")):
        raise Invalid(f"url must begin with http:// or https://, got {values['url'][:80]!r}")
    arrival = await open_address(services, values["url"])
    return await _keep(services, request, caller, arrival, values["name"])


async def _keep(services: Services, request: Request, caller: Caller, arrival: Arrival, name: str) -> Response:
    bound = services.settings.vendor(ImgProcessing).max_source_bytes
    if len(arrival.body) > bound:
        raise Invalid(f"the image must have at most {bound} bytes, got {len(arrival.body)}")
    return await _created(services, request, caller, await library.keep(services, caller, arrival, name))


async def edit_image(services: Services, request: Request) -> Response:
    caller = await admit(services, request)
    action = request.path_params["action"]
    if action in GENERATIVE:
        raise NotOffered(f"{action} needs a generative model, which this server does not run.")
    if action not in schema.FIELDS:
        raise NotFound(f"There is no POST …/{action[:60]}.")
    asset = await library.find(services, caller, request.path_params["image_id"])
    values = schema.parse_edit(action, await _body(services, request))
    edited = await _edited(services, caller, action, values, asset)
    made = await library.keep(services, caller, edited, values["name"] or asset.display_name)
    return await _created(services, request, caller, made, COSTS.get(action, DEFAULT_COST))


async def _edited(services: Services, caller: Caller, action: str, values: Values, asset: Asset) -> Arrival:
    marks = [await library.find(services, caller, mark["id"]) for mark in values.get("watermarks") or ()]
    sizes = {mark.public_id: _size(mark) for mark in marks}
    chain = compile_edit(action, values, _size(asset), sizes)
    layers = {layer_source(mark.public_id): mark for mark in marks}
    return Arrival((await derive_now(services, asset, chain, layers)).body, asset.original_filename)


def _size(asset: Asset) -> Size:
    return Size(asset.width, asset.height)


async def imagine(services: Services, request: Request) -> Response:
    await admit(services, request)
    raise NotOffered("imagine needs a generative model, which this server does not run.")


async def nowhere(services: Services, request: Request) -> Response:
    """The SDK reads every error as JSON: other APIs must not answer here."""
    raise NotFound(f"There is no {request.method} {request.url.path[:200]}.")


async def list_images(services: Services, request: Request) -> Response:
    caller = await admit(services, request)
    take, start = schema.parse_page(request.query_params)
    page = await library.page(services, caller, take=take, start=start)
    server = services.settings.server
    origin = own_address(services.settings.vendor(ImgProcessing).links_origin or server.public_url, request)
    links = {
        name: f"{origin}/v1/images?{urlencode({'take': take, 'from': image_id})}" if image_id else None
        for name, image_id in (("previous", page.previous_id), ("next", page.next_id))
    }
    images = [_describe(services, request, asset) for asset in page.images]
    return JSONResponse({"data": images, "links": links}, headers=NO_STORE)


async def retrieve_image(services: Services, request: Request) -> Response:
    caller = await admit(services, request)
    asset = await library.find(services, caller, request.path_params["image_id"])
    return JSONResponse(_describe(services, request, asset), headers=NO_STORE)


async def download_image(services: Services, request: Request) -> Response:
    caller = await admit(services, request)
    asset = await library.find(services, caller, request.path_params["image_id"])
    return await _bytes(services, request, asset, OWNER, Caching(0, private=True))


async def public_image(services: Services, request: Request) -> Response:
    asset = await library.find_public(services, f"image_{request.path_params['rest']}")
    return await _bytes(services, request, asset, ANYBODY, Caching(PUBLIC_MAX_AGE_SECONDS))


async def _bytes(services: Services, request: Request, asset: Asset, grant: Grant, caching: Caching) -> Response:
    digest, hold = open_file(asset, grant)
    content = Content(await read_source(services, digest), FORMATS[asset.format].mime, digest)
    return respond(content, hold.bounded(caching), request.headers, head=request.method == "HEAD")


async def delete_image(services: Services, request: Request) -> Response:
    caller = await admit(services, request)
    await library.remove(services, caller, request.path_params["image_id"])
    return Response(status_code=NO_CONTENT, headers=NO_STORE)


async def publish_image(services: Services, request: Request) -> Response:
    return await _publish(services, request, public=True)


async def unpublish_image(services: Services, request: Request) -> Response:
    return await _publish(services, request, public=False)


async def _publish(services: Services, request: Request, *, public: bool) -> Response:
    caller = await admit(services, request)
    asset = await library.publish(services, caller, request.path_params["image_id"], public=public)
    return await _created(services, request, caller, asset)


async def classify_image(services: Services, request: Request) -> Response:
    caller = await admit(services, request)
    asset = await library.find(services, caller, request.path_params["image_id"])
    first, *others = await classify_now(services, asset) or (None,)
    document = {
        "main_label": first.name if first else "other",
        "main_score": first.score if first else 0.0,
        "secondary_labels": [{"label": label.name, "score": label.score} for label in others if label],
    }
    return JSONResponse(document, headers=NO_STORE)


async def _body(services: Services, request: Request) -> object:
    says_json = "json" in request.headers.get("content-type", "")
    return await services.io.run(schema.read_body, await read_body(services, request), says_json=says_json)


async def _created(
    services: Services, request: Request, caller: Caller, asset: Asset, cost: float = DEFAULT_COST
) -> Response:
    """Every 201 is billed on live keys; the header says what the key has used in all."""
    headers = dict(NO_STORE)
    if caller.stage == LIVE:
        headers["X-Image-Processing-Usage"] = f"{await services.usage.charge(caller.account, cost):g}"
    return JSONResponse(_describe(services, request, asset), status_code=CREATED, headers=headers)


def _describe(services: Services, request: Request, asset: Asset) -> dict[str, object]:
    address = own_address(services.settings.server.public_url, request)
    return {
        "id": asset.public_id,
        "name": asset.display_name,
        "url": f"{address}/images/{asset.public_id}" if library.is_public(asset) else None,
        "width": asset.width,
        "height": asset.height,
        "format": library.FORMATS.get(asset.format, asset.format),
        "size": asset.bytes,
        "created_at": created_at(asset.public_id),
    }


_IMAGE = "/v1/images/{image_id}"
IMG_PROCESSING = Dialect(
    "img_processing",
    (
        Path("/v1/images", ("GET",), list_images),
        Path("/v1/images", ("POST",), create_image),
        Path("/v1/images/upload", ("POST",), upload_image),
        Path("/v1/images/imagine", ("POST",), imagine),
        Path(_IMAGE, ("GET",), retrieve_image),
        Path(_IMAGE, ("DELETE",), delete_image),
        Path(f"{_IMAGE}/download", ("GET",), download_image),
        Path(f"{_IMAGE}/publish", ("POST",), publish_image),
        Path(f"{_IMAGE}/unpublish", ("POST",), unpublish_image),
        Path(f"{_IMAGE}/classify", ("POST",), classify_image),
        Path(f"{_IMAGE}/{{action}}", ("POST",), edit_image),
        Path("/v1/images{rest:anything}", ("GET", "POST", "PUT", "PATCH", "DELETE"), nowhere),
        Path("/images/image_{rest}", ("GET", "HEAD"), public_image),
    ),
    envelope,
    settings=ImgProcessing,
)
