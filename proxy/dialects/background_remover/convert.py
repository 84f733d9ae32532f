"""POST /v1/convert/: the walk from files to a conversion that goes on by itself.

::

    convert
      ├ authenticate
      ├ read_request · schema                  files on disk, parameters complete
      ├ keep_image · keep_video                each file by itself: a bad one stops no other
      ├ conversions.keep                       the record, before anything is begun
      └ conversions.state_of                   each file's job, the same as of all other APIs
"""

import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from media.errors import RequestError
from media.operations import format_chain
from media.records.asset import Asset
from media.video.formats import VIDEO_FORMATS
from media.work.conversion import Conversion, File, new_capability
from proxy.delivery.gate import OWNER, open_file
from proxy.dialects.background_remover import schema
from proxy.dialects.background_remover.auth import authenticate
from proxy.dialects.background_remover.conversions import keep, state_of
from proxy.dialects.background_remover.names import result_names
from proxy.dialects.background_remover.schema import ImageParameters, Network, VideoParameters
from proxy.dialects.background_remover.settings import BackgroundRemover
from proxy.dialects.background_remover.sources import Sent, keep_image, keep_video, read_request
from proxy.dialects.background_remover.vocabulary import BACKGROUND, chain_of, order_of
from proxy.http.uploads import Upload
from proxy.services import Services

CREDITS = 1.0
#: Stores a file: the asset, or why it is none.
Wanted = Callable[[Asset], dict[str, Any]]
Keep = Callable[[Services, str, Upload], Awaitable[Asset | str]]
NO_STORE = {"Cache-Control": "no-store", "Access-Control-Allow-Origin": "*"}


async def convert(services: Services, request: Request) -> Response:
    who = authenticate(services.settings.clouds, request.headers)
    sent = await read_request(services, request, services.settings.vendor(BackgroundRemover).max_files)
    make = FILES[schema.parse_conversion(sent.texts)]
    files = await make(services, who.cloud, sent)
    conversion = Conversion(new_capability(), who.cloud, time.time(), files)
    await keep(services, conversion)
    for file in files:
        await state_of(services, file)
    await services.usage.charge(who, CREDITS * sum(not file.error for file in files))
    return JSONResponse({"uuid": conversion.id}, headers=NO_STORE)


def network_of(services: Services) -> Network:
    return Network(services.settings.matting.model, services.settings.vendor(BackgroundRemover).substitutes)


async def _image_files(services: Services, cloud: str, sent: Sent) -> tuple[File, ...]:
    parameters = schema.parse_image(sent.texts, network_of(services))
    chain, layers = format_chain(chain_of(parameters)), await _layers(services, cloud, sent, parameters)

    def wanted(source: Asset) -> dict[str, Any]:
        return {"layers": layers, "chain": chain}

    return await _files(services, cloud, sent, "png", keep_image, wanted)


async def _video_files(services: Services, cloud: str, sent: Sent) -> tuple[File, ...]:
    parameters = schema.parse_video(sent.texts, network_of(services))
    beneath = await _beneath(services, cloud, sent, parameters)
    layers = {BACKGROUND: beneath} if beneath else {}

    def wanted(source: Asset) -> dict[str, Any]:
        return {"layers": layers, "order": order_of(parameters, *map(_opened, (source, beneath))).to_json()}

    extension = VIDEO_FORMATS[parameters.target.format].extension
    return await _files(services, cloud, sent, extension, keep_video, wanted)


FILES = {schema.IMAGE: _image_files, schema.VIDEO: _video_files}


def _opened(asset: Asset | None) -> tuple[str, bool]:
    """The digest of what the caller has just sent, and whether it moves."""
    return (open_file(asset, OWNER)[0], asset.resource_type == "video") if asset else ("", False)


async def _files(
    services: Services,
    cloud: str,
    sent: Sent,
    extension: str,
    keep_source: Keep,
    wanted: Callable[[Asset], dict[str, Any]],
) -> tuple[File, ...]:
    names = result_names([upload.filename for upload in sent.uploads], extension)
    files = []
    for upload, name in zip(sent.uploads, names, strict=True):
        source = await keep_source(services, cloud, upload)
        own = {"error": source} if isinstance(source, str) else {"source": source, **wanted(source)}
        files.append(File(new_capability(), upload.filename, name, **own))
    return tuple(files)


async def _beneath(services: Services, cloud: str, sent: Sent, parameters: VideoParameters) -> Asset | None:
    """Raises RequestError if what the format lays beneath is missing, or is none."""
    kind, background = parameters.target.beneath, sent.background
    if not kind or (kind == "any" and background is None):
        return None
    if background is None:
        names = " or ".join(schema.BACKGROUND_FILES)
        raise RequestError(f"video_format={parameters.name} needs a background {kind} as {names}.")
    return _usable(await (keep_video if kind == "video" else keep_image)(services, cloud, background))


def _usable(kept: Asset | str) -> Asset:
    if isinstance(kept, str):
        raise RequestError(f"The background cannot be used: {kept}")
    return kept


async def _layers(services: Services, cloud: str, sent: Sent, parameters: ImageParameters) -> Mapping[str, Asset]:
    """Raises RequestError if the picture that ``bg_type=image`` asks for is missing, or is none."""
    if parameters.background != "image" or parameters.only_mask:
        return {}
    if sent.background is None:
        raise RequestError(f"bg_type=image needs a picture as {' or '.join(schema.BACKGROUND_FILES[:2])}.")
    return {BACKGROUND: _usable(await keep_image(services, cloud, sent.background))}
