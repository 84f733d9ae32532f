"""Blocking calls for APIs that cannot answer "pending": remove.bg, rembg, IMG Processing."""

from collections.abc import Mapping
from types import MappingProxyType

from media.cutout import CutoutOptions
from media.derived.derived_assets import Derived
from media.derived.keys import concrete, maps_key
from media.derived.paths import maps_path
from media.language.chain import Chain
from media.records.asset import Asset
from media.scene.labels import Label, labels_of
from media.work.lanes import Lane
from proxy.delivery.deliver import derived_of
from proxy.delivery.derivation import request_cutout
from proxy.delivery.gate import OWNER, Grant, open_chain
from proxy.delivery.patience import both
from proxy.services import Services


async def derive_now(
    services: Services,
    asset: Asset,
    chain: Chain,
    layers: Mapping[str, Asset] = MappingProxyType({}),
    *,
    grant: Grant = OWNER,
) -> Derived:
    """The derived asset, waited for; ``grant``: the caller's own, unless the asset comes from the catalog.

    Raises DerivationPending if the bound was too short, BadSignature for what the caller may not have.
    """

    async def locate(source: str) -> Asset:
        return layers[source]

    patience = both(services.settings.delivery.synchronous_wait_seconds)
    passed = await open_chain(services, asset, concrete(chain), locate, grant, patience=patience)
    return await derived_of(services, passed, patience=patience)


async def find_labels(services: Services, asset: Asset) -> tuple[Label, ...]:
    """What the network saw when it made a cutout of ``asset``; none if it has made none yet."""
    blob = await services.io.run(services.store.get, maps_path(maps_key(asset.digest, services.matting)))
    return await services.pixels.run(labels_of, blob.body) if blob else ()


async def classify_now(services: Services, asset: Asset) -> tuple[Label, ...]:
    """As :func:`find_labels`, waited for: the network's answer serves every later cutout."""
    if await services.io.run(services.store.stat, maps_path(maps_key(asset.digest, services.matting))) is None:
        patience = services.settings.delivery.synchronous_wait_seconds
        await request_cutout(services, Lane(asset.cloud, asset.digest), CutoutOptions(), patience=patience)
    return await find_labels(services, asset)
