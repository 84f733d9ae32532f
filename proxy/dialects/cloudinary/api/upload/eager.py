"""Eager transformations: derived at upload time, found by the delivery URL whatever its parameter order.

::

    read_all          text → components, before anything is stored: a mistake costs nothing
    derive_all        now, in the answer
    enqueue_all       by the workers: one batch record, one job per derived asset, one that tells when all are done
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from media.derived.keys import concrete
from media.errors import DerivationPending, RequestError
from media.formats.automatic.choice import settled
from media.formats.source import describe_derived
from media.formats.table import sniff
from media.language.chain import canonical
from media.operations import format_chain
from media.records.asset import Asset
from media.render import derivation
from media.render.derivation import Order
from media.work import webhook
from media.work.batch import Batch, Row
from media.work.jobs import BATCH, BATCH_JOB, BATCHES, DERIVE_JOB, DERIVE_QUEUE, DeriveJob
from media.work.lanes import Lane
from proxy.delivery.derivation import find_or_derive
from proxy.delivery.gate import OWNER
from proxy.delivery.patience import both
from proxy.dialects.cloudinary.api.call import Call
from proxy.dialects.cloudinary.api.notify import notices_for, urls_of
from proxy.dialects.cloudinary.api.representation import delivery_url
from proxy.dialects.cloudinary.concrete import compile_on, terms_on
from proxy.dialects.cloudinary.delivery import open_with_layers
from proxy.dialects.cloudinary.named_transformations import definitions
from proxy.dialects.cloudinary.semantics import vocabulary
from proxy.dialects.cloudinary.settings import Cloudinary
from proxy.dialects.cloudinary.syntax import grammar
from proxy.dialects.cloudinary.syntax.formats import EXTENSIONS
from proxy.dialects.cloudinary.syntax.grammar import Component
from proxy.dialects.cloudinary.syntax.named import Definitions
from proxy.services import Services

MAX_EAGER = 100


@dataclass(frozen=True, slots=True)
class EagerTransformation:
    """One eager transformation, read and found good: what was written. ``format`` wins over what the text says."""

    transformation: str
    extension: str | None
    components: tuple[Component, ...]
    named: Definitions
    format: str = ""


async def read_all(services: Services, cloud: str, text: str) -> list[EagerTransformation]:
    """``text`` is the request's pipe-separated list of ``transformation[/format]``."""
    written = [each for each in text.split("|") if each]
    if len(written) > MAX_EAGER:
        raise RequestError(f"Too many eager transformations: at most {MAX_EAGER}, got {len(written)}")
    return [await read_one(services, cloud, *split_format(each)) for each in written]


async def read_one(
    services: Services, cloud: str, transformation: str, extension: str | None, name: str = ""
) -> EagerTransformation:
    components = grammar.parse(transformation)
    named = await definitions(services, cloud, components)
    compiled = vocabulary.compile(
        components,
        extension=extension,
        named=named,
        removal_first=services.settings.vendor(Cloudinary).removal_first,
        skip_unavailable=services.settings.delivery.skip_unavailable,
    )
    if "auto" in compiled.chain.output.candidates and not name:
        raise RequestError("Invalid eager transformation: f_auto depends on the request, name a format")
    return EagerTransformation(transformation, extension, components, named, name)


async def order_of(services: Services, asset: Asset, wanted: EagerTransformation) -> Order:
    """The chain on this asset. Raises NotFound for a layer that is missing."""
    terms = terms_on(
        asset,
        wanted.components,
        wanted.extension,
        named=wanted.named,
        removal_first=services.settings.vendor(Cloudinary).removal_first,
        skip_unavailable=services.settings.delivery.skip_unavailable,
        cutout_max_pixels=services.settings.matting.max_input_pixels,
    )
    chain = compile_on(terms).chain
    if wanted.format:
        chain = replace(chain, output=settled(replace(chain.output, candidates=(wanted.format,))))
    passed = await open_with_layers(services, asset, concrete(chain), wanted.transformation, wanted.extension, OWNER)
    listing = passed.order.listing
    return replace(passed.order, listing=replace(listing, eager=True)) if listing else passed.order


