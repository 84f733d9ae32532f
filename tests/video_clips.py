"""Small clips with exactly known alpha, made by PyAV: a disc that moves over a background, with noise if wanted."""

import struct
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np

WIDTH, HEIGHT, RATE, FRAMES = 96, 64, 10, 6


@dataclass(frozen=True)
class Scene:
    """``x`` of the disc's middle by frame, as a fraction of the width; ``pan`` moves the background, in pixels a frame.
    ``noise`` is a standard deviation in levels; from frame ``cut`` on the background is another."""

    width: int = WIDTH
    height: int = HEIGHT
    frames: int = FRAMES
    x: Callable[[int], float] = lambda number: 0.5
    pan: float = 0.0
    noise: float = 0.0
    cut: int = 10_000
    radius: float = 0.3

    def alpha(self, number: int) -> Any:
        """0…1, H×W, with a soft last pixel."""
        rows, columns = np.mgrid[0 : self.height, 0 : self.width] + 0.5
        far = np.hypot(columns - self.x(number) * self.width, rows - self.height / 2)
        return np.clip(self.radius * self.height - far + 0.5, 0, 1)

    def rgb(self, number: int) -> Any:
        rows, columns = np.mgrid[0 : self.height, 0 : self.width]
        columns = columns + self.pan * number + (500 if number >= self.cut else 0)
        waves = np.sin(columns / 5) * np.cos(rows / 7) + np.sin((columns + rows) / 11)
        phase = 2.0 if number >= self.cut else 0.0
        back = np.stack([90 + 40 * np.sin(waves + band + phase) for band in range(3)], axis=-1)
        front = np.stack(
            [np.full(rows.shape, 230.0), 60 + 20 * np.sin(rows / 3), 40 + 20 * np.cos(columns / 3)], axis=-1
        )
        alpha = self.alpha(number)[..., None]
        mixed = front * alpha + back * (1 - alpha)
        if self.noise:
            mixed += np.random.default_rng(number).normal(0, self.noise, mixed.shape)
        return np.clip(np.rint(mixed), 0, 255).astype(np.uint8)


def write(
    path: Path,
    frames: Sequence[Any],
    *,
    rate: Fraction | int = RATE,
    codec: str = "libx264",
    pixels: str = "yuv444p",
    times: Sequence[float] | None = None,
    tracks: int = 0,
    audio_codec: str = "aac",
    options: dict[str, str] | None = None,
    setup: Callable[[Any], None] = lambda stream: None,
    **container: Any,
) -> Path:
    """A file of H×W×3 ``frames``, shown at ``times`` (seconds) or at ``rate``; with so many tracks of a tone."""
    with av.open(str(path), "w", **container) as output:
        stream: Any = output.add_stream(codec, rate=Fraction(rate), options=options or {"crf": "10"})
        stream.height, stream.width = frames[0].shape[:2]
        stream.pix_fmt = pixels
        setup(stream)
        base = Fraction(1, 1000) if times else 1 / Fraction(rate)
        stream.codec_context.time_base = base
        sounds = [output.add_stream(audio_codec, rate=48_000) for _ in range(tracks)]
        seconds = (times[-1] if times else 0) + len(frames) / float(Fraction(rate)) * (not times)
        for number, pixels_ in enumerate(frames):
            frame = av.VideoFrame.from_ndarray(pixels_, "rgb48le" if pixels_.dtype == np.uint16 else "rgb24")
            frame.pts = round(times[number] * 1000) if times else number
            frame.time_base = base
            output.mux(stream.encode(frame))
        output.mux(stream.encode())
        for pitch, sound in enumerate(sounds):
            for piece in tone(seconds, 440 * (pitch + 1), sound.codec_context.frame_size or 1024):
                output.mux(sound.encode(piece))
            output.mux(sound.encode())
    return path


#: From the name of a track header (version 0) to its matrix.
_MATRIX_AT = 44


def turned(path: Path) -> Path:
    """The MP4 as a telephone that was held upright writes it: to be shown turned by 90° clockwise."""
    body = bytearray(path.read_bytes())
    start = body.index(b"tkhd") + _MATRIX_AT
    body[start : start + 36] = struct.pack(">9i", 0, 1 << 16, 0, -(1 << 16), 0, 0, 0, 0, 1 << 30)
    path.write_bytes(body)
    return path


def tone(seconds: float, pitch: float, size: int) -> Iterator[Any]:
    count = round(seconds * 48_000)
    wave = (np.sin(np.arange(count) / 48_000 * pitch * 2 * np.pi) * 0.3).astype(np.float32)
    for start in range(0, count, size):
        piece = av.AudioFrame.from_ndarray(np.stack([wave[start : start + size]] * 2), "fltp", "stereo")
        piece.sample_rate, piece.pts, piece.time_base = 48_000, start, Fraction(1, 48_000)
        yield piece


def clip(path: Path, scene: Scene = Scene(), **options: Any) -> Path:
    return write(path, [scene.rgb(number) for number in range(scene.frames)], **options)
