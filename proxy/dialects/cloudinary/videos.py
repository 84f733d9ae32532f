"""Films of a video: made by a worker, 423 until then, then a file of their own with ranges."""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response

from media.operations.needs import Needs
from media.records.asset import Asset
from media.video.order import VideoOrder
from proxy.delivery.gate import Grant, Hold, open_changed
from proxy.delivery.videos import WantedVideo, deliver_video
from proxy.dialects.cloudinary.access import check_addons
from proxy.dialects.cloudinary.semantics.video import Film
from proxy.dialects.cloudinary.tenant import find_cloud
from proxy.http.responses import Caching
from proxy.services import Services

Locate = Callable[[str], Awaitable[Asset]]


async def deliver_film(
    services: Services, asset: Asset, film: Film, grant: Grant, locate: Locate, request: Request, *, immutable: bool
) -> Response:
    """Raises DerivationPending while it is made, BadSignature, NotFound for what lies beneath, RateLimited."""
    removes = film.cutout is not None
    check_addons(find_cloud(services, asset.cloud), Needs(None, False, (), removes=removes), grant)
    source, hold = open_changed(services, asset, grant)
    beneath, moves, hold = await _beneath(services, film, grant, locate, hold)
    order = VideoOrder(source, film.format, cutout=film.cutout, beneath=beneath, beneath_moves=moves, **film.fields)
    caching = hold.bounded(Caching(services.settings.delivery.max_age_seconds, immutable=immutable))
    return await deliver_video(services, WantedVideo(order, asset.cloud), caching, request)


async def _beneath(services: Services, film: Film, grant: Grant, locate: Locate, hold: Hold) -> tuple[str, bool, Hold]:
    if not film.underlay:
        return "", False, hold
    asset = await locate(film.underlay)
    digest, own = open_changed(services, asset, grant, is_beside=True)
    return digest, asset.resource_type == "video", hold.joined(own)
