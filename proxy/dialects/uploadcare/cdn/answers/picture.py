"""A picture after its directives: compiled, negotiated, derived."""

from starlette.responses import Response

from media.errors import NotFound, UnsupportedOperation
from media.formats.source import SourceInfo
from media.records.asset import Asset
from media.render.plan import plan
from proxy.delivery.deliver import Delivery, deliver
from proxy.delivery.gate import Passed, open_chain
from proxy.delivery.patience import patience_of
from proxy.dialects.uploadcare import files
from proxy.dialects.uploadcare.cdn.access import check_beside
from proxy.dialects.uploadcare.cdn.answers.opened import EXPOSED, Opened, caching
from proxy.dialects.uploadcare.cdn.concrete import Negotiated, negotiate_on
from proxy.dialects.uploadcare.cdn.semantics.compiler import Facts
from proxy.dialects.uploadcare.cdn.semantics.overlays import FILE, SELF
from proxy.dialects.uploadcare.document import mime_of
from proxy.dialects.uploadcare.settings import Uploadcare
from proxy.http.responses import disposition
from proxy.services import Services


def negotiated(services: Services, opened: Opened) -> Negotiated:
    """Raises BadTransformation."""
    image, settings = opened.asset.info.get("image") or {}, services.settings
    facts = Facts(opened.asset.format, image.get("orientation") or 1)
    presets = settings.vendor(Uploadcare).presets
    formats = settings.delivery.auto_formats
    return negotiate_on(facts, opened.directives, presets, opened.request.headers, formats)


async def passed(services: Services, opened: Opened, found: Negotiated) -> Passed:
    """What the directives need, once it is clear that this request may have it."""
    check_is_image(opened)

    async def locate(source: str) -> Asset:
        return opened.asset if source == SELF else await _overlay(services, opened, source.removeprefix(FILE))

    return await open_chain(services, opened.asset, found.chain, locate, opened.grant)


def check_is_image(opened: Opened) -> None:
    if not opened.is_image:
        raise UnsupportedOperation(f"Operations are for images; the file is {mime_of(opened.asset)}.")


async def _overlay(services: Services, opened: Opened, file: str) -> Asset:
    """Another file of the same account."""
    check_beside(opened.token, file)
    asset = await files.find(services, opened.asset.cloud, file)
    if not asset.width:
        raise NotFound(f"The overlay {file} is no image.")
    return asset


async def picture(services: Services, opened: Opened, found: Negotiated) -> Response:
    ready = await passed(services, opened, found)
    delivery = Delivery(
        ready,
        caching(services, found.vary),
        patience=patience_of(opened.request.headers, services.settings.delivery),
        headers={
            **_disposition(opened, found),
            **_sides(services, opened, found),
            "Access-Control-Expose-Headers": EXPOSED,
        },
    )
    return await deliver(services, delivery, opened.request)


def _disposition(opened: Opened, found: Negotiated) -> dict[str, str]:
    """A picture that is shown has the name of the address alone: its own may end in another format's extension."""
    if found.compiled.inline is False:
        return disposition("attachment", opened.name)
    return disposition("inline", opened.file_name)


def _sides(services: Services, opened: Opened, found: Negotiated) -> dict[str, str]:
    """Of the result, unless only its pixels can tell."""
    asset = opened.asset
    info = SourceInfo(asset.format, asset.width, asset.height)
    size = plan(found.chain.chain, info, services.settings.limits).size
    return {"X-Image-Width": str(size.width), "X-Image-Height": str(size.height)} if size else {}
