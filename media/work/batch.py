"""Chains to be rendered ahead of their first request: records that proxy and worker share."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from media.records.asset import Document


@dataclass(frozen=True, slots=True)
class Row:
    """One derived asset of a batch. ``chain`` is canonical text, ``layers`` source → digest; ``shown`` is what the
    dialect says of it whatever its state."""

    key: str
    chain: str
    layers: Mapping[str, str]
    transformation: str
    extension: str
    shown: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Batch:
    """Derived assets of one source, to be made ahead of their first request.

    ``notices`` are the ones to send when all rows are done, see :mod:`media.work.webhook`; their gap is ``rows``.
    """

    id: str
    cloud: str
    asset_id: str
    source_digest: str
    rows: tuple[Row, ...]
    notices: Sequence[Document] = ()

    def to_document(self) -> Document:
        return asdict(self)

    @classmethod
    def from_document(cls, document: Document) -> "Batch":
        return cls(**{**document, "rows": tuple(Row(**row) for row in document["rows"])})


@dataclass(frozen=True, slots=True)
class Replacement:
    """An asset to be replaced by its own cutout, unless it has another version by then.

    ``options`` is the canonical JSON of a CutoutOptions; ``service`` is the name its state has in ``info``.
    """

    id: str
    cloud: str
    resource_type: str
    type: str
    public_id: str
    version_id: str
    source_digest: str
    options: str
    service: str
    notices: Sequence[Document] = ()

    def to_document(self) -> Document:
        return asdict(self)

    @classmethod
    def from_document(cls, document: Document) -> "Replacement":
        return cls(**document)
