"""The records of the catalog: what is known of a source beside its bytes.

A record outlives the version of the code that wrote it: fields it does not know are kept in ``unknown`` and
written back, fields that an older version did not write get their defaults.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Self

Document = dict[str, Any]

#: What the Admin API says of an asset, and holds whatever the origin of a fetched one sends next.
SAID = (
    "access_control",
    "tags",
    "context",
    "metadata",
    "moderation",
    "headers",
    "asset_folder",
    "display_name",
    "related",
)


@dataclass(frozen=True, slots=True)
class SourceRef:
    """What names an asset in URLs. A remote source has the type ``fetch`` and its URL as ``public_id``."""

    cloud: str
    resource_type: str
    type: str
    public_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Backup:
    """An earlier version of an asset's source; its bytes still lie under ``digest``."""

    version_id: str
    version: int
    digest: str
    format: str
    width: int
    height: int
    pages: int
    bytes: int
    etag: str
    has_alpha: bool
    uploaded_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DerivedEntry:
    """A derived asset as a listing shows it. ``key`` is its identity, see :mod:`media.derived.keys`; ``transformation``
    is the text that first asked for it, ``extension`` what its URL ends in. ``eager``: the owner had it made ahead, so
    anybody may have it; of no ``bytes`` while it is yet to be made."""

    key: str
    transformation: str
    extension: str
    format: str
    bytes: int
    eager: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Asset:
    """The record of a source: its names, its facts, and what clients said about it.

    ``digest`` is the SHA-256 of the source (where its bytes lie), ``etag`` its MD5 (what clients compare).

    ``asset_id`` never changes, ``version`` grows with every upload (unix seconds). Times are ISO 8601 in UTC
    (``2026-11-21T05:42:00Z``). ``info`` holds the answers of add-ons, JSON values only. ``backups`` are kept versions,
    the present one too if it is kept; ``placeholder`` marks an asset that is deleted but can be restored from them.
    ``faces`` and ``custom_coordinates`` are rectangles ``x, y, width, height`` in pixels; ``moderation`` is
    ``kind/status`` or empty; ``related`` holds asset ids,
    ``headers`` what delivery adds to its answer; ``unsigned`` an asset that was uploaded without a key.
    ``expires_at`` (unix seconds, 0: never) is when it goes by itself (:mod:`media.records.expiry`). The bytes of a file
    that is larger than any source lie in ``parts``, sources of their own in this order; nothing lies under its digest.
    """

    asset_id: str
    cloud: str
    resource_type: str
    type: str
    public_id: str
    version: int
    version_id: str
    format: str
    width: int
    height: int
    pages: int
    bytes: int
    digest: str
    etag: str
    has_alpha: bool
    created_at: str
    uploaded_at: str
    tags: tuple[str, ...] = ()
    context: Mapping[str, str] = field(default_factory=dict)
    info: Mapping[str, Any] = field(default_factory=dict)
    original_filename: str = ""
    asset_folder: str = ""
    display_name: str = ""
    placeholder: bool = False
    backups: tuple[Backup, ...] = ()
    metadata: Mapping[str, Any] = field(default_factory=dict)
    faces: tuple[tuple[int, ...], ...] = ()
    custom_coordinates: tuple[tuple[int, ...], ...] = ()
    access_control: tuple[Mapping[str, Any], ...] = ()
    moderation: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    related: tuple[str, ...] = ()
    unsigned: bool = False
    expires_at: int = 0
    parts: tuple[str, ...] = ()
    unknown: Mapping[str, Any] = field(default_factory=dict)

    @property
    def ref(self) -> SourceRef:
        return SourceRef(self.cloud, self.resource_type, self.type, self.public_id)

    @property
    def digests(self) -> frozenset[str]:
        """The sources that the record names, those of its kept versions too."""
        return frozenset({self.digest, *self.parts, *(kept.digest for kept in self.backups)})

    def backup(self) -> Backup:
        """The present version as one to keep."""
        return Backup(**{entry.name: getattr(self, entry.name) for entry in fields(Backup)})

    def to_document(self) -> Document:
        document = asdict(self)
        return {**document.pop("unknown"), **document}

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Self:
        """Raises KeyError or TypeError for a document that no version of ours wrote."""
        known = {entry.name for entry in fields(cls)} - {"unknown"}
        values = {name: value for name, value in document.items() if name in known}
        values["backups"] = tuple(_backup(entry) for entry in values.get("backups", ()))
        values |= {name: tuple(values.get(name, ())) for name in ("tags", "access_control", "related", "parts")}
        values |= {name: tuple(map(tuple, values.get(name, ()))) for name in ("faces", "custom_coordinates")}
        return cls(**values, unknown={name: value for name, value in document.items() if name not in known})


def _backup(document: Mapping[str, Any]) -> Backup:
    return Backup(**{entry.name: document[entry.name] for entry in fields(Backup)})
