"""``background_removal=cloudinary_ai…`` on upload and update: the asset is replaced by its cutout when that is done."""

import secrets
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from media.cutout import CutoutOptions
from media.errors import BadTransformation, RateLimited, RequestError, Unavailable
from media.language.chain import Step
from media.records.asset import Asset
from media.work.batch import Replacement
from media.work.jobs import REPLACE_JOB, REPLACEMENT, REPLACEMENTS
from media.work.lanes import Lane
from media.work.webhook import fact, joined
from proxy.delivery.worker_jobs import queue_for
from proxy.dialects.cloudinary.api.call import Call
from proxy.dialects.cloudinary.api.form import Fields, text
from proxy.dialects.cloudinary.api.notify import notices_for, urls_of
from proxy.dialects.cloudinary.api.representation import delivery_url
from proxy.dialects.cloudinary.semantics.removal import parse_upload_parameter
from proxy.services import Services

SERVICE = "cloudinary_ai"
INFO = "background_removal"


def read_removal(fields: Fields) -> CutoutOptions | None:
    """None if no removal is asked for. Raises RequestError for a value that is not offered."""
    written = text(fields, INFO)
    if not written:
        return None
    try:
        found = parse_upload_parameter(written)
    except BadTransformation as error:
        raise RequestError(f"Illegal value {written} for {INFO}. {error}") from error
    return _options(found) if found else None


def _options(found: Step) -> CutoutOptions:
    return CutoutOptions(hints=found["hints"], fine_edges=found["fine_edges"])


async def begin(services: Services, call: Call, asset: Asset, options: CutoutOptions) -> Asset:
    """Mark the asset as pending and leave it to the worker; the original is kept as a version from now on."""
    if asset.resource_type != "image":
        raise RequestError(f"Background removal is invalid for {asset.resource_type} files: expected an image")
    replacement_id = secrets.token_hex(16)

    def mark(found: Asset) -> Asset:
        state = {INFO: {SERVICE: {"status": "pending", "id": replacement_id}}}
        kept = {each.version_id for each in found.backups}
        backups = found.backups if found.version_id in kept else (*found.backups, found.backup())
        return replace(found, info={**found.info, **state}, backups=backups)

    wanted = Replacement(
        replacement_id, call.name, asset.resource_type, asset.type, asset.public_id, asset.version_id, asset.digest,
        options.to_json(), SERVICE, await _notices(services, call, asset, options),
    )  # fmt: skip
    await services.io.run(services.catalog.records(REPLACEMENTS).put, replacement_id, wanted.to_document())
    marked = await services.io.run(services.catalog.update, asset.ref, mark)
    await _enqueue(services, marked, replacement_id)
    return marked


async def ensure_running(services: Services, asset: Asset) -> None:
    """Redis may have forgotten the job of a pending removal: a request for the asset puts it back."""
    state = asset.info.get(INFO, {}).get(SERVICE, {})
    if state.get("status") == "pending" and state.get("id"):
        try:
            await _enqueue(services, asset, state["id"])
        except (RateLimited, Unavailable):
            return


async def _enqueue(services: Services, asset: Asset, replacement_id: str) -> None:
    queue, lane = await queue_for(services, asset.digest), Lane(asset.cloud, asset.digest)
    await services.queue.enqueue_once(queue, REPLACE_JOB, f"{REPLACEMENT}{replacement_id}", [replacement_id], lane=lane)


def shown(info: Mapping[str, Any]) -> dict[str, Any]:
    """``info`` as the vendor shows it: our job's id stays with us."""
    removal = {
        service: {name: value for name, value in state.items() if name != "id"}
        for service, state in info.get(INFO, {}).items()
    }
    return {**info, **({INFO: removal} if removal else {})}


async def _notices(services: Services, call: Call, asset: Asset, options: CutoutOptions) -> list[dict[str, Any]]:
    head, _, tail = delivery_url(call.base, asset, "", "").partition(f"/v{asset.version}/")
    url = joined(f"{head}/v", fact("version"), f"/{tail}.", fact("format"))
    body = {
        "info_kind": SERVICE,
        "info_status": fact("status"),
        "public_id": asset.public_id,
        "asset_id": asset.asset_id,
        "version": fact("version"),
        "uploaded_at": fact("uploaded_at"),
        "etag": fact("etag"),
        "url": url,
        "secure_url": url,
        "info_data": {
            "cloudinary_ai_hints": list(options.hints),
            "cloudinary_ai_fine_edges": options.fine_edges,
            "confidence_score": fact("confidence"),
        },
    }
    return await notices_for(services, call, "info", body, urls_of(call.fields))
