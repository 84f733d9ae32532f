"""POST /addons/<name>/execute/ and its status: the removal of backgrounds, and add-ons that nobody has here.

What is asked for is a record, and one job of a worker makes the new file (:mod:`worker.creations`): the same cutout, by
the content of the picture, that every other API would have it make.
"""

import contextlib
import time
import uuid
from dataclasses import asdict, replace
from typing import Any

from starlette.responses import Response

from media.errors import AlreadyExists, Forbidden, NotFound, RateLimited, Unavailable
from media.formats.source import SourceInfo
from media.geometry import Size
from media.language.chain import Chain, Output
from media.operations import format_chain
from media.records.asset import Asset
from media.removal.chains import MATTE, finish_steps, matte_chain, subject_steps
from media.removal.parameters import Removal, parse_removal
from media.work import jobs
from media.work.creation import DONE, FAILED, Creation, Try
from media.work.lanes import Lane
from media.work.webhook import fact
from proxy.delivery.gate import OWNER, open_file
from proxy.delivery.ingest import Kept, describe
from proxy.delivery.worker_jobs import queue_for
from proxy.dialects.uploadcare import files, identity
from proxy.dialects.uploadcare.document import appdata, cdn_url, file_document, is_image
from proxy.dialects.uploadcare.events import ADDON, UPDATED, Event, Initiator, arrivals, notices_for
from proxy.dialects.uploadcare.files import Said
from proxy.dialects.uploadcare.rest.auth import Refused
from proxy.dialects.uploadcare.rest.call import Call, answer, read_document
from proxy.dialects.uploadcare.settings import Uploadcare
from proxy.services import Services

REMOVE_BG, VERSION = "remove_bg", "1.0"
#: The vendor's others, which need a plan of their own.
ELSEWHERE = ("aws_rekognition_detect_labels", "aws_rekognition_detect_moderation_labels", "uc_clamav_virus_scan")
MAX_OUTPUT_PIXELS = 25_000_000
#: Which request works on a file; one that is older has died with all its tries.
RUNS, RUN_SECONDS = "uploadcare_runs", 600
JSON = "application/json"


async def execute(services: Services, call: Call) -> Response:
    _check_offered(call.path["name"])
    target, removal = _read(await read_document(services, call))
    asset = await files.find(services, call.cloud, target)
    _check_source(asset, services.settings.vendor(Uploadcare))
    creation = await _creation(services, call, asset, removal)
    await services.io.run(_claim, services, asset, creation)
    try:
        await _enqueue(services, creation)
    except (RateLimited, Unavailable):
        # Nobody works on it, so it must not stand in the way of the next call.
        await services.io.run(services.catalog.records(jobs.CREATIONS).delete, creation.id)
        raise
    headers = {"X-Uploadcare-Request-Id": creation.id}
    return answer({"request_id": creation.id}, media_type=JSON, headers=headers)


async def status(services: Services, call: Call) -> Response:
    name = call.path["name"]
    if name not in (REMOVE_BG, *ELSEWHERE):
        raise NotFound("Not found.")
    request_id = call.query.get("request_id", "")
    if not request_id:
        raise Refused(400, "request_id is required.")
    document = await services.io.run(services.catalog.records(jobs.CREATIONS).get, request_id[:100])
    if document is None or document["cloud"] != call.cloud or name != REMOVE_BG:
        return answer({"status": "unknown"}, media_type=JSON)
    creation = Creation.from_document(document)
    if not creation.state:
        # A Redis that was emptied has lost the job; the record has not.
        with contextlib.suppress(RateLimited, Unavailable):
            await _enqueue(services, creation)
    return answer(_shown(creation), media_type=JSON)


def _shown(creation: Creation) -> dict[str, Any]:
    if creation.state == DONE:
        return {"status": "done", "result": {"file_id": creation.asset["public_id"]}}
    return {"status": "error" if creation.state == FAILED else "in_progress"}


def _check_offered(name: str) -> None:
    if name in ELSEWHERE:
        raise Forbidden(f"The add-on {name} is not enabled for this project.")
    if name != REMOVE_BG:
        raise NotFound("Not found.")


def _read(document: Any) -> tuple[str, Removal]:
    """The target and what is asked for. Raises Refused and BadParameter."""
    if not isinstance(document, dict) or not isinstance(document.get("target"), str):
        raise Refused(400, "target is required: the UUID of a file.")
    target, params = document["target"].lower(), document.get("params") or {}
    if not identity.is_uuid(target):
        raise Refused(400, f"target must be the UUID of a file, got {document['target'][:60]!r}.")
    if not isinstance(params, dict):
        raise Refused(400, "params must be an object.")
    texts = {name: str(value) for name, value in params.items() if value is not None and value != ""}
    return target, parse_removal(texts, type_level="none")


