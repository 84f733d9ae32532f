"""Files by uuid: kept, stored, changed, deleted. The record of a file is an asset, its uuid the public id.

``resource_type`` and ``type`` are Uploadcare's own, so no URL of another API names a file; the source lies under its
digest as every other API's, so one picture is one source and one cutout.

======================  ===============================================================================
``public_id``           the uuid, which also tells when the file came (:mod:`.identity`)
``display_name``        the file name, whole
``format`` and sides    as of every asset; "" and 0 if the file is no picture
``metadata``, ``tags``  the vendor's
``info``                ``mime``; ``stored`` (unix seconds, none while the file is not stored); ``image``, what its
                        header says; ``appdata`` of add-ons
``expires_at``          when a file goes that is not stored
======================  ===============================================================================

What is listed by time: files, and what was deleted (:class:`.timeline.Timeline`). An index entry is written before its
record and deleted after it, so what is there is always listed.
"""

import mimetypes
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, astuple, dataclass, field, replace
from typing import Any

from media.errors import AlreadyExists, LimitExceeded, NotFound, SourceError, UnsupportedFormat
from media.formats.source import open_source
from media.formats.table import sniff
from media.records import expiry
from media.records.asset import Asset, Document, SourceRef
from media.records.catalog import Catalog
from media.records.expiry import EXPIRING, Expiry
from media.records.sources import check_source
from media.stores.store import Store
from media.work.jobs import UNSIGNED
from proxy.delivery.ingest import keep_source
from proxy.dialects.uploadcare import identity
from proxy.dialects.uploadcare.document import Removed, is_stored
from proxy.dialects.uploadcare.image_info import image_info
from proxy.dialects.uploadcare.settings import Uploadcare
from proxy.dialects.uploadcare.timeline import Timeline, places
from proxy.http.uploads import Arrival
from proxy.services import Services

RESOURCE_TYPE, TYPE = "file", "uploadcare"
FILES, REMOVED = "uploadcare_files", "uploadcare_removed"
UNKNOWN_TYPE = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class Said:
    """What a client says of a file that it brings; ``is_unsigned``: without proving that it has the secret."""

    filename: str
    is_stored: bool
    mime: str = ""
    metadata: Mapping[str, str] = field(default_factory=dict)
    tags: tuple[str, ...] = ()
    is_unsigned: bool = False


def ref_of(cloud: str, file_uuid: str) -> SourceRef:
    return SourceRef(cloud, RESOURCE_TYPE, TYPE, file_uuid)


async def find(services: Services, cloud: str, file_uuid: str) -> Asset:
    """A file of a cloud. Raises NotFound."""
    known = identity.is_uuid(file_uuid)
    asset = await services.io.run(services.catalog.get, cloud, RESOURCE_TYPE, TYPE, file_uuid) if known else None
    return check_there(asset)


async def find_anywhere(services: Services, file_uuid: str) -> Asset:
    """A file of any cloud, for hosts that do not name one: a uuid is known to whom it was given. Raises NotFound."""
    known = identity.is_uuid(file_uuid)
    asset = await services.io.run(services.catalog.get_by_asset_id, identity.asset_id(file_uuid)) if known else None
    return check_there(asset if asset is not None and asset.public_id == file_uuid else None)


def find_all(catalog: Catalog, cloud: str, file_uuids: Iterable[str]) -> list[Asset]:
    """Those of them that are there."""
    found = catalog.get_all([ref_of(cloud, each) for each in file_uuids])
    return [asset for asset in found if not _is_over(asset)]


def check_there(asset: Asset | None) -> Asset:
    """Raises NotFound."""
    if asset is None or asset.type != TYPE or _is_over(asset):
        raise NotFound("Not found.")
    return asset


def _is_over(asset: Asset) -> bool:
    """A file that was not stored in time is gone, though nobody has swept yet."""
    return 0 < asset.expires_at <= time.time()


async def keep(services: Services, cloud: str, arrival: Arrival, said: Said, file_uuid: str = "") -> Asset:
    """Bytes → a new file, of ``file_uuid`` if one was promised. What cannot be read as a picture is a file as well.

    Raises LimitExceeded for too many bytes, Unavailable if there is no room for files without a signature.
    """
    if said.is_unsigned:
        services.room.take_or_refuse(UNSIGNED, len(arrival.body))
    ref = ref_of(cloud, file_uuid or identity.new_uuid(time.time()))
    return await enter(services, await _described(services, ref, arrival, said), said)


async def enter(services: Services, asset: Asset, said: Said) -> Asset:
    """Record a file whose bytes are stored; one that is there already stays as it is.

    Raises NotFound for a uuid whose file is over.
    """
    settings = services.settings.vendor(Uploadcare)
    named = prepared(asset, said, settings.unstored_seconds)
    return await services.io.run(_record, services.store, services.catalog, named, settings.removed_seconds)


def prepared(asset: Asset, said: Said, unstored_seconds: int) -> Asset:
    """The record of a file, as it comes in."""
    now = time.time()
    return replace(
        asset,
        asset_id=identity.asset_id(asset.public_id),
        display_name=said.filename,
        metadata=dict(said.metadata),
        tags=said.tags,
        unsigned=said.is_unsigned,
        expires_at=0 if said.is_stored else int(now) + unstored_seconds,
        info={**asset.info, **({"stored": now} if said.is_stored else {})},
    )


