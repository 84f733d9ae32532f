"""What is asked of a video, as a value and as the canonical text that travels in a job and makes its key."""

import json
from dataclasses import asdict, dataclass, fields
from typing import Any

from media.cutout import CutoutOptions
from media.derived.keys import digest
from media.language.chain import canonical
from media.video.formats import VIDEO_FORMATS, VideoFormat

#: Raise when the same order would give another video.
VIDEO_VERSION = 1


#: How a frame comes to a size: to both sides; into them, never larger, too; over them, the rest cut off; into them, on
#: what lies beneath; a window of that size in the middle.
MODES = ("scale", "fit", "limit", "fill", "pad", "crop")


@dataclass(frozen=True, slots=True)
class VideoOrder:
    """One video to be made of a source.

    ``cutout`` says how the background is removed; None leaves it. What is under the subject: ``color`` (``rgb:…``), or
    the source ``beneath``, which is a video if ``beneath_moves``. ``rate`` is frames per second (0: the source's),
    ``frame_limit`` the most frames (0: all), ``start`` and ``duration`` a part in seconds (0: to the end), ``width``
    and ``height`` the size (0: in proportion), ``mode`` one of :data:`MODES`. ``coarser`` is how many steps of the
    encoder's scale (CRF) lie between the format's own quality and this one; formats without such a scale have one.
    """

    source: str
    format: str
    cutout: CutoutOptions | None = None
    color: str = ""
    beneath: str = ""
    beneath_moves: bool = False
    rate: float = 0.0
    frame_limit: int = 0
    start: float = 0.0
    duration: float = 0.0
    width: int = 0
    height: int = 0
    mode: str = "scale"
    mute: bool = False
    coarser: int = 0

    @property
    def row(self) -> VideoFormat:
        return VIDEO_FORMATS[self.format]

    def to_json(self) -> str:
        """Canonical: sorted names, defaults left out."""
        default = {each.name: each.default for each in fields(VideoOrder)}
        chosen = {name: value for name, value in asdict(self).items() if value != default[name]}
        if self.cutout is not None:
            chosen["cutout"] = self.cutout.to_json()
        return json.dumps(chosen, sort_keys=True, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> "VideoOrder":
        values: dict[str, Any] = json.loads(text)
        if "cutout" in values:
            values["cutout"] = CutoutOptions.from_json(values["cutout"])
        return cls(**values)

    def key(self, matting: str) -> str:
        """The identity of the result; ``matting`` names the network, which counts only if it is asked."""
        network = matting if self.cutout is not None else ""
        return digest(canonical(["video", VIDEO_VERSION, network, self.to_json()]).encode())
