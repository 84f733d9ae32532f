"""A new asset to be made of a source: a record that proxy and worker share."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from media.records.asset import Document

DONE, FAILED = "done", "failed"


@dataclass(frozen=True, slots=True)
class Try:
    """Chains, as canonical text: the result, and the matte that tells whether anything is seen in it."""

    chain: str
    matte: str


@dataclass(frozen=True, slots=True)
class Creation:
    """The first of ``tries`` that shows something becomes an asset.

    ``asset`` is its document, ``indexed`` are records (``kind``, ``name``, ``document``) that are written before it,
    ``mark`` is what the source's ``info`` then says under two names; all of them, and ``notices``, may have gaps
    (:mod:`media.work.webhook`): ``width height bytes etag color_mode moment foreground_type``, the last at
    ``type_level``; ``indexed`` also ``asset``, the whole document. ``state`` is "" until it is :data:`DONE`, or
    :data:`FAILED` for ``reason``.
    """

    id: str
    cloud: str
    source: Mapping[str, str]
    source_digest: str
    tries: tuple[Try, ...]
    type_level: str
    asset: Mapping[str, Any]
    began: float
    indexed: Sequence[Document] = ()
    mark: tuple[str, str] = ("", "")
    marked: Mapping[str, Any] = field(default_factory=dict)
    notices: Sequence[Document] = ()
    state: str = ""
    reason: str = ""

    def to_document(self) -> Document:
        return asdict(self)

    @classmethod
    def from_document(cls, document: Document) -> "Creation":
        tries = tuple(Try(**each) for each in document["tries"])
        return cls(**{**document, "tries": tries, "mark": tuple(document["mark"])})
