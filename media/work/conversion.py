"""A conversion: files to be made for one request that does not wait, as a record that proxies and sweeps share."""

import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from media.records.asset import Asset, Document

#: The records of conversions, and those that lead from a file's id to its conversion.
CONVERSIONS = "conversions"
CONVERSION_FILES = "conversion-files"
#: Frames of videos that were kept as sources, by video and moment.
STILLS = "stills"


@dataclass(frozen=True, slots=True)
class File:
    """One file of a conversion: ``uploaded`` and ``name`` are what it was and will be called.

    A picture is ``chain`` (canonical text) on ``source`` and ``layers`` (by layer source), a video is ``order``, the
    text of a :class:`media.video.order.VideoOrder`. ``error`` says why there is nothing to be made, and is empty if
    there is. ``id`` opens the file, and nothing else.
    """

    id: str
    uploaded: str
    name: str
    error: str = ""
    source: Asset | None = None
    layers: Mapping[str, Asset] = field(default_factory=dict)
    chain: str = ""
    order: str = ""

    def to_document(self) -> Document:
        source = self.source.to_document() if self.source else None
        layers = {name: layer.to_document() for name, layer in self.layers.items()}
        return {**asdict(self), "source": source, "layers": layers}

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> "File":
        source = Asset.from_document(document["source"]) if document["source"] else None
        layers = {name: Asset.from_document(layer) for name, layer in document["layers"].items()}
        return cls(**{**document, "source": source, "layers": layers})


@dataclass(frozen=True, slots=True)
class Conversion:
    """Whoever knows ``id`` may read it: 256 random bits. ``created`` is in unix seconds."""

    id: str
    cloud: str
    created: float
    files: Sequence[File]

    def to_document(self) -> Document:
        shown = {"id": self.id, "cloud": self.cloud, "created": self.created}
        return {**shown, "files": [each.to_document() for each in self.files]}

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> "Conversion":
        return cls(**{**document, "files": tuple(map(File.from_document, document["files"]))})


def new_capability() -> str:
    return secrets.token_urlsafe(32)


def digests_of(document: Document) -> Iterator[str]:
    """The sources that the record of a conversion names."""
    for each in document["files"]:
        yield from (asset["digest"] for asset in (each["source"], *each["layers"].values()) if asset)
