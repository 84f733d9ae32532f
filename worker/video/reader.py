"""A video file → upright SDR frames at a constant rate, one at a time, from any of them on."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from av.video.reformatter import Colorspace

from media.video.facts import VideoFacts
from media.video.probe import opened, picture_stream, upright
from worker.matting.raster import Bytes
from worker.video.hdr import TRANSFERS, to_sdr

#: Below this height colours that say nothing of themselves are of standard definition (BT.601).
HD_HEIGHT = 720
#: FFmpeg's number for "not said".
UNSPECIFIED = 2


@dataclass(frozen=True, slots=True)
class Timeline:
    """The frames to be made: ``count`` of them, ``rate`` a second, the first at ``start`` seconds of the source."""

    rate: Fraction
    start: float
    count: int

    def moment(self, number: int) -> float:
        return self.start + float(number / self.rate)


def read(path: Path, facts: VideoFacts, timeline: Timeline, *, first: int = 0, max_pixels: int) -> Iterator[Bytes]:
    """H×W×3 frames of ``timeline`` from number ``first`` on; one that is shown twice is the same object.

    Raises SourceError for bytes that cannot be decoded.
    """
    with opened(str(path), max_pixels) as container:
        stream = picture_stream(container)
        stream.thread_type = "AUTO"
        beginning = timeline.moment(first)
        if first or timeline.start > facts.start:
            container.seek(int(beginning / stream.time_base), stream=stream, backward=True)
        frames = ((_time(frame), frame) for frame in container.decode(stream))
        yield from _sampled(frames, timeline, first)


def _sampled(frames: Iterator[tuple[float, Any]], timeline: Timeline, first: int) -> Iterator[Bytes]:
    """The frame that is shown at each moment; the last one stays until the end."""
    half = float(1 / timeline.rate) / 2
    shown: Any = None
    pixels: Bytes | None = None
    following = next(frames, None)
    for number in range(first, timeline.count):
        moment, before = timeline.moment(number) + half * 0.98, shown
        while following is not None and (shown is None or following[0] <= moment):
            shown, following = following[1], next(frames, None)
        if shown is None:
            return
        if pixels is None or shown is not before:
            pixels = rgb_of(shown)
        yield pixels


def _time(frame: Any) -> float:
    return float(frame.pts * frame.time_base) if frame.pts is not None else 0.0


def rgb_of(frame: Any) -> Bytes:
    """Upright 8-bit sRGB, whatever the frame's light, matrix and rotation."""
    matrix = Colorspace(frame.colorspace) if frame.colorspace not in (UNSPECIFIED, None) else _assumed(frame)
    if frame.color_trc in TRANSFERS:
        deep = frame.reformat(format="rgb48le", src_colorspace=matrix).to_ndarray()
        return upright(to_sdr(deep, int(frame.color_trc)), frame.rotation)
    rgb = frame.reformat(format="rgb24", src_colorspace=matrix).to_ndarray()
    return upright(rgb, frame.rotation)


def _assumed(frame: Any) -> Any:
    return Colorspace.ITU709 if frame.height >= HD_HEIGHT else Colorspace.ITU601
