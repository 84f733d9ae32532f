"""POST /v1/convert/: the walk from files to a conversion that goes on by itself.

::

    convert
      ├ authenticate
      ├ read_request · schema                  files on disk, parameters complete
      ├ keep_image                             each file judged by itself: a bad one stops no other
      ├ conversions.keep                       the record, before anything is begun
      └ conversions.state_of                   each file's job, the same as of all other APIs
"""

import time
from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from media.errors import RequestError, UnsupportedOperation
from media.operations import format_chain
from media.records.asset import Asset
from media.work.conversion import Conversion, File, new_capability
from proxy.dialects.background_remover import schema
from proxy.dialects.background_remover.auth import authenticate
from proxy.dialects.background_remover.conversions import keep, state_of
from proxy.dialects.background_remover.names import result_names
from proxy.dialects.background_remover.schema import ImageParameters, Network
from proxy.dialects.background_remover.settings import BackgroundRemover
from proxy.dialects.background_remover.sources import Sent, keep_image, read_request
from proxy.dialects.background_remover.vocabulary import BACKGROUND, chain_of
from proxy.services import Services

CREDITS = 1.0
NO_STORE = {"Cache-Control": "no-store", "Access-Control-Allow-Origin": "*"}


async def convert(services: Services, request: Request) -> Response:
    who = authenticate(services.settings.clouds, request.headers)
    sent = await read_request(services, request, services.settings.vendor(BackgroundRemover).max_files)
    if schema.parse_conversion(sent.texts) == schema.VIDEO:
        raise UnsupportedOperation("Videos are not converted here.")
    files = await _image_files(services, who.cloud, sent)
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
    names = result_names([upload.filename for upload in sent.uploads], "png")
    files = []
    for upload, name in zip(sent.uploads, names, strict=True):
        source = await keep_image(services, cloud, upload)
        if isinstance(source, str):
            files.append(File(new_capability(), upload.filename, name, error=source))
        else:
            files.append(File(new_capability(), upload.filename, name, source=source, layers=layers, chain=chain))
    return tuple(files)


async def _layers(services: Services, cloud: str, sent: Sent, parameters: ImageParameters) -> Mapping[str, Asset]:
    """Raises RequestError if the picture that ``bg_type=image`` asks for is missing, or is none."""
    if parameters.background != "image" or parameters.only_mask:
        return {}
    if sent.background is None:
        raise RequestError(f"bg_type=image needs a picture as {' or '.join(schema.BACKGROUND_FILES)}.")
    kept = await keep_image(services, cloud, sent.background)
    if isinstance(kept, str):
        raise RequestError(f"The background picture cannot be used: {kept}")
    return {BACKGROUND: kept}
