"""POST /v1/results/ and the files that it names.

The samples post the whole answer of ``/v1/convert/`` back, without a key: the uuid is the capability, and each file has
one of its own, so that a file can be handed on without the others.
"""

from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from media.errors import NotFound, RequestError
from media.work.conversion import File
from media.work.jobs import CUT_QUEUE, MATTE_QUEUE
from proxy.delivery.deliver import Delivery, deliver
from proxy.delivery.patience import both
from proxy.dialects.background_remover.conversions import GONE, find_conversion, find_file, passed_of, state_of
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
    conversion = await find_conversion(services, fields["uuid"])
    states = [(file, await state_of(services, file)) for file in conversion.files]
    finished = all(state.is_done or state.error for _, state in states)
    document = {
        "files": [{"url": _url(file), "filename": file.name} for file, state in states if state.is_done],
        "failed": [file.uploaded for file, state in states if state.error],
        "finished": finished,
        "queue_count": 0 if finished else await _waiting(services),
        "errors": [f"{file.uploaded}: {state.error}" for file, state in states if state.error],
    }
    return JSONResponse(document, headers=NO_STORE)


async def result_file(services: Services, request: Request) -> Response:
    file = await find_file(services, request.path_params["file_id"])
    if request.path_params["name"] != file.name:
        raise NotFound(GONE)
    patience = both(services.settings.delivery.synchronous_wait_seconds)
    caching = Caching(FILE_MAX_AGE_SECONDS, private=True)
    return await deliver(services, Delivery(await passed_of(services, file), caching, patience), request)


async def _waiting(services: Services) -> int:
    lengths = await services.queue.lengths()
    return lengths[MATTE_QUEUE] + lengths[CUT_QUEUE]


def _url(file: File) -> str:
    """A path: clients put scheme and host in front."""
    return f"{RESULTS}{file.id}/{quote(file.name)}"
