"""A file with the CDN's operations applied: what a copy keeps for good."""

from media.errors import NotFound, UnsupportedOperation
from media.formats.table import sniff
from media.records.asset import Asset
from proxy.delivery.derivation import read_source
from proxy.delivery.gate import OWNER, open_file
from proxy.delivery.synchronous import derive_now
from proxy.dialects.uploadcare import files
from proxy.dialects.uploadcare.cdn.concrete import Negotiated, negotiate_on
from proxy.dialects.uploadcare.cdn.semantics.compiler import Facts
from proxy.dialects.uploadcare.cdn.semantics.overlays import FILE, SELF
from proxy.dialects.uploadcare.cdn.syntax.url import read_directives
from proxy.dialects.uploadcare.document import is_image
from proxy.dialects.uploadcare.rest.auth import Refused
from proxy.dialects.uploadcare.settings import Uploadcare
from proxy.http.uploads import Arrival
from proxy.services import Services


async def baked(services: Services, source: Asset, effects: str) -> Arrival | None:
    """The bytes, and their name; None if ``effects`` leave the file as it is.

    Raises BadTransformation for what they cannot mean, DerivationPending if a cutout takes too long.
    """
    found = _compiled(services, source, effects)
    if found.compiled.document:
        raise Refused(400, "Operations that answer JSON cannot be baked into a copy.")
    if not found.compiled.is_processed:
        return None
    if not is_image(source):
        raise UnsupportedOperation("Operations are for images; the file is none.")
    layers = {name: await _layer(services, source, name) for name in found.chain.needs.sources}
    body = (await derive_now(services, source, found.chain.chain, layers)).body
    row = sniff(body)
    stem = source.display_name.rpartition(".")[0] or source.display_name
    return Arrival(body, f"{stem}.{row.name}" if row else source.display_name)


def _compiled(services: Services, source: Asset, effects: str) -> Negotiated:
    """For a client that accepts what every client does."""
    image = source.info.get("image") or {}
    facts, presets = Facts(source.format, image.get("orientation") or 1), services.settings.vendor(Uploadcare).presets
    return negotiate_on(facts, read_directives(effects), presets, {}, services.settings.delivery.auto_formats)


async def _layer(services: Services, source: Asset, name: str) -> Asset:
    layer = source if name == SELF else await files.find(services, source.cloud, name.removeprefix(FILE))
    if not is_image(layer):
        raise NotFound(f"The overlay {layer.public_id} is no image.")
    return layer


async def unchanged(services: Services, source: Asset) -> Arrival:
    """The bytes as they are."""
    return Arrival(await read_source(services, open_file(source, OWNER)[0]), source.display_name)
