"""make_derived(): a derivation ahead of its first request: what takes a network, then load · derive · keep."""

from media.derived.derived_assets import Derived, load_derived
from media.errors import MediaError
from media.render import derivation
from media.render.derivation import Order
from media.work.jobs import MADE
from worker.cutouts import make_cutout
from worker.renewal import locked
from worker.scenes import make_scene
from worker.services import Services
from worker.upkeep.marks import count_stored


def make_derived(services: Services, order: Order) -> Derived:
    """The derived asset, made and stored unless it is there, and listed; one worker at a time makes it.

    Raises SourceError or RequestError if the picture or the chain is at fault.
    """
    with locked(services.redis, order.key, services.settings.queue.lease_seconds):
        known = load_derived(services.store, order.key)
        if known is None:
            return _make(services, order)
    derivation.enlist(services.catalog(), order, known)
    return known


def _make(services: Services, order: Order) -> Derived:
    if order.needs.cutout is not None:
        make_cutout(services, order.source_digest, order.needs.cutout)
    if order.needs.scene:
        make_scene(services, order.source_digest)
    inputs = derivation.load(services.store, order)
    if inputs is None:
        raise MediaError(f"the cutout or the scene of {order.source_digest} vanished")
    made = derivation.derive(order, inputs, services.settings.limits)
    derivation.keep(services.store, services.catalog(), order, made)
    count_stored(services.redis, MADE, len(made.body))
    return made
