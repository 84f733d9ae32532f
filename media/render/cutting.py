"""Cutouts that a chain asks for on its way: of a layer by its digest, of the picture as it is by its content."""

from collections.abc import Callable
from dataclasses import dataclass, field

import pyvips

from media.cutout import CutoutOptions, StoredCutout
from media.derived.keys import digest
from media.errors import DerivationPending
from media.formats.cutout import open_cutout
from media.formats.source import Source
from media.raster.pixels import resample, size_of

#: The stored cutout of a source, by digest and options; None if it is not made.
Find = Callable[[str, CutoutOptions], StoredCutout | None]


class CutoutMissing(DerivationPending):
    """``body`` is the picture to be cut, a source by its content; None if it is stored as one."""

    def __init__(self, source_digest: str, options: CutoutOptions, body: bytes | None) -> None:
        super().__init__("The background removal is in progress; try again.", retry_after=1)
        self.source_digest, self.options, self.body = source_digest, options, body


@dataclass(slots=True)
class Cutting:
    """For one render. ``confidence`` is the lowest of the cutouts that it took, None if it took none."""

    find: Find
    max_pixels: int
    confidence: float | None = None
    opened: dict[tuple[str, CutoutOptions], Source] = field(default_factory=dict)

    def of_source(self, source_digest: str, options: CutoutOptions, body: bytes | None = None) -> Source:
        """Raises CutoutMissing."""
        known = self.opened.get((source_digest, options))
        if known is None:
            cutout = self.find(source_digest, options)
            if cutout is None:
                raise CutoutMissing(source_digest, options, body)
            known = self.opened[source_digest, options] = open_cutout(cutout, max_pixels=self.max_pixels)
            self.confidence = min(cutout.confidence, 1.0 if self.confidence is None else self.confidence)
        return known

    def of_picture(self, frame: pyvips.Image, options: CutoutOptions) -> pyvips.Image:
        """``frame`` without its background. Raises CutoutMissing."""
        body = bytes(frame.pngsave_buffer(compression=1, filter="up", keep="none"))
        cut = self.of_source(digest(body), options, body).first_frame()
        return resample(cut, size_of(frame))


def none_made(source_digest: str, options: CutoutOptions) -> None:
    """No cutout is there."""
