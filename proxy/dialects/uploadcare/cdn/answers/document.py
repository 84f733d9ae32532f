"""JSON about a picture: what its file says (``-/json/``), its main colours, the faces in it."""

import json
from typing import Any

from starlette.responses import Response

from media import analysis
from media.derived.keys import concrete
from media.errors import DerivationPending
from media.formats.source import open_source
from media.language.chain import Chain
from media.records.asset import Asset
from media.work.lanes import Lane
from proxy.delivery.deliver import derived_of
from proxy.delivery.derivation import read_source
from proxy.delivery.gate import Hold, open_chain
from proxy.delivery.patience import patience_of
from proxy.delivery.scenes import find_scene
from proxy.dialects.uploadcare.cdn.answers.opened import EXPOSED, Opened, caching
from proxy.dialects.uploadcare.cdn.answers.picture import check_is_image, passed
from proxy.dialects.uploadcare.cdn.concrete import Negotiated
from proxy.dialects.uploadcare.document import content_info
from proxy.http.responses import CORS
from proxy.services import Services

CALLBACK = "uploadcare_callback"
#: The vendor's order of what it says of a picture.
FIELDS = (
    "width", "height", "format", "color_mode", "orientation", "dpi", "geo_location", "datetime_original", "sequence",
)  # fmt: skip


async def document(services: Services, opened: Opened, found: Negotiated) -> Response:
    check_is_image(opened)
    if found.compiled.document == "main_colors":
        return await _main_colors(services, opened, found)
    original = await open_chain(services, opened.asset, concrete(Chain()), _nothing, opened.grant)
    body = await read_source(services, original.order.source_digest)
    told = {"id": opened.asset.public_id, **_facts(opened), "hash": await _hash(services, body)}
    return answer(services, told, original.hold, is_call=found.compiled.document == "jsonp")


async def _nothing(source: str) -> Asset:
    raise AssertionError(f"a chain without steps has no layer {source}")


def _facts(opened: Opened) -> dict[str, Any]:
    image = content_info(opened.asset)["image"]
    return {name: image.get(name) for name in FIELDS}


async def _hash(services: Services, body: bytes) -> str:
    most = services.settings.limits.max_source_pixels
    return await services.pixels.run(lambda: analysis.perceptual_hash(open_source(body, max_pixels=most)))


async def _main_colors(services: Services, opened: Opened, found: Negotiated) -> Response:
    """Of the picture as the directives before leave it."""
    ready = await passed(services, opened, found)
    derived = await derived_of(
        services, ready, patience=patience_of(opened.request.headers, services.settings.delivery)
    )
    most = services.settings.limits.max_source_pixels

    def seen() -> tuple[dict[str, Any], str]:
        source = open_source(derived.body, max_pixels=most)
        colors = [color.rgb for color in analysis.main_colors(source, found.compiled.colors)]
        size = source.info.size
        return {"width": size.width, "height": size.height, "main_colors": colors}, analysis.perceptual_hash(source)

    told, digits = await services.pixels.run(seen)
    original = {"id": opened.asset.public_id, **_facts(opened)}
    return answer(services, {"id": opened.path, "original": original, "hash": digits, **told}, ready.hold)


async def faces(services: Services, opened: Opened) -> Response:
    """Where faces are, in pixels of the upright picture; waits for the worker as APIs do that cannot say pending."""
    check_is_image(opened)
    original = await open_chain(services, opened.asset, concrete(Chain()), _nothing, opened.grant)
    settings = services.settings.delivery
    lane = Lane(opened.asset.cloud, original.order.source_digest)
    seen = await find_scene(services, lane, patience=settings.synchronous_wait_seconds)
    if seen is None:
        raise DerivationPending("The picture is still looked at; try again.", retry_after=settings.retry_after_seconds)
    width, height = opened.asset.width, opened.asset.height
    boxes = [
        [round(left * width), round(top * height), round((right - left) * width), round((bottom - top) * height)]
        for left, top, right, bottom in seen.faces
    ]
    return answer(services, {"id": opened.asset.public_id, **_facts(opened), "faces": boxes}, original.hold)


def answer(services: Services, told: dict[str, Any], hold: Hold, *, is_call: bool = False) -> Response:
    text = json.dumps(told)
    kept = hold.bounded(caching(services))
    mime = "application/javascript" if is_call else "application/json"
    headers = {**kept.headers, **CORS, "Access-Control-Expose-Headers": EXPOSED, "X-Content-Type-Options": "nosniff"}
    return Response(f"{CALLBACK}({text});" if is_call else text, headers=headers, media_type=mime)
