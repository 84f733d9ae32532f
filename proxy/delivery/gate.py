"""The gate: the only place where a request turns an asset of the catalog into the digest of its bytes.

::

    the asset               unchanged    changed                               as a layer   as a font, a profile
    type private            owner        anybody                               owner        never found
    type authenticated      owner        owner                                 owner        anybody
    with access_control     owner, or anybody while an "anonymous" rule's time runs: everywhere
    of a strict cloud       anybody      owner, or what the Admin API allows,
                                         or what its owner had made ahead (eager)

The owner is who signs the URL, or brings a token or a secret (:class:`Grant`). Judged is the compiled chain by what it
does to this picture, never its text: for a private asset, one that changes no pixel shows it unchanged, whatever its
format, quality and flags; for a strict cloud, unchanged are the stored bytes alone.
"""

import math
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from media.derived.keys import ConcreteChain
from media.errors import BadSignature
from media.language.chain import Chain, Output
from media.network.loops import has_passed_us
from media.records.access_rules import open_until
from media.records.asset import Asset
from media.render import derivation
from media.render.comparison import is_changed
from media.render.derivation import Listing, Order, order_for
from proxy.delivery.derivation import find_or_derive, read_source
from proxy.delivery.patience import IMPATIENT, Patience
from proxy.http.responses import Caching
from proxy.services import Services

PRIVATE, AUTHENTICATED = "private", "authenticated"
#: Delivery types that a layer shows only to the owner.
OWNED = (PRIVATE, AUTHENTICATED)
#: How a source of a chain begins that is fetched.
REMOTE = "fetch:"
NOT_ALLOWED = "The transformation is not allowed: it needs a signed URL"


def _any_asset(asset: Asset) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Grant:
    """What a request has proved: that the cloud's owner made it, and until when (unix seconds, None: for ever).

    ``covers`` tells whether it speaks of assets that the request does not name in its path; ``is_allowed``: a strict
    cloud lets the transformation through unsigned.
    """

    is_owner: bool = False
    until: float | None = None
    covers: Callable[[Asset], bool] = _any_asset
    is_allowed: bool = False

    def beside(self, asset: Asset) -> "Grant":
        """The grant for a layer, or for the picture shown in place of a missing one."""
        return self if self.covers(asset) else replace(self, is_owner=False)


ANYBODY, OWNER = Grant(), Grant(is_owner=True)


@dataclass(frozen=True, slots=True)
class Hold:
    """How an answer may be kept: ``is_private`` by the client alone, and not beyond ``until`` (unix seconds)."""

    is_private: bool = False
    until: float | None = None

    def joined(self, other: "Hold") -> "Hold":
        ends = [end for end in (self.until, other.until) if end is not None]
        return Hold(self.is_private or other.is_private, min(ends, default=None))

    def bounded(self, caching: Caching) -> Caching:
        if not self.is_private:
            return caching
        left = caching.max_age if self.until is None else max(0, int(self.until - time.time()))
        return replace(caching, private=True, immutable=False, max_age=min(caching.max_age, left))


@dataclass(frozen=True, slots=True)
class Passed:
    """A derived asset that may be answered, or the original if the chain leaves nothing to do."""

    order: Order
    hold: Hold
    is_original: bool


def open_file(asset: Asset, grant: Grant) -> tuple[str, Hold]:
    """The digest of an asset that is answered as it is. Raises BadSignature."""
    _check_original(asset, grant)
    return asset.digest, check(asset, grant)


def open_changed(services: Services, asset: Asset, grant: Grant, *, is_beside: bool = False) -> tuple[str, Hold]:
    """The digest of a video, or of what lies beneath it, of which something else is made. Raises BadSignature."""
    cloud = services.settings.clouds.get(asset.cloud)
    if cloud and cloud.strict and not (grant.is_owner or grant.is_allowed):
        raise BadSignature("The transformation is not allowed: it needs a signed URL")
    grant = grant.beside(asset) if is_beside else grant
    return asset.digest, check(asset, grant, is_beside=is_beside)


