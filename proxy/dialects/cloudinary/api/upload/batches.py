"""The progress of a batch of eager transformations: a document, or server-sent events until it is done."""

import asyncio
import json
from collections.abc import AsyncIterator

from starlette.responses import JSONResponse, Response, StreamingResponse

from media.derived.paths import derived_path
from media.errors import NotFound
from media.work.batch import Batch, Row
from media.work.jobs import BATCHES
from proxy.dialects.cloudinary.api.call import NO_STORE, Call, Document
from proxy.http.responses import CORS
from proxy.services import Services

LOOK_SECONDS = 0.3
#: A page reconnects by itself; a connection must not outlive the request's deadline.
STREAM_SECONDS = 50.0


async def progress(services: Services, call: Call) -> Response:
    """Open to all who know the batch's id: 256 random bits that only its uploader was told."""
    batch = await _read(services, call)
    if "text/event-stream" in call.headers.get("accept", ""):
        return StreamingResponse(_events(services, batch), media_type="text/event-stream", headers={**NO_STORE, **CORS})
    return JSONResponse(await _state(services, batch), headers={**NO_STORE, **CORS})


async def _read(services: Services, call: Call) -> Batch:
    document = await services.io.run(services.catalog.records(BATCHES).get, call.path["batch_id"])
    if document is None or document["cloud"] != call.name:
        raise NotFound(f"There is no batch {call.path['batch_id']}")
    return Batch.from_document(document)


async def _events(services: Services, batch: Batch) -> AsyncIterator[str]:
    told = ""
    for _ in range(int(STREAM_SECONDS / LOOK_SECONDS)):
        state = await _state(services, batch)
        text = json.dumps(state)
        if text != told:
            told = text
            yield f"event: progress\ndata: {text}\n\n"
        if state["status"] == "complete" or services.ending.has_begun:
            return
        await asyncio.sleep(LOOK_SECONDS)


async def _state(services: Services, batch: Batch) -> Document:
    rows = [await _row(services, row) for row in batch.rows]
    done = sum(row["status"] != "processing" for row in rows)
    status = "complete" if done == len(rows) else "processing"
    return {"batch_id": batch.id, "status": status, "done": done, "total": len(rows), "eager": rows}


async def _row(services: Services, row: Row) -> Document:
    if await services.io.run(services.store.stat, derived_path(row.key)) is not None:
        return {**row.shown, "status": "complete"}
    outcome = await services.queue.outcome(row.key)
    if outcome is not None and not outcome.ok:
        return {**row.shown, "status": "failed", "reason": outcome.message or "The derivation failed."}
    return {**row.shown, "status": "processing"}