def _record(store: Store, catalog: Catalog, asset: Asset, removed_seconds: int) -> Asset:
    index(catalog, asset, removed_seconds)
    for digest in asset.parts or (asset.digest,):
        check_source(store, digest)
    try:
        return catalog.save(asset, overwrite=False)
    except AlreadyExists:
        return check_there(catalog.get(*astuple(asset.ref)))


async def _described(services: Services, ref: SourceRef, arrival: Arrival, said: Said) -> Asset:
    row = sniff(arrival.body)
    if row is not None and row.readable:
        try:
            asset = await keep_source(services, arrival, replace(ref, resource_type="image"))
        except (UnsupportedFormat, SourceError, LimitExceeded):
            # Half a picture, or one that is too large to be worked on: a file as others are.
            row = None
        else:
            most = services.settings.limits.max_source_pixels
            image = await services.pixels.run(_image, arrival.body, most)
            return replace(asset, resource_type=RESOURCE_TYPE, info={"mime": row.mime, "image": image})
    asset = await keep_source(services, arrival, ref)
    return replace(asset, format="", info={"mime": mime_of(said)})


def _image(body: bytes, max_pixels: int) -> dict[str, Any]:
    return image_info(open_source(body, max_pixels=max_pixels))


def mime_of(said: Said) -> str:
    """As the client says, else as the name does; never as a picture, which this is none of."""
    given = said.mime.partition(";")[0].strip().lower()
    kind, slash, sub = given.partition("/")
    if slash and kind.isascii() and given.isprintable() and sub and kind != "image" and given != UNKNOWN_TYPE:
        return given[:100]
    guessed = mimetypes.guess_type(said.filename)[0] or UNKNOWN_TYPE
    return guessed if not guessed.startswith("image/") else UNKNOWN_TYPE


def index(catalog: Catalog, asset: Asset, removed_seconds: int) -> None:
    """To be called before a file is recorded."""
    for entry in entries_of(asset, removed_seconds):
        catalog.records(entry["kind"]).put(entry["name"], entry["document"])


def entries_of(asset: Asset, removed_seconds: int, document: Document | None = None) -> list[Document]:
    """What lists a file, and what lets it go: ``kind``, ``name`` and ``document`` of each. ``document`` is the file's
    if it is not known yet, a gap (:mod:`media.work.webhook`)."""
    listed = [{"kind": kind, "name": name, "document": {}} for kind, name in _files(asset)]
    if not asset.expires_at:
        return listed
    going = expiry_of(asset, asset.expires_at, removed_seconds, document)
    return [*listed, {"kind": EXPIRING, "name": going.name, "document": asdict(going)}]


def _files(asset: Asset) -> list[tuple[str, str]]:
    return places(FILES, asset.cloud, asset.public_id)


def expiry_of(asset: Asset, moment: int, removed_seconds: int, document: Document | None = None) -> Expiry:
    """What goes with a file, and what is left of it."""
    files, removed = (places(kind, asset.cloud, asset.public_id) for kind in (FILES, REMOVED))
    left = Expiry(asset.asset_id, f"{REMOVED}:{asset.cloud}", moment + removed_seconds, taken=removed)
    documents: list[Document] = [{}, {"asset": document or asset.to_document(), "removed": moment}, asdict(left)]
    return Expiry(
        asset.asset_id, asset.cloud, moment, asset.ref, taken=files,
        left=[(*place, document) for place, document in zip((*removed, (EXPIRING, left.name)), documents, strict=True)],
    )  # fmt: skip


async def store(services: Services, asset: Asset) -> Asset:
    """Keep a file for good; one that is stored already stays as it is. Raises NotFound if it is gone meanwhile."""
    return await services.io.run(_store, services.catalog, asset, services.settings.vendor(Uploadcare).removed_seconds)


def _store(catalog: Catalog, asset: Asset, removed_seconds: int) -> Asset:
    now = time.time()

    def kept(found: Asset) -> Asset:
        return found if is_stored(found) else replace(found, expires_at=0, info={**found.info, "stored": now})

    stored = catalog.update(asset.ref, kept)
    if asset.expires_at:
        expiry.forget(catalog, expiry_of(asset, asset.expires_at, removed_seconds))
    return stored


async def delete(services: Services, asset: Asset) -> Removed:
    """The bytes go once no record of any API names them."""
    return await services.io.run(_delete, services.catalog, asset, services.settings.vendor(Uploadcare).removed_seconds)


def _delete(catalog: Catalog, asset: Asset, removed_seconds: int) -> Removed:
    now = int(time.time())
    going = expiry_of(asset, now, removed_seconds)
    for kind, name, document in going.left:
        catalog.records(kind).put(name, document)
    catalog.delete(asset.ref)
    for kind, name in going.taken:
        catalog.records(kind).delete(name)
    if asset.expires_at:
        expiry.forget(catalog, expiry_of(asset, asset.expires_at, removed_seconds))
    return Removed(asset, now)


async def find_removed(services: Services, cloud: str, file_uuid: str) -> Removed:
    """A file that was deleted and is still listed as such. Raises NotFound."""
    known = identity.is_uuid(file_uuid)
    removed = Timeline(services.catalog, REMOVED, cloud)
    return as_removed(await services.io.run(removed.get, file_uuid) if known else None)


def as_removed(document: dict[str, Any] | None) -> Removed:
    if document is None:
        raise NotFound("Not found.")
    return Removed(Asset.from_document(document["asset"]), document["removed"])


async def change(services: Services, asset: Asset, edit: Callable[[Asset], Asset]) -> Asset:
    """Raises NotFound if the file is gone meanwhile."""
    return await services.io.run(services.catalog.update, asset.ref, edit)