async def open_chain(
    services: Services,
    asset: Asset,
    chain: ConcreteChain,
    locate: Callable[[str], Awaitable[Asset]],
    grant: Grant,
    *,
    listing: Listing | None = None,
    patience: Patience = IMPATIENT,
) -> Passed:
    """``chain`` on an asset and on what ``locate`` finds for its sources.

    A private asset costs a comparison for each chain that may leave it unchanged. Raises BadSignature, and what
    ``locate`` and :func:`find_or_derive` raise.
    """
    hold, is_original = check(asset, grant), _shows_bytes(asset, chain.chain)
    cloud = services.settings.clouds.get(asset.cloud)
    # Strict means what is written, too: a transformation that leaves nothing to do is one.
    is_plain = is_original and not (listing and listing.transformation)
    is_closed = bool(cloud and cloud.strict and not (is_plain or grant.is_owner or grant.is_allowed))
    if is_closed and (listing is None or any(source.startswith(REMOTE) for source in chain.needs.sources)):
        # Nothing is fetched for a stranger to learn that it is not for him.
        raise BadSignature(NOT_ALLOWED)
    layers = {}
    for source in chain.needs.sources:
        layer = await locate(source)
        hold = hold.joined(check(layer, grant.beside(layer), is_beside=True))
        layers[source] = layer.digest
    order = order_for(asset.digest, chain, layers, services.matting, listing, asset.cloud)
    if is_closed and not await services.io.run(services.catalog.is_eager, asset.asset_id, asset.digest, order.key):
        raise BadSignature(NOT_ALLOWED)
    if asset.type == PRIVATE and not grant.is_owner and not await _is_changed(services, order, patience):
        _check_original(asset, grant)
    return Passed(order, hold, is_original)


def check(asset: Asset, grant: Grant, *, is_beside: bool = False) -> Hold:
    """What holds for an asset whatever is made of it; ``is_beside``: as a layer or a file. Raises BadSignature."""
    is_drawn_with = is_beside and asset.resource_type == "raw"
    if asset.type in OWNED and not is_drawn_with:
        check_type(asset.type, grant, is_beside=is_beside)
    # What a token opened is for the client that has the token, whatever it is.
    is_private = grant.until is not None or (grant.is_owner and asset.type in OWNED and not is_drawn_with)
    hold = Hold(is_private, grant.until)
    if asset.access_control:
        hold = hold.joined(Hold(True, None if grant.is_owner else _open_until(asset)))
    if (asset.access_control or (hold.until is not None and asset.type in OWNED)) and has_passed_us():
        raise BadSignature("What is open for a time is not given to a proxy that would keep it for longer")
    return hold


def check_type(delivery_type: str, grant: Grant, *, is_beside: bool = False) -> None:
    """The part of :func:`check` that needs no record: what nobody may see is refused before it is looked up."""
    if grant.is_owner:
        return
    if is_beside and delivery_type in OWNED:
        raise BadSignature("A private layer needs a signed URL")
    if delivery_type == AUTHENTICATED:
        raise BadSignature("Resource of type authenticated needs a signed URL")


def is_restricted(asset: Asset) -> bool:
    return asset.type in OWNED or bool(asset.access_control)


def _shows_bytes(asset: Asset, chain: Chain) -> bool:
    """Whether the stored bytes are the answer: nothing to do, and no other format asked for."""
    return not chain.steps and chain.output in (Output(), Output(candidates=(asset.format,)))


def _check_original(asset: Asset, grant: Grant) -> None:
    if asset.type == PRIVATE and not grant.is_owner:
        raise BadSignature("Resource of type private needs a signed URL, unless it is transformed")


async def _is_changed(services: Services, order: Order, patience: Patience) -> bool:
    """Whether the picture differs from its source; remembered, since neither ever changes."""
    known = False if not order.chain.steps else services.verdicts.get(order.key)
    if known is not None:
        return known
    # The cutout and the scene are made by now, as far as they will be for this request.
    derived, until = await find_or_derive(services, order, patience=patience), services.deadline()
    async with services.slots.one():
        inputs = await services.io.run(derivation.load, services.store, order, scene_required=derived.is_final)
        original = await read_source(services, order.source_digest)
        if inputs is None:
            return False
        verdict = await services.pixels.run(is_changed, order, inputs, original, services.settings.limits, until=until)
    if derived.is_final:
        services.verdicts.put(order.key, verdict)
    return verdict


def _open_until(asset: Asset) -> float | None:
    """When the time runs out in which anybody may have it; None: never. Raises BadSignature if it does not run."""
    end = open_until(asset.access_control, time.time())
    if end is None:
        raise BadSignature(f"Access to {asset.public_id} is restricted: deny or ACL failure")
    return None if math.isinf(end) else end
