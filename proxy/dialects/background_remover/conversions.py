"""Conversions: kept as records, found by the ids that open them, and how far each of their files is."""

import time
from dataclasses import dataclass

from media.derived.keys import concrete
from media.errors import DerivationFailed, DerivationPending, NotFound, RateLimited, RequestError, SourceError
from media.operations import parse_chain
from media.records.asset import Asset
from media.render.derivation import is_ready
from media.video.order import VideoOrder
from media.work.conversion import CONVERSION_FILES, CONVERSIONS, Conversion, File
from media.work.lanes import Lane
from proxy.delivery.derivation import request_cutout
from proxy.delivery.gate import OWNER, Passed, open_chain
from proxy.delivery.videos import WantedVideo, request_video
from proxy.services import Services

GONE = "There is no such conversion, or it has expired."
FAILED = "The background could not be removed."


@dataclass(frozen=True, slots=True)
class State:
    """How far a file is: done, or failed for a reason, or neither yet."""

    is_done: bool = False
    error: str = ""


async def keep(services: Services, conversion: Conversion) -> None:
    """The files' own records go first: whoever finds the conversion finds them."""
    records = services.catalog.records
    for number, file in enumerate(conversion.files):
        leading = {"conversion": conversion.id, "number": number}
        await services.io.run(records(CONVERSION_FILES).put, file.id, leading)
    await services.io.run(records(CONVERSIONS).put, conversion.id, conversion.to_document())


async def find_conversion(services: Services, conversion_id: str) -> Conversion:
    """Raises NotFound for what is unknown or too old."""
    document = await services.io.run(services.catalog.records(CONVERSIONS).get, conversion_id)
    if document is None:
        raise NotFound(GONE)
    conversion = Conversion.from_document(document)
    most = services.settings.store.results_max_age_seconds
    if most and time.time() - conversion.created > most:
        raise NotFound(GONE)
    return conversion


async def find_file(services: Services, file_id: str) -> File:
    """Raises NotFound."""
    leading = await services.io.run(services.catalog.records(CONVERSION_FILES).get, file_id)
    if leading is None:
        raise NotFound(GONE)
    conversion = await find_conversion(services, leading["conversion"])
    return conversion.files[leading["number"]]


async def state_of(services: Services, file: File) -> State:
    """How far it is; a job that Redis forgot, or that was never put there, is put there. Raises Unavailable."""
    if file.error:
        return State(error=file.error)
    try:
        await (_ask_for_video(services, file) if file.order else _ask_for_cutout(services, file))
    except (DerivationPending, RateLimited):
        # What finds no place yet is put there when it is asked for again.
        return State()
    except (RequestError, SourceError) as error:
        return State(error=str(error))
    except DerivationFailed:
        return State(error=FAILED)
    return State(is_done=True)


async def _ask_for_cutout(services: Services, file: File) -> None:
    order = (await passed_of(services, file)).order
    if not await services.io.run(is_ready, services.store, order) and order.needs.cutout is not None:
        await request_cutout(services, Lane(order.cloud, order.source_digest), order.needs.cutout, patience=0)


async def _ask_for_video(services: Services, file: File) -> None:
    cloud = file.source.cloud if file.source else ""
    await request_video(services, WantedVideo(VideoOrder.from_json(file.order), cloud))


async def call_off(services: Services, conversion: Conversion) -> None:
    """Forget a conversion, and the work on its videos: who else wants one of them puts it back by asking."""
    await services.io.run(services.catalog.records(CONVERSIONS).delete, conversion.id)
    for file in conversion.files:
        await services.io.run(services.catalog.records(CONVERSION_FILES).delete, file.id)
        if file.order:
            await services.queue.call_off(VideoOrder.from_json(file.order).key(services.matting))


async def passed_of(services: Services, file: File) -> Passed:
    """Who holds the file's id has uploaded it."""

    async def locate(source: str) -> Asset:
        return file.layers[source]

    if file.source is None:
        raise NotFound(GONE)
    return await open_chain(services, file.source, concrete(parse_chain(file.chain)), locate, OWNER)
