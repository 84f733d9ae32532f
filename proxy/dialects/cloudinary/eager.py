"""Eager transformations: derived at upload time, found by the delivery URL whatever its parameter order."""

import secrets
from typing import Any
from urllib.parse import quote

from media.asset import Asset
from media.chain import canonical
from media.errors import DerivationPending, RequestError
from media.formats import sniff
from media.jobs import DERIVE_JOB, DERIVE_QUEUE, DeriveJob
from media.keys import derived_key
from media.operations import format_chain
from media.probe import probe
from proxy.derivation import Order, find_or_derive
from proxy.dialects.cloudinary import grammar
from proxy.dialects.cloudinary.delivery import Found, compile_for, find_layers
from proxy.dialects.cloudinary.formats import EXTENSIONS
from proxy.dialects.cloudinary.vocabulary import ClientHints
from proxy.services import Services

MAX_EAGER = 100


async def derive_all(services: Services, asset: Asset, text: str, base: str, *, is_async: bool) -> dict[str, Any]:
    """The ``eager`` (and ``batch_id``) part of an upload's answer.

    ``text`` is the request's pipe-separated list of ``transformation[/format]``; all of it is read before
    anything is derived, so that a mistake costs nothing.
    """
    written = [each for each in text.split("|") if each]
    if len(written) > MAX_EAGER:
        raise RequestError(f"Too many eager transformations: at most {MAX_EAGER}, got {len(written)}")
    orders = [(each, await _order(services, asset, each)) for each in written]
    if is_async:
        batch_id = secrets.token_hex(32)
        rows = [await _enqueue(services, order, each, base, batch_id) for each, order in orders]
        return {"eager": rows, "batch_id": batch_id}
    return {"eager": [await _derive(services, order, each, base) for each, order in orders]}


def split_format(text: str) -> tuple[str, str | None]:
    """``c_fill,w_100/jpg`` → transformation and extension; a bare trailing slash stands for "no extension"."""
    head, slash, last = text.rpartition("/")
    if slash and (not last or last.lower() in EXTENSIONS):
        return head, last.lower() or None
    return text, None


async def _order(services: Services, asset: Asset, text: str) -> Order:
    transformation, extension = split_format(text)
    compiled = compile_for(services, grammar.parse(transformation), Found(asset, extension), ClientHints())
    if "auto" in compiled.chain.output.candidates:
        raise RequestError("Invalid eager transformation: f_auto depends on who asks, name a format")
    layers = await find_layers(services, asset.cloud, compiled.chain)
    return Order(asset, compiled.chain, layers, derived_key(asset.digest, compiled.chain, layers, services.matting))


async def _derive(services: Services, order: Order, text: str, base: str) -> dict[str, Any]:
    try:
        derived = await find_or_derive(services, order, patience=services.settings.delivery.max_wait_seconds)
    except DerivationPending:
        return {"status": "processing", **_urls(order.asset, text, base)}
    row = sniff(derived.body)
    info = probe(derived.body, max_pixels=services.settings.limits.max_output_pixels * 2)
    return {
        "transformation": split_format(text)[0],
        "width": info.width,
        "height": info.height,
        "bytes": len(derived.body),
        "format": row.name if row else "",
        **_urls(order.asset, text, base),
    }


async def _enqueue(services: Services, order: Order, text: str, base: str, batch_id: str) -> dict[str, Any]:
    job = DeriveJob(order.asset.digest, format_chain(order.chain), canonical(dict(order.layers)))
    await services.queue.enqueue_once(DERIVE_QUEUE, DERIVE_JOB, order.key, job.to_arguments())
    return {
        "status": "processing",
        "batch_id": batch_id,
        "transformation": split_format(text)[0],
        **_urls(order.asset, text, base),
    }


def _urls(asset: Asset, text: str, base: str) -> dict[str, str]:
    transformation, extension = split_format(text)
    url = delivery_url(base, asset, transformation, extension or "")
    return {"url": url, "secure_url": url}


def delivery_url(base: str, asset: Asset, transformation: str, extension: str) -> str:
    path = [asset.cloud, asset.resource_type, asset.type, transformation, f"v{asset.version}"]
    name = quote(asset.public_id, safe="/") + (f".{extension}" if extension else "")
    return "/".join([base, *(part for part in path if part), name])
