"""GET /v1/results/<uuid>/events: how far a conversion is, as server-sent events. Ours: the vendor has clients poll.

An event is the answer of ``POST /v1/results/`` with ``progress`` beside it; the last one has ``finished``.
"""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from typing import Any

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from media.video.order import VideoOrder
from media.work.conversion import Conversion
from proxy.dialects.background_remover.conversions import find_conversion
from proxy.dialects.background_remover.convert import NO_STORE
from proxy.dialects.background_remover.results import told_of
from proxy.services import Services

PAUSE_SECONDS = 1.0
#: A client that wants more connects again, as EventSource does by itself.
MOST_SECONDS = 300.0


async def events(services: Services, request: Request) -> Response:
    conversion = await find_conversion(services, request.path_params["uuid"])
    return StreamingResponse(_events(services, conversion), headers=NO_STORE, media_type="text/event-stream")


async def _events(services: Services, conversion: Conversion) -> AsyncIterator[str]:
    until = time.monotonic() + MOST_SECONDS
    while time.monotonic() < until:
        told = await told_of(services, conversion)
        yield f"data: {json.dumps({**told, 'progress': await _progress(services, conversion)})}\n\n"
        if told["finished"]:
            return
        await asyncio.sleep(PAUSE_SECONDS)


async def _progress(services: Services, conversion: Conversion) -> list[dict[str, Any]]:
    """Of the videos that a worker has begun."""
    found = []
    for file in conversion.files:
        key = VideoOrder.from_json(file.order).key(services.matting) if file.order else ""
        if key and (progress := await services.queue.progress(key)):
            shown = {"percent": progress.percent, "frames": progress.frames, "total": progress.total}
            found.append({"filename": file.name, **shown, "frames_per_second": progress.rate})
    return found
