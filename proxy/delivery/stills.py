"""Single frames of videos, as photographs: decoded by a child, kept as sources, so that every operation works on them.

A still is the video's own asset with another source: whatever restricts the video restricts it.
"""

import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

from media.deadline import checkpoint
from media.derived.keys import digest
from media.errors import RequestError, SourceError
from media.isolation.children import children
from media.language.chain import canonical
from media.records.asset import Asset, Document, SourceRef
from media.records.sources import retired_path, source_path
from media.stores.store import copy
from media.video.facts import read_facts
from media.work.conversion import STILLS
from proxy.delivery.gate import Grant, open_changed
from proxy.delivery.ingest import keep_guest
from proxy.http.uploads import Arrival
from proxy.services import Services

#: The delivery type that names stills; they have no record of an asset.
TYPE = "still"
#: What a still has of its own.
FACTS = ("width", "height", "format", "digest", "etag", "bytes", "has_alpha", "pages", "resource_type")


@dataclass(frozen=True, slots=True)
class Moment:
    """A video by its digest, and seconds in it; None: its middle."""

    source: str
    seconds: float | None


async def find_still(services: Services, video: Asset, grant: Grant, seconds: float | None) -> Asset:
    """The frame that is shown at ``seconds``, None: in the middle. Raises RequestError, SourceError."""
    moment = Moment(open_changed(services, video, grant)[0], seconds)
    key = digest(canonical([TYPE, moment.source, seconds]).encode())
    found = await services.io.run(services.catalog.records(STILLS).get, key)
    if found is None:
        found = await services.flights.run(f"still:{key}", lambda: _make(services, video.cloud, moment, key))
    return replace(video, **{name: found["files"][0]["source"][name] for name in FACTS})


async def _make(services: Services, cloud: str, moment: Moment, key: str) -> Document:
    await services.floods.admit(cloud, key)
    body = await services.stills.run(_decode, services, moment)
    kept = await keep_guest(services, Arrival(body, "still.png"), SourceRef(cloud, "image", TYPE, key))
    document: Document = {"files": [{"source": kept.to_document(), "layers": {}}]}
    await services.io.run(services.catalog.records(STILLS).put, key, document)
    return document


def _decode(services: Services, moment: Moment) -> bytes:
    # Who asked may be gone: a film is not copied for nobody.
    checkpoint()
    limits, paths = services.settings.limits, (source_path(moment.source), retired_path(moment.source))
    with tempfile.TemporaryDirectory(dir=services.settings.server.temporary_folder or None) as folder:
        path = Path(folder) / "video"
        with path.open("wb") as file:
            found = any(copy(services.store, each, file) for each in paths)
        if not found:
            raise SourceError("The video is no longer in the store.")
        facts = read_facts(path, limits)
        shown = facts.duration / 2 if moment.seconds is None else moment.seconds
        if shown >= facts.duration:
            raise RequestError(f"so must be within the video's {facts.duration:.2f} seconds, got {shown:g}")
        told = {"path": str(path), "seconds": shown, "max_pixels": limits.max_video_pixels}
        return bytes(children().run("still", told).blobs[0])
