"""The structure of a Photoshop file: what its header says, its layers, and where the bytes of every channel lie.

No pixel is touched here: see :mod:`media.formats.psd_pixels`. Pillow reads the merged picture, too, but takes the
channels of a layer in another order than Photoshop writes them, and knows nothing of opacity, masks and groups. Source:
Adobe, Photoshop File Formats Specification (2019).
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from media.geometry import Box, Size

SIGNATURE = b"8BPS\x00\x01"
#: As many as Photoshop writes. More would be records that cost and show nothing.
MAX_LAYERS, MAX_CHANNELS = 8_000, 56 + 4
#: The longest name, as UTF-16 behind its length.
MAX_NAME_BYTES = 4 + 2 * 1024
#: Photoshop nests ten groups.
MAX_GROUP_DEPTH = 100
MAX_SIDE = 30_000
ALPHA, MASK = -1, -2
PROFILE, VERSION = 1039, 1057
#: What a record in the list of layers is if it is no layer: a group's name and, below its layers, its end.
_OPEN_GROUP, _CLOSED_GROUP, _GROUP_END = 1, 2, 3
_MASK_DISABLED = 2
_DEEP_LAYERS = (b"Lr16", b"Lr32", b"Layr")


@dataclass(frozen=True, slots=True)
class Channel:
    """``number`` counts the colours from 0, or is ALPHA or MASK; its bytes lie at ``place``."""

    number: int
    place: int
    length: int


@dataclass(frozen=True, slots=True)
class Mask:
    """``outside`` is its value beyond ``box``."""

    box: Box
    outside: int


@dataclass(frozen=True, slots=True)
class Layer:
    """``box`` may reach over the canvas. ``opacity`` is 0..255, that of its groups included; ``groups`` names them."""

    name: str
    box: Box
    opacity: int
    blend: str
    is_clipped: bool
    channels: tuple[Channel, ...] = ()
    mask: Mask | None = None
    groups: tuple[str, ...] = ()
    section: int = 0


@dataclass(frozen=True, slots=True)
class Document:
    """``layers`` from the lowest up, those without pixels left out. ``place`` is where the merged picture begins;
    ``is_merged`` is false if Photoshop was told not to keep one."""

    size: Size
    channels: int
    depth: int
    mode: int
    palette: bytes = b""
    resources: dict[int, bytes] = field(default_factory=dict)
    layers: tuple[Layer, ...] = ()
    has_alpha: bool = False
    place: int = 0

    @property
    def is_merged(self) -> bool:
        version = self.resources.get(VERSION, b"")
        return len(version) < 5 or version[4] != 0


class _Cursor:
    """A place in the bytes up to ``end``; struct.error if they end too early."""

    def __init__(self, body: bytes, place: int = 0, end: int | None = None) -> None:
        self.body, self.place = body, place
        self.end = len(body) if end is None else min(end, len(body))

    def numbers(self, shape: str) -> tuple[int, ...]:
        return struct.unpack(">" + shape, self.take(struct.calcsize(">" + shape)))

    def number(self, shape: str = "I") -> int:
        return self.numbers(shape)[0]

    def take(self, length: int) -> bytes:
        if length < 0 or self.place + length > self.end:
            raise struct.error("the file ends too early")
        self.place += length
        return self.body[self.place - length : self.place]

    def pascal(self, multiple: int) -> bytes:
        """A text behind its length, filled up with zeros."""
        text = self.take(self.number("B"))
        self.take(-(len(text) + 1) % multiple)
        return text


def parse(body: bytes) -> Document:
    """Raises ValueError or struct.error if the structure is broken."""
    cursor = _Cursor(body)
    if cursor.take(len(SIGNATURE)) != SIGNATURE:
        raise ValueError("no Photoshop file")
    cursor.take(6)
    channels, height, width, depth, mode = cursor.numbers("HIIHH")
    if not (0 < width <= MAX_SIDE and 0 < height <= MAX_SIDE):
        raise ValueError((width, height))
    palette = cursor.take(cursor.number())
    resources = dict(_resources(_Cursor(cursor.take(cursor.number()))))
    length = cursor.number()
    place = cursor.place + length
    layers, has_alpha = _layers(_Cursor(body, cursor.place, place)) if length else ((), False)
    return Document(Size(width, height), channels, depth, mode, palette, resources, layers, has_alpha, place)


def _resources(cursor: _Cursor) -> Iterator[tuple[int, bytes]]:
    while cursor.place + 12 <= cursor.end:
        _, number = cursor.numbers("4sH")
        cursor.pascal(2)
        content = cursor.take(cursor.number())
        cursor.take(min(len(content) % 2, cursor.end - cursor.place))
        yield number, content


def _layers(cursor: _Cursor) -> tuple[tuple[Layer, ...], bool]:
    if not cursor.number() and not _goes_to_deep_layers(cursor):
        return (), False
    count = cursor.number("h")
    if abs(count) > MAX_LAYERS:
        raise ValueError(f"{abs(count)} layers")
    layers = [_layer(cursor) for _ in range(abs(count))]
    place = cursor.place
    placed = []
    for layer in layers:
        channels = []
        for channel in layer.channels:
            channels.append(replace(channel, place=place))
            place += channel.length
        placed.append(replace(layer, channels=tuple(channels)))
    # A negative count says that the first channel beyond the colours is the alpha of the merged picture.
    return tuple(layer for layer in _in_groups(placed) if layer.box.width > 0 and layer.box.height > 0), count < 0


def _goes_to_deep_layers(cursor: _Cursor) -> bool:
    """Files of 16 bits keep their layers in a block behind the global mask."""
    if cursor.place + 4 > cursor.end:
        return False
    cursor.take(cursor.number())
    for key, start, _ in _blocks(cursor, cursor.end, multiple=4):
        if key in _DEEP_LAYERS:
            cursor.place = start
            return True
    return False


def _blocks(cursor: _Cursor, end: int, multiple: int) -> Iterator[tuple[bytes, int, int]]:
    """Keys, starts and lengths of the tagged blocks up to ``end``."""
    while cursor.place + 12 <= end:
        _, key, length = struct.unpack(">4s4sI", cursor.take(12))
        start = cursor.place
        yield key, start, min(length, end - start)
        cursor.place = start + length + -length % multiple


def _layer(cursor: _Cursor) -> Layer:
    top, left, bottom, right, count = cursor.numbers("4iH")
    if count > MAX_CHANNELS:
        raise ValueError(f"{count} channels")
    channels = tuple(Channel(number, 0, length) for number, length in (cursor.numbers("hI") for _ in range(count)))
    cursor.take(4)
    blend = cursor.take(4).decode("latin-1")
    opacity, clipping, _, _, length = cursor.numbers("4BI")
    end = cursor.place + length
    mask = _mask(_Cursor(cursor.take(cursor.number())))
    cursor.take(cursor.number())
    name, section = cursor.pascal(4).decode("mac_roman"), 0
    for key, start, size in _blocks(cursor, end, multiple=2):
        content = cursor.body[start : start + min(size, MAX_NAME_BYTES)]
        if key == b"luni":
            name = content[4 : 4 + 2 * int.from_bytes(content[:4])].decode("utf-16-be").rstrip("\0")
        elif key in (b"lsct", b"lsdk"):
            section = int.from_bytes(content[:4])
    cursor.place = end
    box = Box(left, top, right - left, bottom - top)
    return Layer(name, box, opacity, blend, bool(clipping), channels, mask, section=section)


def _mask(cursor: _Cursor) -> Mask | None:
    if cursor.end < 18:
        return None
    top, left, bottom, right, outside, flags = cursor.numbers("4i2B")
    if flags & _MASK_DISABLED:
        return None
    return Mask(Box(left, top, right - left, bottom - top), outside)


def _in_groups(records: list[Layer]) -> list[Layer]:
    """The layers alone, each with the names of its groups: a group's own record stands above them."""
    stack: list[list[Layer]] = [[]]
    for record in records:
        if record.section == _GROUP_END:
            if len(stack) > MAX_GROUP_DEPTH:
                raise ValueError("groups are nested too deep")
            stack.append([])
        elif record.section in (_OPEN_GROUP, _CLOSED_GROUP) and len(stack) > 1:
            members = stack.pop()
            stack[-1] += [_within(layer, record) for layer in members]
        else:
            stack[-1].append(record)
    return [layer for group in stack for layer in group]


def _within(layer: Layer, group: Layer) -> Layer:
    opacity = round(layer.opacity * group.opacity / 255)
    return replace(layer, groups=(*layer.groups, group.name), opacity=opacity)
