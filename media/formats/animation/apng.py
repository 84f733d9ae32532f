"""The structure of an animated PNG: a chain of chunks that hold frames, each taken out and put in as a PNG of its own.

libvips neither reads nor writes the chunks ``acTL``, ``fcTL`` and ``fdAT`` (PNG, third edition, section 11.3.6). No
pixel is touched here: see :mod:`media.formats.animation.apng_pixels`.
"""

import itertools
import struct
from collections.abc import Iterable
from dataclasses import dataclass

from media.formats import png
from media.formats.animation.compositor import CLEAR, LEAVE, OVER, REVERT, SOURCE, Frame
from media.formats.png import Chunk
from media.geometry import Box, Size

_SIZE, _CONTROL, _FRAME = struct.Struct(">II"), struct.Struct(">II"), struct.Struct(">IIIIIHHBB")
_NUMBER_LENGTH = 4
#: Chunks before the pixels that say how to read them: each frame needs them.
_SHARED = (b"PLTE", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"cICP", b"sBIT")
#: Each frame takes a copy of the chunks that all share: a profile of a megabyte for 2,000 frames would be 2 GB.
MAX_SHARED_BYTES = 64 << 20
_DEFAULT_DENOMINATOR, _LARGEST_SHORT = 100, 65_535


@dataclass(frozen=True, slots=True)
class Animation:
    """``header`` is the content of the chunk IHDR; it ``plays`` that often, 0 = for ever; ``shared`` are the chunks
    that every frame needs; ``pixels`` those of each of the ``frames`` as they are stored."""

    header: bytes
    plays: int
    shared: tuple[Chunk, ...]
    frames: tuple[Frame, ...]
    pixels: tuple[tuple[bytes, ...], ...]

    @property
    def canvas(self) -> Size:
        return Size(*_SIZE.unpack_from(self.header))


def parse(body: bytes) -> Animation | None:
    """None for a still picture. Raises ValueError unless all the frames that the header promises are there, within the
    canvas."""
    count, plays = _promised(body)
    if count < 2:
        return None
    header = _header(body)
    shared = tuple(chunk for chunk in png.until_pixels(body) if chunk[0] in _SHARED)
    parts: list[tuple[bytes, list[bytes]]] = []
    kind = b""
    for kind, content in png.chunks(body):
        if kind == b"fcTL":
            parts.append((content, []))
        elif parts and kind in (b"IDAT", b"fdAT"):
            parts[-1][1].append(content if kind == b"IDAT" else content[_NUMBER_LENGTH:])
    if kind != b"IEND" or len(parts) < count:
        raise ValueError("frames are missing")
    if count * sum(len(content) for _, content in shared) > MAX_SHARED_BYTES:
        raise ValueError("what all frames share is too large for so many")
    frames = tuple(_frame(control, Size(*_SIZE.unpack_from(header))) for control, _ in parts[:count])
    return Animation(header, plays, shared, frames, tuple(tuple(pixels) for _, pixels in parts[:count]))


def _promised(body: bytes) -> tuple[int, int]:
    """How many frames there are by the header, and how often they play; one for a still picture."""
    for kind, content in png.until_pixels(body):
        if kind == b"acTL" and len(content) == _CONTROL.size:
            count, plays = _CONTROL.unpack(content)
            return count, plays
    return 1, 0


def alone(animation: Animation, number: int) -> bytes:
    """The PNG of a frame (from 0) and nothing else, as large as its box. Raises ValueError if it has no pixels."""
    box, pixels = animation.frames[number].box, animation.pixels[number]
    if not pixels:
        raise ValueError("a frame has no pixels")
    header = _SIZE.pack(box.width, box.height) + animation.header[_SIZE.size :]
    return png.joined([(b"IHDR", header), *animation.shared, *((b"IDAT", each) for each in pixels), (b"IEND", b"")])


def joined(parts: Iterable[tuple[Frame, bytes]], count: int, plays: int) -> bytes:
    """The file of ``count`` frames, the first of which is as large as the canvas; each is given as a PNG of its own."""
    numbers = itertools.count()
    chunks: list[Chunk] = []
    for index, (frame, body) in enumerate(parts):
        if index == 0:
            chunks += [(b"IHDR", _header(body)), (b"acTL", _CONTROL.pack(count, plays))]
            chunks += [chunk for chunk in png.until_pixels(body) if chunk[0] in _SHARED]
        chunks.append((b"fcTL", _control(frame, next(numbers))))
        for content in (content for kind, content in png.chunks(body) if kind == b"IDAT"):
            is_first = index == 0
            chunks.append((b"IDAT", content) if is_first else (b"fdAT", struct.pack(">I", next(numbers)) + content))
    return png.joined([*chunks, (b"IEND", b"")])


def _header(body: bytes) -> bytes:
    return next((content for kind, content in png.until_pixels(body) if kind == b"IHDR"), b"")


def _frame(control: bytes, canvas: Size) -> Frame:
    if len(control) != _FRAME.size:
        raise ValueError("a frame has no size")
    _, width, height, left, top, delay, denominator, disposal, blend = _FRAME.unpack(control)
    if not (0 < width <= canvas.width - left and 0 < height <= canvas.height - top):
        raise ValueError("a frame reaches outside the canvas")
    milliseconds = round(1000 * delay / (denominator or _DEFAULT_DENOMINATOR))
    known = disposal if disposal in (CLEAR, REVERT) else LEAVE
    return Frame(Box(left, top, width, height), milliseconds, known, OVER if blend == OVER else SOURCE)


def _control(frame: Frame, number: int) -> bytes:
    # A delay is a fraction of two short numbers: beyond 65 seconds tenths must do.
    is_long = frame.delay > _LARGEST_SHORT
    delay, denominator = (min(_LARGEST_SHORT, frame.delay // 100), 10) if is_long else (frame.delay, 1000)
    box = frame.box
    return _FRAME.pack(
        number, box.width, box.height, box.left, box.top, delay, denominator, frame.disposal, frame.blend
    )  # fmt: skip
