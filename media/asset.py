"""The records of the catalog: what is known of a source beside its bytes.

A record outlives the version of the code that wrote it: fields it does not know are kept in ``unknown`` and
written back, fields that an older version did not write get their defaults.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Self

Document = dict[str, Any]


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
class Derived:
    """A derived asset as a listing shows it. ``key`` is its identity, see :mod:`media.keys`."""

    transformation: str
    format: str
    key: str
    bytes: int
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Asset:
    """``digest`` is the SHA-256 of the source (where its bytes lie), ``etag`` its MD5 (what clients compare).

    ``asset_id`` never changes, ``version`` grows with every upload (unix seconds). Times are ISO 8601 in UTC
    (``2026-11-21T05:42:00Z``). ``info`` holds the answers of add-ons, JSON values only.
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
    unknown: Mapping[str, Any] = field(default_factory=dict)

    @property
    def ref(self) -> SourceRef:
        return SourceRef(self.cloud, self.resource_type, self.type, self.public_id)

    def to_document(self) -> Document:
        document = asdict(self)
        return {**document.pop("unknown"), **document}

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Self:
        """Raises KeyError or TypeError for a document that no version of ours wrote."""
        known = {entry.name for entry in fields(cls)} - {"unknown"}
        values = {name: value for name, value in document.items() if name in known}
        values["tags"] = tuple(values.get("tags", ()))
        values["backups"] = tuple(_backup(entry) for entry in values.get("backups", ()))
        return cls(**values, unknown={name: value for name, value in document.items() if name not in known})


def _backup(document: Mapping[str, Any]) -> Backup:
    return Backup(**{entry.name: document[entry.name] for entry in fields(Backup)})
