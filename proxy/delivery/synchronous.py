"""Doors that have no word for "pending": they wait, within bounds, for what other requests may have asked for, too."""

from collections.abc import Mapping

from media.cutout import CutoutOptions
from media.derived.keys import maps_key
from media.derived.paths import maps_path
from media.language.chain import Chain
from media.records.asset import Asset
from media.scene.labels import Label, labels_of
from proxy.delivery.deliver import Ask, derived_of
from proxy.delivery.derivation import request_cutout
from proxy.http.responses import Caching
from proxy.runtime.memory_cache import Derived
from proxy.services import Services

#: Answers of these doors are never cached: they are answers to POST, or belong to a key.
UNCACHED = Caching(0)


async def derive_now(
    services: Services, asset: Asset, chain: Chain, layers: Mapping[str, str] | None = None
) -> Derived:
    """The derived asset, waited for. Raises DerivationPending where the bound was too short."""
    patience = services.settings.delivery.synchronous_wait_seconds
    return await derived_of(services, Ask(asset, chain, UNCACHED, layers or {}, patience))


async def find_labels(services: Services, asset: Asset) -> tuple[Label, ...]:
    """What the network saw when it made a cutout of ``asset``; none where it has made none yet."""
    blob = await services.io.run(services.store.get, maps_path(maps_key(asset.digest, services.matting)))
    return await services.pixels.run(labels_of, blob.body) if blob else ()


async def classify_now(services: Services, asset: Asset) -> tuple[Label, ...]:
    """As :func:`find_labels`; the network looks first, once, where it has not: its answer serves every later cutout."""
    if await services.io.run(services.store.stat, maps_path(maps_key(asset.digest, services.matting))) is None:
        patience = services.settings.delivery.synchronous_wait_seconds
        await request_cutout(services, asset, CutoutOptions(), patience=patience)
    return await find_labels(services, asset)
