"""From the name in a URL to an asset: the catalog, or for a remote address the origin behind it."""

import logging
import time
from datetime import datetime
from urllib.parse import unquote

from media.errors import MediaError, NotFound, OriginError, Unavailable
from media.records.asset import SAID, Asset, SourceRef
from media.work.jobs import GUESTS
from proxy.delivery.ingest import keep_guest, record
from proxy.http.uploads import Arrival
from proxy.services import Services

log = logging.getLogger("cutout.sources")

FETCH = "fetch"
#: Scheme of addresses that lead into our own catalog.
OWN = "cloud://"


async def find_asset(services: Services, ref: SourceRef) -> Asset | None:
    """The asset of this name; one that is deleted and only kept for being restored is none."""
    asset = await services.io.run(services.catalog.get, ref.cloud, ref.resource_type, ref.type, ref.public_id)
    return None if asset is None or asset.placeholder else asset


async def own_asset(services: Services, address: str) -> Asset:
    """The asset behind ``cloud://<cloud>/<public id>[.ext]``: an operator's alias for what is stored here.

    Raises NotFound. Never give it an address that a client wrote: it opens any cloud.
    """
    cloud, _, name = address.removeprefix(OWN).partition("/")
    public_id = unquote(name)
    for candidate in (public_id, public_id.rpartition(".")[0]):
        asset = await find_asset(services, SourceRef(cloud, "image", "upload", candidate)) if candidate else None
        if asset is not None:
            return asset
    raise NotFound(f"Resource not found - {public_id}")


async def fetch_asset(services: Services, cloud: str, url: str) -> Asset:
    """The asset of a remote image, fetched if it is new or older than ``origin.max_age_seconds``.

    Concurrent first requests fetch once. If the origin fails, a stale copy is better than none.
    Raises what :meth:`media.network.origin.OriginFetcher.fetch` and :func:`proxy.delivery.ingest.receive` raise.
    """
    ref = SourceRef(cloud, "image", FETCH, url)
    known = await find_asset(services, ref)
    if known is not None and _age_seconds(known) < services.settings.origin.max_age_seconds:
        return known
    try:
        return await services.flights.run(f"fetch:{cloud}:{url}", lambda: _fetch(services, ref, known))
    except (OriginError, Unavailable) as error:
        if known is None:
            raise
        log.warning("serving a stale copy of %s: %s", url, error)
        return known


async def _fetch(services: Services, ref: SourceRef, known: Asset | None) -> Asset:
    services.room.check(GUESTS)
    kept, most = (
        {name: getattr(known, name) for name in SAID} if known else {},
        services.settings.limits.max_source_bytes,
    )
    # Until it is kept: what waits to be judged is held as well.
    with services.bodies.lent() as charge:
        fetched = await services.origin.fetch(ref.public_id, max_bytes=most, charge=charge)
        source = await keep_guest(services, Arrival(fetched.body), ref)
    return await record(services, source, kept)


def _age_seconds(asset: Asset) -> float:
    try:
        return time.time() - datetime.fromisoformat(asset.uploaded_at).timestamp()
    except ValueError as error:
        raise MediaError(f"the record of {asset.public_id} has no readable time") from error
