"""The pixels on their way through a chain: one frame, or the frames of an animation.

Every frame is 8-bit sRGB with three bands, or four with straight alpha, and all have one size.
"""

from dataclasses import dataclass

import pyvips

from media.geometry import Size
from media.language.vectors import Vectors


@dataclass(frozen=True, slots=True)
class Picture:
    """``delays`` are milliseconds per frame, ``loop`` how often it plays (0 = for ever). ``cmyk`` is the profile of a
    source that was CMYK, empty if it had none; None for any other source. ``tracing``: how it is to be traced, if it
    was vectorized."""

    frames: tuple[pyvips.Image, ...]
    delays: tuple[int, ...] = ()
    loop: int = 0
    cmyk: bytes | None = None
    tracing: Vectors | None = None

    @property
    def size(self) -> Size:
        return Size(self.frames[0].width, self.frames[0].height)

    @property
    def is_animated(self) -> bool:
        return len(self.frames) > 1
