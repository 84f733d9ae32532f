"""One derivation, for proxy and worker.

::

    order_for      source, chain, layers → its key and what it needs (pure)
    is_ready       whether what takes a network, cutout and scene, is made
    load           store → everything it is made from
    derive         open · plan · render
    keep           result → store, and the list of its asset

Synchronous and without Redis: the proxy runs the last three in its pools, the worker one after the other.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from media.config import Limits
from media.cutout import CutoutOptions, StoredCutout
from media.deadline import stop_at
from media.derived.cutouts import has_cutout, load_cutout
from media.derived.derived_assets import Derived, save_derived
from media.derived.keys import ConcreteChain, cutout_key, derived_key
from media.derived.scenes import has_scene, load_scene
from media.errors import NotFound
from media.formats.cutout import open_cutout
from media.formats.source import Source, open_source
from media.formats.table import sniff
from media.language.chain import Chain
from media.operations.needs import Needs, is_paired
from media.records.asset import DerivedEntry
from media.records.catalog import Catalog
from media.records.sources import load_source
from media.render.cutting import Find, none_made
from media.render.layers import Layers, layers_of
from media.render.plan import plan
from media.render.render import render
from media.scene.scene import Scene
from media.stores.store import Store


@dataclass(frozen=True, slots=True)
class Listing:
    """Where a derived asset is listed: with its asset, under what was written to ask for it; ``eager``: by its owner,
    ahead of the first request."""

    asset_id: str
    transformation: str
    extension: str
    eager: bool = False


@dataclass(frozen=True, slots=True)
class Order:
    """A derived asset to be made: a concrete chain on a source.

    ``layers`` maps the chain's sources to digests; ``key`` is the result's identity, ``cutout_key`` that of the cutout
    which the chain begins with (empty: it begins with the source); ``matting`` names the network. Without a ``listing``
    the result is kept and listed nowhere. ``cloud`` is the tenant who has it made.
    """

    source_digest: str
    chain: Chain
    layers: Mapping[str, str]
    matting: str
    key: str
    needs: Needs
    cutout_key: str
    listing: Listing | None = None
    cloud: str = ""

    @property
    def needs_network(self) -> bool:
        """Whether a worker must have seen the source."""
        return self.needs.removes or self.needs.scene

    @property
    def cutouts(self) -> tuple[tuple[str, CutoutOptions], ...]:
        """What is cut out of the source and of layers: digests and options."""
        own = ((self.source_digest, self.needs.cutout),) if self.needs.cutout else ()
        return (*own, *((self.layers[name], options) for name, options in self.needs.layer_cutouts))


def order_for(
    source_digest: str,
    concrete: ConcreteChain,
    layers: Mapping[str, str],
    matting: str,
    listing: Listing | None = None,
    cloud: str = "",
) -> Order:
    chain, needs = concrete.chain, concrete.needs
    key = derived_key(source_digest, concrete, layers, matting)
    cutout = cutout_key(source_digest, matting, needs.cutout) if needs.cutout else ""
    return Order(source_digest, chain, layers, matting, key, needs, cutout, listing, cloud)


class Opening(Protocol):
    def __call__(self, *, max_pixels: int) -> Source: ...


@dataclass(frozen=True, slots=True)
class Inputs:
    """What a derivation is made from: what opens the source or its stored cutout, bytes by layer source, the scene.

    ``cutout`` opens what goes through the first steps beside the source; ``find`` looks for cutouts of other pictures.
    """

    opening: Opening
    layers: Mapping[str, bytes]
    scene: Scene | None
    cutout: Opening | None = None
    find: Find = none_made


def is_ready(store: Store, order: Order) -> bool:
    """Whether :func:`load` finds the cutouts and the scene that ``order`` needs."""
    keys = (cutout_key(source, order.matting, options) for source, options in order.cutouts)
    if not all(has_cutout(store, key) for key in keys):
        return False
    return not order.needs.scene or has_scene(store, order.source_digest, order.matting)


def load(store: Store, order: Order, *, scene_required: bool = True) -> Inputs | None:
    """None while a cutout, or a scene that is required, has not been made. Raises NotFound if a source is gone."""
    cutout = load_cutout(store, order.cutout_key) if order.cutout_key else None
    scene = load_scene(store, order.source_digest, order.matting) if order.needs.scene else None
    if (order.cutout_key and cutout is None) or (order.needs.scene and scene_required and scene is None):
        return None
    layers = {name: read_source(store, digest) for name, digest in order.layers.items()}

    def find(source_digest: str, options: CutoutOptions) -> StoredCutout | None:
        return load_cutout(store, cutout_key(source_digest, order.matting, options))

    cut = partial(open_cutout, cutout) if cutout else None
    if cut and not is_paired(order.chain):
        return Inputs(cut, layers, scene, find=find)
    return Inputs(partial(open_source, read_source(store, order.source_digest)), layers, scene, cut, find)


def derive(order: Order, inputs: Inputs, limits: Limits, *, until: float = math.inf) -> Derived:
    """The derived asset; not final if a scene is needed and none was loaded. Raises what rendering raises,
    Unavailable at ``until`` (:func:`time.monotonic`), when nobody waits any more."""
    with stop_at(until):
        source, cutout, layers = open_inputs(order, inputs, limits)
        rendered = render(plan(order.chain, source.info, limits), source, layers, inputs.scene, cutout)
    found = [source.confidence, cutout.confidence if cutout else None, layers.cutting.confidence]
    confidence = min((each for each in found if each is not None), default=None)
    return Derived(rendered.body, confidence, is_final=inputs.scene is not None or not order.needs.scene)


def open_inputs(order: Order, inputs: Inputs, limits: Limits) -> tuple[Source, Source | None, Layers]:
    """The source, its cutout if that goes through the first steps beside it, and the layers."""
    most = limits.max_source_pixels
    layers = layers_of(inputs.layers, order.layers, max_pixels=most, find=inputs.find)
    return inputs.opening(max_pixels=most), inputs.cutout(max_pixels=most) if inputs.cutout else None, layers


def keep(store: Store, catalog: Catalog, order: Order, derived: Derived) -> None:
    """Store what is final, then list it."""
    if derived.is_final:
        save_derived(store, order.key, derived)
        enlist(catalog, order, derived)


def enlist(catalog: Catalog, order: Order, derived: Derived) -> None:
    """Put it on the list of what was derived from its asset, if the order names one."""
    if order.listing is not None:
        row = sniff(derived.body)
        entry = _entry(order, order.listing, row.name if row else "", len(derived.body))
        catalog.note_derived(order.listing.asset_id, order.source_digest, entry)


def open_ahead(catalog: Catalog, order: Order) -> None:
    """Let anybody have what the order makes, before it is made."""
    if order.listing is not None:
        catalog.order_derived(order.listing.asset_id, order.source_digest, _entry(order, order.listing, "", 0))


def _entry(order: Order, listing: Listing, name: str, size: int) -> DerivedEntry:
    return DerivedEntry(
        key=order.key, transformation=listing.transformation, extension=listing.extension, format=name, bytes=size,
        eager=listing.eager,
    )  # fmt: skip


def read_source(store: Store, digest: str) -> bytes:
    body = load_source(store, digest)
    if body is None:
        raise NotFound("Resource not found: its source is no longer in the store")
    return body
