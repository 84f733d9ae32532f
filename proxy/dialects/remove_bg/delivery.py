"""POST /v1.0/removebg: the route and its walk.

::

    remove_background
      ├ authenticate · read_fields · schema       the caller, the parameters
      ├ _take_rate · _check_credits                may they
      ├ sources                                    file, base64 or address → stored source
      ├ _cut                                       the chains, waited for; again without a type that is not there
      └ _answer                                    the picture, a ZIP or JSON; charged now, never for an error
"""

import base64
import math
import time
from dataclasses import dataclass, replace

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from media.analysis import View, measure, measure_matte
from media.errors import NotFound
from media.formats.source import open_source
from media.formats.table import sniff
from media.geometry import Size
from media.records.asset import Asset
from media.removal.foreground import foreground_type
from proxy.delivery.synchronous import derive_now, find_labels
from proxy.dialect import Dialect, Path
from proxy.dialects.remove_bg import schema
from proxy.dialects.remove_bg.account import account, improve
from proxy.dialects.remove_bg.auth import API, authenticate
from proxy.dialects.remove_bg.envelope import envelope
from proxy.dialects.remove_bg.errors import Refused
from proxy.dialects.remove_bg.schema import Parameters
from proxy.dialects.remove_bg.settings import RemoveBg
from proxy.dialects.remove_bg.sources import read_fields, receive_background, receive_source
from proxy.dialects.remove_bg.vocabulary import BACKGROUND, compile_parameters
from proxy.dialects.remove_bg.zip_file import pack
from proxy.runtime.accounts import Account
from proxy.runtime.usage import Rate
from proxy.services import Services

EXPOSED = (
    "X-Type, X-Width, X-Height, X-Foreground-Top, X-Foreground-Left, X-Foreground-Width, X-Foreground-Height, "
    "X-Credits-Charged, X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset, X-Request-Id"
)


@dataclass(frozen=True, slots=True)
class Cut:
    """What came out: the bytes, their type, and what is seen in them."""

    body: bytes
    mime: str
    view: View


async def remove_background(services: Services, request: Request) -> Response:
    who = authenticate(services.settings.clouds, request.headers)
    fields = await read_fields(services, request)
    source_field = schema.check_sources({*fields.texts, *fields.files})
    parameters = schema.parse(fields.texts)
    await _check_credits(services, who, parameters)
    source = await receive_source(services, who.cloud, fields, source_field)
    rate = await _take_rate(services, who, source)
    background = await receive_background(services, who.cloud, fields)
    cut = await _cut(services, parameters, source, background)
    await services.usage.charge(who, parameters.credits)
    labels = await find_labels(services, source) if parameters.type_level != "none" else ()
    headers = _headers(parameters, cut.view, foreground_type(labels, parameters.type_level)) | _rate_headers(rate)
    return _answer(cut, headers, as_json=_wants_json(request.headers.get("accept", "")))


async def _check_credits(services: Services, who: Account, parameters: Parameters) -> None:
    bound = services.settings.vendor(RemoveBg).credits
    if bound and await services.usage.used(who) + parameters.credits > bound:
        raise Refused("insufficient_credits", f"This needs {parameters.credits:g} credits; all {bound} are used up.")


async def _take_rate(services: Services, who: Account, source: Asset) -> Rate | None:
    """The vendor counts started megapixels of the source."""
    limit = services.settings.vendor(RemoveBg).megapixels_per_minute
    if not limit:
        return None
    cost = math.ceil(source.width * source.height / schema.MEGAPIXEL)
    rate = await services.usage.take(who, API, cost=cost, limit=limit)
    if rate.exceeded:
        seconds = max(1, rate.reset - int(time.time()))
        raise Refused(
            "rate_limit_exceeded", f"At most {limit} megapixels a minute; try again in {seconds} seconds.",
            retry_after=seconds,
        )  # fmt: skip
    return rate


async def _cut(services: Services, parameters: Parameters, source: Asset, background: Asset | None) -> Cut:
    """``type`` is a hint: if nothing of it is in the picture, what the network finds counts."""
    cut = await _cut_once(services, parameters, source, background)
    if cut.view.subject is None and parameters.objects:
        cut = await _cut_once(services, replace(parameters, objects=()), source, background)
    if cut.view.subject is None:
        raise Refused("unknown_foreground", "There is no foreground to be seen in this image.")
    return cut


async def _cut_once(services: Services, parameters: Parameters, source: Asset, background: Asset | None) -> Cut:
    compiled = compile_parameters(parameters, Size(source.width, source.height), with_background=background is not None)
    layers = {BACKGROUND: background} if background else {}
    shown = (await derive_now(services, source, compiled.measured)).body
    max_pixels = services.settings.limits.max_output_pixels
    view = await services.pixels.run(_measured, shown, as_matte=compiled.measures_matte, max_pixels=max_pixels)
    if compiled.result is None:
        colour = (await derive_now(services, source, compiled.colour)).body
        return Cut(pack({"color.jpg": colour, "alpha.png": shown}), "application/zip", view)
    body = (await derive_now(services, source, compiled.result, layers)).body
    row = sniff(body)
    return Cut(body, row.mime if row else "application/octet-stream", view)


def _measured(body: bytes, *, as_matte: bool, max_pixels: int) -> View:
    source = open_source(body, max_pixels=max_pixels)
    return measure_matte(source) if as_matte else measure(source)


async def nowhere(services: Services, request: Request) -> Response:
    raise NotFound(f"There is no {request.method} {request.url.path[:200]}.")


def _headers(parameters: Parameters, view: View, kind: str) -> dict[str, str]:
    box = view.subject
    described = {"X-Type": kind} if kind else {}
    if box is not None:
        described |= {
            "X-Foreground-Top": str(box.top),
            "X-Foreground-Left": str(box.left),
            "X-Foreground-Width": str(box.width),
            "X-Foreground-Height": str(box.height),
        }
    return {
        **described,
        "X-Width": str(view.size.width),
        "X-Height": str(view.size.height),
        "X-Credits-Charged": f"{parameters.credits:g}",
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
        "Access-Control-Allow-Origin": "*",
        "Access-Control-Expose-Headers": EXPOSED,
    }


def _wants_json(accept: str) -> bool:
    """If it accepts nothing else: axios sends ``application/json, text/plain, */*`` and expects the picture."""
    return accept.partition(";")[0].strip().lower() == "application/json"


def _rate_headers(rate: Rate | None) -> dict[str, str]:
    if rate is None:
        return {}
    return {
        "X-RateLimit-Limit": str(rate.limit),
        "X-RateLimit-Remaining": str(rate.remaining),
        "X-RateLimit-Reset": str(rate.reset),
    }


def _answer(cut: Cut, headers: dict[str, str], *, as_json: bool) -> Response:
    if not as_json:
        return Response(cut.body, headers=headers, media_type=cut.mime)
    box = cut.view.subject
    document = {"result_b64": base64.b64encode(cut.body).decode()}
    seen = {name: getattr(box, name) for name in ("top", "left", "width", "height")} if box else {}
    described = {f"foreground_{name}": value for name, value in seen.items()}
    return JSONResponse({"data": {**document, **described}}, headers=headers)


REMOVE_BG = Dialect(
    "remove_bg",
    (
        Path("/v1.0/removebg", ("POST",), remove_background),
        Path("/v1.0/account", ("GET",), account),
        Path("/v1.0/improve", ("POST",), improve),
        Path("/v1.0/{rest:anything}", ("GET", "POST", "PUT", "DELETE"), nowhere),
    ),
    envelope,
    settings=RemoveBg,
)
