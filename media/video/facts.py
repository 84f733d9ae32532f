"""What a video file is, read in a child that may be killed: its sizes, its time, what is wrong with it."""

from dataclasses import asdict, dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from media.config import Limits
from media.errors import LimitExceeded, SourceError
from media.isolation.children import children

MIN_SIDE = 16
MAX_RATE = 240


@dataclass(frozen=True, slots=True)
class VideoFacts:
    """``width`` and ``height`` are of an upright frame. ``rate`` is frames per second on average; ``start`` and
    ``duration`` are in seconds, by the times of the frames. ``rotation`` is in degrees, counterclockwise. ``transfer``
    is FFmpeg's number of how light is coded (16 PQ, 18 HLG). ``tracks`` counts tracks of sound."""

    width: int
    height: int
    rate_numerator: int
    rate_denominator: int
    start: float
    duration: float
    frames: int
    rotation: int
    transfer: int
    tracks: int

    @property
    def rate(self) -> Fraction:
        return Fraction(self.rate_numerator, self.rate_denominator)

    def to_document(self) -> dict[str, Any]:
        return asdict(self)


def read_facts(path: Path, limits: Limits) -> VideoFacts:
    """Raises SourceError for what is no whole video, LimitExceeded for one that is too large."""
    if not path.stat().st_size:
        raise SourceError("The video is empty.")
    told = children().run("video", {"path": str(path), "max_pixels": limits.max_video_pixels})
    facts = VideoFacts(**told.head)
    check(facts, limits)
    return facts


def check(facts: VideoFacts, limits: Limits) -> None:
    """Raises SourceError or LimitExceeded."""
    if min(facts.width, facts.height) < MIN_SIDE:
        raise SourceError(f"A video has at least {MIN_SIDE}×{MIN_SIDE} pixels, got {facts.width}×{facts.height}.")
    if facts.width * facts.height > limits.max_video_pixels:
        got = f"{facts.width}×{facts.height}"
        raise LimitExceeded(f"A frame has at most {limits.max_video_pixels} pixels, got {got}.")
    if facts.rate > MAX_RATE:
        raise SourceError(f"A video has at most {MAX_RATE} frames a second, got {float(facts.rate):g}.")
    if facts.frames > limits.max_video_frames:
        raise LimitExceeded(f"A video has at most {limits.max_video_frames} frames, got {facts.frames}.")