def _check_source(asset: Asset, settings: Uploadcare) -> None:
    if not is_image(asset):
        raise Refused(400, "The target is not an image.")
    if asset.bytes > settings.removal_max_bytes:
        limit = f"at most {settings.removal_max_bytes} bytes, got {asset.bytes}"
        raise Refused(400, f"The file is too large: the add-on takes {limit}.")


async def _enqueue(services: Services, creation: Creation) -> None:
    lane = Lane(creation.cloud, creation.source_digest)
    queue = await queue_for(services, creation.source_digest)
    await services.queue.enqueue_once(
        queue, jobs.CREATE_JOB, f"{jobs.CREATION}{creation.id}", [creation.id], lane=lane
    )  # fmt: skip


def _claim(services: Services, asset: Asset, creation: Creation) -> None:
    """One request at a time works on a file. Raises AlreadyExists."""
    records, creations = services.catalog.records(f"{RUNS}/{asset.cloud}"), services.catalog.records(jobs.CREATIONS)
    mine = {"request_id": creation.id}
    creations.put(creation.id, creation.to_document())

    def take(found: dict[str, Any] | None) -> dict[str, Any]:
        other = creations.get(found["request_id"]) if found else None
        if other and not other["state"] and creation.began - other["began"] < RUN_SECONDS and found != mine:
            raise AlreadyExists("Concurrent call attempted")
        return mine

    try:
        records.change(asset.public_id, take)
    except AlreadyExists:
        creations.delete(creation.id)
        raise


async def _creation(services: Services, call: Call, source: Asset, removal: Removal) -> Creation:
    request_id, now = str(uuid.uuid4()), time.time()
    digest, _ = open_file(source, OWNER)
    said = {"foreground_type": fact("foreground_type")} if removal.type_level != "none" else {}
    before = appdata(source).get(REMOVE_BG, {})
    mark = {
        "version": VERSION,
        "datetime_created": before.get("datetime_created") or fact("moment"),
        "datetime_updated": fact("moment"),
        "data": said,
    }
    own = {**mark, "datetime_created": fact("moment")}
    settings = services.settings.vendor(Uploadcare)
    made = _made(source, call, own, now, settings.unstored_seconds)
    return Creation(
        id=request_id,
        cloud=call.cloud,
        source=asdict(source.ref),
        source_digest=digest,
        tries=_tries(removal, Size(source.width, source.height)),
        type_level=removal.type_level,
        asset=made.to_document(),
        began=now,
        indexed=files.entries_of(made, settings.removed_seconds, fact("asset")),
        mark=("appdata", REMOVE_BG),
        marked=mark,
        notices=await _notices(services, call, source, made, mark, request_id),
    )


def _made(source: Asset, call: Call, mark: dict[str, Any], now: float, seconds: int) -> Asset:
    """The new file as far as it is known before it is made; the worker says the rest."""
    stem = source.display_name.rpartition(".")[0] or source.display_name
    is_stored = call.tenant.project.autostore
    file_uuid = identity.new_uuid(now)
    info = {"mime": "image/png", "appdata": {REMOVE_BG: mark}}
    plain = describe(files.ref_of(source.cloud, file_uuid), SourceInfo("png", 1, 1), Kept(0, "", ""), "")
    said = Said(f"{stem}.png", is_stored)
    return files.prepared(replace(plain, info=info), said, seconds)


def _tries(removal: Removal, size: Size) -> tuple[Try, ...]:
    """``type`` is a hint: if nothing of it is in the picture, what the network finds counts."""
    asked = (removal, replace(removal, objects=())) if removal.objects else (removal,)
    return tuple(_try(each, size) for each in asked)


def _try(removal: Removal, size: Size) -> Try:
    subject = subject_steps(removal, size, MAX_OUTPUT_PIXELS)
    matte = matte_chain(subject)
    shown = Chain((*subject, *finish_steps(removal)), Output(("png",)))
    result = Chain(matte.steps, MATTE) if removal.channels == "alpha" else shown
    return Try(format_chain(result), format_chain(matte))


async def _notices(
    services: Services, call: Call, source: Asset, made: Asset, mark: dict[str, Any], request_id: str
) -> list[dict[str, Any]]:
    initiator = Initiator(ADDON, request_id, REMOVE_BG, source.public_id)
    shown = file_document(made, call.bases, with_appdata=True)
    image = {"width": fact("width"), "height": fact("height"), "color_mode": fact("color_mode")}
    info = {**shown["content_info"], "image": {**shown["content_info"]["image"], **image, "format": "PNG"}}
    new = {**shown, "size": fact("bytes"), "content_info": info}
    old_appdata = appdata(source)
    old = {**file_document(source, call.bases), "appdata": {**old_appdata, REMOVE_BG: mark}}
    changed = Event(UPDATED, initiator, {"appdata": old_appdata})
    return [
        *await notices_for(services, call.tenant, new, cdn_url(made, call.bases), arrivals(made, initiator)),
        *await notices_for(services, call.tenant, old, cdn_url(source, call.bases), [changed]),
    ]