def split_format(text: str) -> tuple[str, str | None]:
    """``c_fill,w_100/jpg`` → transformation and extension; a bare trailing slash stands for "no extension"."""
    head, slash, last = text.rpartition("/")
    if slash and (not last or last.lower() in EXTENSIONS):
        return head, last.lower() or None
    return text, None


async def derive_all(
    services: Services, call: Call, asset: Asset, wanted: Sequence[EagerTransformation]
) -> list[dict[str, Any]]:
    return [await _derive(services, call, asset, each) for each in wanted]


async def _derive(services: Services, call: Call, asset: Asset, wanted: EagerTransformation) -> dict[str, Any]:
    order = await order_of(services, asset, wanted)
    shown = _shown(call, asset, wanted)
    await services.io.run(derivation.open_ahead, services.catalog, order)
    try:
        derived = await find_or_derive(services, order, patience=both(services.settings.delivery.max_wait_seconds))
    except DerivationPending:
        return {"status": "processing", **shown}
    # Also if it was made before, and not listed here.
    await services.io.run(derivation.enlist, services.catalog, order, derived)
    row = sniff(derived.body)
    name = row.name if row else ""
    info = describe_derived(derived.body, max_pixels=services.settings.limits.max_output_pixels * 2)
    return {**shown, "width": info.width, "height": info.height, "bytes": len(derived.body), "format": name}


async def enqueue_all(
    services: Services, call: Call, asset: Asset, wanted: Sequence[EagerTransformation]
) -> dict[str, Any]:
    """The ``eager`` and ``batch_id`` of the answer; the workers do the rest and then notify."""
    batch_id = secrets.token_hex(32)
    orders = [await order_of(services, asset, each) for each in wanted]
    rows = tuple(_row(call, asset, order, each) for order, each in zip(orders, wanted, strict=True))
    notices = await _notices(services, call, asset, batch_id)
    batch = Batch(batch_id, call.name, asset.asset_id, asset.digest, rows, notices)
    await services.io.run(services.catalog.records(BATCHES).put, batch_id, batch.to_document())
    lane = Lane(asset.cloud, asset.digest)
    for order in orders:
        await services.io.run(derivation.open_ahead, services.catalog, order)
    for row in rows:
        job = DeriveJob(asset.digest, row.chain, canonical(dict(row.layers)))
        await services.queue.enqueue_once(DERIVE_QUEUE, DERIVE_JOB, row.key, job.to_arguments(), lane=lane)
    await services.queue.enqueue_once(DERIVE_QUEUE, BATCH_JOB, f"{BATCH}{batch_id}", [batch_id], lane=lane)
    shown = [{"status": "processing", "batch_id": batch_id, **row.shown} for row in rows]
    return {"eager": shown, "batch_id": batch_id}


async def _notices(services: Services, call: Call, asset: Asset, batch_id: str) -> list[dict[str, Any]]:
    urls = urls_of(call.fields, "eager_notification_url") or urls_of(call.fields)
    body = {
        "batch_id": batch_id,
        "asset_id": asset.asset_id,
        "public_id": asset.public_id,
        "resource_type": asset.resource_type,
        "type": asset.type,
        "eager": webhook.fact("rows"),
    }
    return await notices_for(services, call, "eager", body, urls)


def _row(call: Call, asset: Asset, order: Order, wanted: EagerTransformation) -> Row:
    shown = _shown(call, asset, wanted)
    chain = format_chain(order.chain)
    return Row(order.key, chain, order.layers, wanted.transformation, wanted.extension or "", shown)


def _shown(call: Call, asset: Asset, wanted: EagerTransformation) -> dict[str, Any]:
    url = delivery_url(call.base, asset, wanted.transformation, wanted.extension or "")
    return {"transformation": wanted.transformation, "url": url, "secure_url": url}
