"""The child's part of the facts and the stills of a video: FFmpeg's readers meet strangers' bytes here first."""

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import av
import numpy as np
import numpy.typing as npt
import pyvips

from media.errors import SourceError
from media.isolation.messages import Message
from media.video.facts import VideoFacts

#: A pause between two frames that is longer than this counts as a pause of the film, not as its rate.
TRUNCATED_SHARE = 0.98


def answer_facts(message: Message) -> Message:
    with opened(str(message.head["path"]), int(message.head["max_pixels"])) as container:
        return Message(_facts(container).to_document())


def answer_still(message: Message) -> Message:
    """The frame that is shown at a time, as a PNG."""
    seconds = float(message.head["seconds"])
    with opened(str(message.head["path"]), int(message.head["max_pixels"])) as container:
        stream = picture_stream(container)
        start = float((stream.start_time or 0) * stream.time_base)
        if seconds > 0:
            container.seek(int((seconds + start) / stream.time_base), stream=stream, backward=True)
        shown = None
        for frame in container.decode(stream):
            if shown is not None and frame.time is not None and frame.time - start > seconds + 1e-6:
                break
            shown = frame
        if shown is None:
            raise SourceError("The video has no frame at that time.")
        rgb = upright(shown.to_ndarray(format="rgb24"), shown.rotation)
    return Message({}, [pyvips.Image.new_from_array(np.ascontiguousarray(rgb)).pngsave_buffer(compression=1)])


class opened:  # noqa: N801  a context manager, read like a function
    """An opened container; what FFmpeg says of broken bytes becomes a SourceError."""

    def __init__(self, path: str, max_pixels: int) -> None:
        self._path, self._options = path, {"max_pixels": str(max_pixels), "err_detect": "explode"}

    def __enter__(self) -> Any:
        try:
            self._container = av.open(self._path, options={"protocol_whitelist": "file"})
        except (av.error.FFmpegError, OSError, ValueError) as error:
            raise SourceError(
                "The file is no video that can be read: it is damaged, cut off or of another kind."
            ) from error
        for stream in self._container.streams.video:
            stream.codec_context.options = self._options
        return self._container

    def __exit__(self, kind: Any, error: BaseException | None, trace: Any) -> None:
        self._container.close()
        if isinstance(error, av.error.FFmpegError | ValueError):
            raise SourceError(f"The video cannot be decoded: its bytes are damaged ({error})."[:200]) from error


def picture_stream(container: Any) -> Any:
    """Raises SourceError if there is sound only; a cover of an album is no film."""
    for stream in container.streams.video:
        if not stream.disposition & av.stream.Disposition.attached_pic:
            return stream
    raise SourceError("The file has no picture, only sound.")


def upright(pixels: npt.NDArray[Any], rotation: int) -> npt.NDArray[Any]:
    """``rotation`` in degrees counterclockwise, as FFmpeg's display matrix says it."""
    return np.ascontiguousarray(np.rot90(pixels, round(rotation / 90) % 4))


def _facts(container: Any) -> VideoFacts:
    stream = picture_stream(container)
    declared, rate = stream.frames, stream.average_rate or stream.guessed_rate or Fraction(25)
    if rate > 1000:
        raise SourceError(f"A video has at most 240 frames a second, got {float(rate):g}.")
    first = _first_frame(container, stream)
    times = sorted(_times(container, stream))
    if declared and len(times) < declared * TRUNCATED_SHARE - 1:
        raise SourceError(f"The video is cut off: it has {len(times)} of its {declared} frames.")
    base = stream.time_base
    span = (times[-1] - times[0]) * base
    rate = _rate(rate, len(times), span)
    turned = round(first.rotation / 90) % 2
    width, height = (first.height, first.width) if turned else (first.width, first.height)
    return VideoFacts(
        width, height, rate.numerator, rate.denominator, float(times[0] * base), float(span + 1 / rate), len(times),
        int(first.rotation), int(getattr(first, "color_trc", 2) or 2), len(container.streams.audio),
    )  # fmt: skip


def _rate(told: Fraction, frames: int, span: Fraction) -> Fraction:
    """By the times of the frames if the file tells something that they do not bear out."""
    if frames < 2 or span <= 0:
        return told
    measured = (frames - 1) / span
    return told if abs(float(told / measured) - 1) < 0.05 else measured.limit_denominator(1001)


def _first_frame(container: Any, stream: Any) -> Any:
    for frame in container.decode(stream):
        return frame
    raise SourceError("The video has no frame that can be decoded.")


def _times(container: Any, stream: Any) -> Iterator[int]:
    """Presentation times of all packets, in the stream's time base; nothing is decoded."""
    container.seek(0)
    for packet in container.demux(stream):
        if packet.pts is not None and not packet.is_discard:
            yield packet.pts
