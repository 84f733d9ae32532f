"""The structure of a GIF: where its frames lie in the file and on the canvas, each taken out as a GIF of its own.

No pixel is touched here: see :mod:`media.formats.animation.gif_pixels`. The blocks are those of the GIF89a
specification (CompuServe, 1990), sections 15-27; what it leaves open is decided as Chromium does.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from media.formats.animation.compositor import CLEAR, LEAVE, OVER, REVERT, SOURCE, Frame
from media.geometry import Box, Size

PICTURE, TRAILER, EXTENSION = 0x2C, 0x3B, 0x21
CONTROL, APPLICATION = 0x21F9, 0x21FF
#: Who says how often the animation plays.
LOOPS = (b"NETSCAPE2.0", b"ANIMEXTS1.0")
#: Frames, their controls, comments and the like: a flood of empty ones is not walked.
MAX_BLOCKS = 100_000
#: More frames than any encoder writes: a flood of empty ones is not walked.
MAX_PARTS = 100_000
#: "Restore to background" clears, whatever the background colour is; 4 is 3, as an early browser wrote it.
DISPOSALS = {2: CLEAR, 3: REVERT, 4: REVERT}
_SCREEN, _CONTROL, _PICTURE = struct.Struct("<6sHHBBB"), struct.Struct("<BBHB"), struct.Struct("<BHHHHB")
_LOOP, _LOOP_PLACE = struct.Struct("<BBH"), 14
_HAS_TABLE, _IS_INTERLACED, _IS_TRANSPARENT, _CONTROL_LENGTH = 0x80, 0x40, 0x01, 4
#: A colour table of 256 entries: the flags that announce it and its length.
_LARGEST_TABLE, _LARGEST_LENGTH = 0xF7, 768
_NO_CONTROL = _CONTROL.pack(_CONTROL_LENGTH, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Part:
    """A frame, and where its colours and its compressed pixels lie in the file. ``transparent`` is one of its colours,
    by number."""

    frame: Frame
    table: slice
    pixels: slice
    is_interlaced: bool
    transparent: int | None


@dataclass(frozen=True, slots=True)
class Animation:
    """At least one frame; it ``plays`` that often, 0 = for ever."""

    canvas: Size
    plays: int
    parts: tuple[Part, ...]

    @property
    def has_alpha(self) -> bool:
        """Whether anything may be seen through: what the first frame does not cover, or what is cleared later."""
        first, box = self.parts[0], self.parts[0].frame.box
        is_covered = not (box.left or box.top) and box.size == self.canvas and first.transparent is None
        cleared = (part.frame.disposal == CLEAR for part in self.parts[:-1])
        return not is_covered or any(cleared) or (first.frame.disposal == REVERT and len(self.parts) > 1)


def parse(body: bytes) -> Animation:
    """Raises ValueError, IndexError or struct.error if the file ends too early or has blocks of no known kind."""
    _, width, height, flags, _, _ = _SCREEN.unpack_from(body)
    start = _SCREEN.size + _table_length(flags)
    table, control, plays = slice(_SCREEN.size, start), _NO_CONTROL, 1
    parts: list[Part] = []
    for kind, first, last in _blocks(body, start):
        if kind == CONTROL and body[first + 2] == _CONTROL_LENGTH:
            control = body[first + 2 : first + 2 + _CONTROL.size]
        elif kind == APPLICATION:
            plays = _plays(body, first, plays)
        elif kind == PICTURE:
            parts.append(_part(body, first, last, control, table))
            control = _NO_CONTROL
    return Animation(_canvas(width, height, parts), plays, tuple(parts))


def _blocks(body: bytes, place: int) -> Iterator[tuple[int, int, int]]:
    """Kind, first and last place of every block up to the trailer: linear in their number, pixels are skipped."""
    pictures = blocks = 0
    while (kind := body[place]) != TRAILER:
        first, blocks = place, blocks + 1
        if blocks > MAX_BLOCKS:
            raise ValueError("too many blocks")
        if kind == EXTENSION:
            kind, place = kind << 8 | body[place + 1], _after_chunks(body, place + 2)
        elif kind == PICTURE and pictures < MAX_PARTS:
            place = _after_chunks(body, _table_place(place) + _table_length(body[place + 9]) + 1)
            pictures += 1
        else:
            raise ValueError(kind)
        yield kind, first, place


def _after_chunks(body: bytes, place: int) -> int:
    while length := body[place]:
        place += length + 1
    return place + 1


def _table_place(picture: int) -> int:
    return picture + _PICTURE.size


def _table_length(flags: int) -> int:
    """Bytes of a colour table, 0 if the flags say there is none."""
    return 3 << ((flags & 7) + 1) if flags & _HAS_TABLE else 0


def _plays(body: bytes, place: int, plays: int) -> int:
    """A repetition more is a play more; ``plays`` if the block says something else."""
    if body[place + 3 : place + _LOOP_PLACE] not in LOOPS:
        return plays
    length, kind, again = _LOOP.unpack_from(body, place + _LOOP_PLACE)
    return (again + 1 if again else 0) if length > 2 and kind == 1 else plays


def _part(body: bytes, place: int, end: int, control: bytes, table: slice) -> Part:
    _, left, top, width, height, flags = _PICTURE.unpack_from(body, place)
    _, control_flags, delay, transparent = _CONTROL.unpack(control)
    own = slice(_table_place(place), _table_place(place) + _table_length(flags))
    is_transparent = bool(control_flags & _IS_TRANSPARENT)
    disposal = DISPOSALS.get(control_flags >> 2 & 7, LEAVE)
    frame = Frame(Box(left, top, width, height), 10 * delay, disposal, OVER if is_transparent else SOURCE)
    return Part(
        frame, own if own.start < own.stop else table, slice(own.stop, end), bool(flags & _IS_INTERLACED),
        transparent if is_transparent else None,
    )  # fmt: skip


def _canvas(width: int, height: int, parts: list[Part]) -> Size:
    """As large as the screen and the first frame; others may reach over it. Raises ValueError if it is empty."""
    if not parts:
        raise ValueError("no frames")
    box = parts[0].frame.box
    size = Size(max(width, box.left + box.width), max(height, box.top + box.height))
    if not size.pixels:
        raise ValueError(size)
    return size


def alone(body: bytes, part: Part) -> bytes:
    """The GIF of this frame and nothing else, as large as its box. Colours that its table lacks are black."""
    size = part.frame.box.size
    screen = _SCREEN.pack(b"GIF89a", size.width, size.height, _LARGEST_TABLE, 0, 0)
    picture = _PICTURE.pack(PICTURE, 0, 0, size.width, size.height, _IS_INTERLACED if part.is_interlaced else 0)
    table = body[part.table].ljust(_LARGEST_LENGTH, b"\0")
    return b"".join((screen, table, _control(part), picture, body[part.pixels], bytes([TRAILER])))


def _control(part: Part) -> bytes:
    if part.transparent is None:
        return b""
    return CONTROL.to_bytes(2) + _CONTROL.pack(_CONTROL_LENGTH, _IS_TRANSPARENT, 0, part.transparent) + b"\0"
