"""The structure of an animated PNG: a chain of chunks that hold frames, each taken out and put in as a PNG of its own.

libvips neither reads nor writes the chunks ``acTL``, ``fcTL`` and ``fdAT`` (PNG, third edition, section 11.3.6). No
pixel is touched here: see :mod:`media.formats.animation.apng_pixels`.
"""

import itertools
import struct
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from media.geometry import Box, Size

SIGNATURE = b"\x89PNG\r\n\x1a\n"
SOURCE, OVER = 0, 1
LEAVE, CLEAR, REVERT = 0, 1, 2
#: More chunks than any encoder writes: a flood of empty ones is not walked.
MAX_CHUNKS = 200_000
_SIZE, _CONTROL, _FRAME = struct.Struct(">II"), struct.Struct(">II"), struct.Struct(">IIIIIHHBB")
_NUMBER_LENGTH = 4
#: Chunks before the pixels that say how to read them: each frame needs them.
_SHARED = (b"PLTE", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"cICP", b"sBIT")
_DEFAULT_DENOMINATOR, _LARGEST_SHORT = 100, 65_535

Chunk = tuple[bytes, bytes]


@dataclass(frozen=True, slots=True)
class Frame:
    """``body`` is a PNG as large as ``box``, its place on the canvas; ``delay`` in milliseconds. ``blend`` says how it
    is laid on the canvas, ``disposal`` what becomes of its box before the next one."""

    body: bytes
    box: Box
    delay: int
    disposal: int = LEAVE
    blend: int = SOURCE


@dataclass(frozen=True, slots=True)
class Animation:
    """``header`` is the content of the chunk IHDR; it ``plays`` that often, 0 = for ever; ``shared`` are the chunks
    that every frame needs; ``parts`` hold the control chunk of each of the ``count`` frames, and its pixels as they
    are stored."""

    header: bytes
    count: int
    plays: int
    shared: tuple[Chunk, ...]
    parts: tuple[tuple[bytes, tuple[bytes, ...]], ...]


def parse(body: bytes) -> Animation | None:
    """None for a still picture. Raises ValueError unless all the frames that the header promises are there."""
    count, plays = _promised(body)
    if count < 2:
        return None
    header = _header(body)
    shared = tuple(chunk for chunk in _until_pixels(body) if chunk[0] in _SHARED)
    parts: list[tuple[bytes, list[bytes]]] = []
    kind = b""
    for kind, content in _chunks(body):
        if kind == b"fcTL":
            parts.append((content, []))
        elif parts and kind in (b"IDAT", b"fdAT"):
            parts[-1][1].append(content if kind == b"IDAT" else content[_NUMBER_LENGTH:])
    if kind != b"IEND" or len(parts) < count:
        raise ValueError("frames are missing")
    return Animation(header, count, plays, shared, tuple((control, tuple(pixels)) for control, pixels in parts[:count]))


def _promised(body: bytes) -> tuple[int, int]:
    """How many frames there are by the header, and how often they play; one for a still picture."""
    for kind, content in _until_pixels(body):
        if kind == b"acTL" and len(content) == _CONTROL.size:
            count, plays = _CONTROL.unpack(content)
            return count, plays
    return 1, 0


def frames(animation: Animation) -> Iterator[Frame]:
    """The frames in order. Raises ValueError where one is broken."""
    canvas = Size(*_SIZE.unpack_from(animation.header))
    for control, pixels in animation.parts:
        yield _frame(control, _standalone(animation.header, animation.shared, pixels, control), canvas)


def joined(parts: Iterable[Frame], count: int, plays: int) -> bytes:
    """The file of ``count`` frames, the first of which is as large as the canvas."""
    numbers = itertools.count()
    chunks: list[Chunk] = []
    for index, part in enumerate(parts):
        if index == 0:
            chunks += [(b"IHDR", _header(part.body)), (b"acTL", _CONTROL.pack(count, plays))]
            chunks += [chunk for chunk in _until_pixels(part.body) if chunk[0] in _SHARED]
        chunks.append((b"fcTL", _control(part, next(numbers))))
        for content in (content for kind, content in _chunks(part.body) if kind == b"IDAT"):
            is_first = index == 0
            chunks.append((b"IDAT", content) if is_first else (b"fdAT", struct.pack(">I", next(numbers)) + content))
    return _written([*chunks, (b"IEND", b"")])


def _chunks(body: bytes) -> Iterator[Chunk]:
    """Raises ValueError where the bytes end before a chunk does."""
    place = len(SIGNATURE)
    for _ in range(MAX_CHUNKS):
        if place >= len(body):
            return
        length, end = int.from_bytes(body[place : place + 4]), place + 8
        if end + length + 4 > len(body):
            raise ValueError("a chunk is cut off")
        yield body[place + 4 : end], body[end : end + length]
        place = end + length + 4
    raise ValueError("too many chunks")


def _until_pixels(body: bytes) -> Iterator[Chunk]:
    """The chunks of the header; none where it is broken."""
    if not body.startswith(SIGNATURE):
        return
    try:
        yield from itertools.takewhile(lambda chunk: chunk[0] != b"IDAT", _chunks(body))
    except ValueError:
        return


def _header(body: bytes) -> bytes:
    return next((content for kind, content in _until_pixels(body) if kind == b"IHDR"), b"")


def _frame(control: bytes, body: bytes, canvas: Size) -> Frame:
    _, width, height, left, top, delay, denominator, disposal, blend = _FRAME.unpack(control)
    if not (0 < width <= canvas.width - left and 0 < height <= canvas.height - top):
        raise ValueError("a frame reaches outside the canvas")
    milliseconds = round(1000 * delay / (denominator or _DEFAULT_DENOMINATOR))
    return Frame(body, Box(left, top, width, height), milliseconds, disposal, blend)


def _control(part: Frame, number: int) -> bytes:
    # A delay is a fraction of two short numbers: beyond 65 seconds tenths must do.
    is_long = part.delay > _LARGEST_SHORT
    delay, denominator = (min(_LARGEST_SHORT, part.delay // 100), 10) if is_long else (part.delay, 1000)
    box = part.box
    return _FRAME.pack(
        number, box.width, box.height, box.left, box.top, delay, denominator, part.disposal, part.blend
    )  # fmt: skip


def _standalone(header: bytes, shared: Iterable[Chunk], pixels: Iterable[bytes], control: bytes) -> bytes:
    if len(control) != _FRAME.size or not pixels:
        raise ValueError("a frame has no size or no pixels")
    sides = control[_NUMBER_LENGTH : _NUMBER_LENGTH + _SIZE.size]
    own = [(b"IHDR", sides + header[_SIZE.size :]), *shared, *((b"IDAT", each) for each in pixels), (b"IEND", b"")]
    return _written(own)


def _written(chunks: Iterable[Chunk]) -> bytes:
    parts = [SIGNATURE]
    for kind, content in chunks:
        parts += [len(content).to_bytes(4), kind, content, zlib.crc32(kind + content).to_bytes(4)]
    return b"".join(parts)
