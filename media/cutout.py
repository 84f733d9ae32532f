"""The cutout as a value: what was asked for, and the stored parts that answer it.

A cutout is stored as two files, so that a later render decodes it at reduced size: the cleaned colours,
extended under the matte, as a high-quality JPEG, and the matte as a lossless grey PNG (measured against one
lossless RGBA file, see docs/architecture.md).
"""

import json
from dataclasses import asdict, dataclass

from media.geometry import Size


@dataclass(frozen=True, slots=True)
class CutoutOptions:
    """What a client asks of a cutout; part of its key. ``hints`` are names of objects (:mod:`media.scene.classes`),
    sorted, unique.

    Thresholds (0…255) and erosion (pixels) follow rembg: a saliency above ``foreground_threshold`` is sure
    subject, below ``background_threshold`` sure background, both eroded by a square of ``erode``; None leaves
    the choice to the pipeline. ``base_size`` bounds the longer side at which alpha matting runs (pixels; 0 =
    the configured bound). ``semitransparency=False`` hardens half-transparent regions away from the edge.
    """

    hints: tuple[str, ...] = ()
    fine_edges: bool = False
    foreground_threshold: int | None = None
    background_threshold: int | None = None
    erode: int | None = None
    base_size: int = 0
    semitransparency: bool = True

    def to_json(self) -> str:
        """Canonical text: sorted names, defaults left out, so that equal options give equal keys."""
        default = asdict(CutoutOptions())
        chosen = {name: value for name, value in asdict(self).items() if value != default[name]}
        return json.dumps(chosen, sort_keys=True, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> "CutoutOptions":
        values = json.loads(text)
        return cls(**{**values, "hints": tuple(values.get("hints", ()))})


@dataclass(frozen=True, slots=True)
class StoredCutout:
    """A cutout as it is stored.

    ``colour`` JPEG (sRGB) and ``matte`` PNG (8-bit grey) of one size; ``confidence`` 0…1. ``scaled_from`` is the size
    of the source if the parts are smaller, so that a chain counts in pixels of the source; None if they are not.
    """

    colour: bytes
    matte: bytes
    confidence: float
    scaled_from: Size | None = None
