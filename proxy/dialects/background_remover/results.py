"""POST /v1/results/ and the files that it names.

The samples post the whole answer of ``/v1/convert/`` back, without a key: the uuid is the capability, and each file has
one of its own, so that a file can be handed on without the others.
"""

import time
from typing import Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from media.derived.paths import video_path
from media.errors import NotFound, RequestError
from media.video.order import VideoOrder
from media.work.conversion import Conversion, File
from media.work.jobs import CUT_QUEUE, MATTE_QUEUE, VIDEO_QUEUE
from proxy.delivery.deliver import Delivery, deliver
from proxy.delivery.patience import both
from proxy.delivery.stored_file import StoredFile, send_stored
from proxy.dialects.background_remover.conversions import (
    GONE,
    call_off,
    find_conversion,
    find_file,
    passed_of,
    state_of,
)
from proxy.dialects.background_remover.convert import NO_STORE
from proxy.http.forms import read_form
from proxy.http.responses import Caching
from proxy.services import Services

RESULTS = "/v1/results/"
FILE_MAX_AGE_SECONDS = 3600


async def results(services: Services, request: Request) -> Response:
    fields = (await read_form(services, request)).texts
    if not fields.get("uuid"):
        raise RequestError("uuid is missing: send the one that /v1/convert/ answered.")
    return JSONResponse(await told_of(services, await find_conversion(services, fields["uuid"])), headers=NO_STORE)


async def told_of(services: Services, conversion: Conversion) -> dict[str, Any]:
    states = [(file, await state_of(services, file)) for file in conversion.files]
    finished = all(state.is_done or state.error for _, state in states)
    return {
        "files": [{"url": _url(file), "filename": file.name} for file, state in states if state.is_done],
        "failed": [file.uploaded for file, state in states if state.error],
        "finished": finished,
        "queue_count": 0 if finished else await _waiting(services),
        "errors": [f"{file.uploaded}: {state.error}" for file, state in states if state.error],
    }


async def result_file(services: Services, request: Request) -> Response:
    file = await find_file(services, request.path_params["file_id"])
    if request.path_params["name"] != file.name:
        raise NotFound(GONE)
    if file.order:
        return await _send_video(services, VideoOrder.from_json(file.order), request)
    patience = both(services.settings.delivery.synchronous_wait_seconds)
    caching = Caching(FILE_MAX_AGE_SECONDS, private=True)
    return await deliver(services, Delivery(await passed_of(services, file), caching, patience), request)


async def _send_video(services: Services, order: VideoOrder, request: Request) -> Response:
    key = order.key(services.matting)
    services.room.marks[key] = time.time()
    caching = Caching(FILE_MAX_AGE_SECONDS, private=True)
    return await send_stored(services, StoredFile((video_path(key),), order.row.mime, key), caching, request)


async def cancel(services: Services, request: Request) -> Response:
    """Ours: the vendor has no call for it."""
    await call_off(services, await find_conversion(services, request.path_params["uuid"]))
    return Response(status_code=204, headers=NO_STORE)


async def _waiting(services: Services) -> int:
    lengths = await services.queue.lengths()
    return sum(lengths[queue] for queue in (MATTE_QUEUE, CUT_QUEUE, VIDEO_QUEUE))


def _url(file: File) -> str:
    """A path: clients put scheme and host in front."""
    return f"{RESULTS}{file.id}/{quote(file.name)}"
