"""Pixels → a file of one segment, in the codec of its format; segments of a GIF are kept without loss until its end."""

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, Self

import av
import numpy as np
from av.video.reformatter import ColorRange, Colorspace

from media.video.formats import VideoFormat
from worker.matting.raster import Bytes
from worker.video.compose import Canvas

#: FFmpeg's numbers for BT.709: primaries, transfer.
BT709 = 1
LOSSLESS = ("matroska", "ffv1", "bgra")


@dataclass(frozen=True, slots=True)
class Codec:
    container: str
    name: str
    pixels: str
    options: dict[str, str]


def codec_of(row: VideoFormat, coarser: int = 0) -> Codec:
    """Of a segment, by so many steps of CRF coarser than its format."""
    if row.codec == "gif":
        return Codec(*LOSSLESS, {})
    options = {name: str(int(value) + coarser) if name == "crf" else value for name, value in row.options}
    return Codec(row.container, row.codec, row.pixels, options)


class Encoder:
    """Writes a file frame by frame; leaving the block ends it."""

    def __init__(self, path: Path, codec: Codec, canvas: Canvas, rate: Fraction) -> None:
        self._codec = codec
        self._container = av.open(str(path), "w", format=codec.container)
        stream: Any = self._container.add_stream(codec.name, rate=rate, options=codec.options)
        stream.width, stream.height, stream.pix_fmt = canvas.width, canvas.height, codec.pixels
        stream.codec_context.time_base = stream.time_base = 1 / rate
        if codec.pixels.startswith("yuv"):
            context = stream.codec_context
            context.color_range, context.colorspace = ColorRange.MPEG, Colorspace.ITU709
            context.color_primaries = context.color_trc = BT709
        mark_alpha(stream, codec.pixels)
        self._stream, self._time_base = stream, 1 / rate
        self.count = 0

    def add(self, pixels: Bytes) -> None:
        """H×W×3 or H×W×4."""
        layout = "rgba" if pixels.shape[2] == 4 else "rgb24"
        frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(pixels), layout)
        if self._codec.pixels.startswith("yuv"):
            frame = frame.reformat(format=self._codec.pixels, dst_colorspace=Colorspace.ITU709)
        frame.pts, frame.time_base = self.count, self._time_base
        self._container.mux(self._stream.encode(frame))
        self.count += 1

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: Any, error: Any, trace: Any) -> None:
        if error is None:
            self._container.mux(self._stream.encode())
        self._container.close()


def mark_alpha(stream: Any, pixels: str) -> None:
    """WebM's players look for alpha only if the track says so."""
    if pixels == "yuva420p":
        stream.metadata["alpha_mode"] = "1"
