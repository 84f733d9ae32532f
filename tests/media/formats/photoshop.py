"""Photoshop files made by code, by the same specification as :mod:`media.formats.psd` and from the other side."""

import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

RAW, PACKED, ZIPPED, PREDICTED = range(4)
GREY, RGB, CMYK, LAB = 1, 3, 4, 9


@dataclass(frozen=True)
class PaintedLayer:
    """A rectangle of ``stored`` channel values, alpha as given; ``section`` makes it a bracket of a group."""

    name: str
    stored: tuple[int, ...] = ()
    box: tuple[int, int, int, int] = (0, 0, 0, 0)
    alpha: int | None = 255
    opacity: int = 255
    blend: str = "norm"
    clipped: bool = False
    mask: tuple[tuple[int, int, int, int], int, int] | None = None
    section: int = 0


def start_of_group() -> PaintedLayer:
    return PaintedLayer("</Layer group>", section=3)


def end_of_group(name: str, opacity: int = 255) -> PaintedLayer:
    return PaintedLayer(name, section=1, opacity=opacity)


def document(
    planes: Sequence[np.ndarray],
    layers: Sequence[PaintedLayer] = (),
    *,
    mode: int = RGB,
    depth: int = 8,
    packing: int = PACKED,
    has_alpha: bool = False,
    resources: dict[int, bytes] | None = None,
    palette: bytes = b"",
) -> bytes:
    """``planes`` are the merged picture's, 8-bit; they are written in ``depth`` bits."""
    height, width = planes[0].shape
    head = b"8BPS\x00\x01" + bytes(6) + struct.pack(">HIIHH", len(planes), height, width, depth, mode)
    blocks = b"".join(_resource(number, content) for number, content in (resources or {}).items())
    merged = packed_merged(planes, depth) if packing else b"\0\0" + b"".join(_deep(plane, depth) for plane in planes)
    section = _section(layers, depth, packing, has_alpha=has_alpha) if layers else b""
    return head + _long(palette) + _long(blocks) + _long(section) + merged


def packed_merged(planes: Sequence[np.ndarray], depth: int) -> bytes:
    rows = [_run_lengths(row) for plane in planes for row in _rows(plane, depth)]
    return b"\0\1" + b"".join(struct.pack(">H", len(row)) for row in rows) + b"".join(rows)


def _section(layers: Sequence[PaintedLayer], depth: int, packing: int, *, has_alpha: bool) -> bytes:
    channels = [_channels(layer, depth, packing) for layer in layers]
    records = b"".join(_record(layer, found) for layer, found in zip(layers, channels, strict=True))
    content = struct.pack(">h", -len(layers) if has_alpha else len(layers)) + records
    content += b"".join(body for found in channels for _, body in found)
    content += bytes(-len(content) % 4)
    if depth == 8:
        return _long(content) + _long(b"")
    return _long(b"") + _long(b"") + b"8BIMLr16" + _long(content)


def _channels(layer: PaintedLayer, depth: int, packing: int) -> list[tuple[int, bytes]]:
    top, left, bottom, right = layer.box
    values = {} if layer.alpha is None else {-1: layer.alpha}
    # Photoshop writes the alpha first.
    values |= dict(enumerate(layer.stored))
    planes = {number: np.full((bottom - top, right - left), value, np.uint8) for number, value in values.items()}
    if layer.mask:
        (top, left, bottom, right), value, _ = layer.mask
        planes[-2] = np.full((bottom - top, right - left), value, np.uint8)
    return [(number, _packed(plane, depth, packing)) for number, plane in planes.items()]


def _record(layer: PaintedLayer, channels: list[tuple[int, bytes]]) -> bytes:
    listed = b"".join(struct.pack(">hI", number, len(body)) for number, body in channels)
    head = struct.pack(">4iH", *layer.box, len(channels)) + listed + b"8BIM" + layer.blend.encode()
    mask = struct.pack(">4i2BH", *layer.mask[0], layer.mask[2], 0, 0) if layer.mask else b""
    name = layer.name.encode("mac_roman", "replace")[:31]
    short = bytes([len(name)]) + name
    wide = layer.name.encode("utf-16-be")
    luni = _long(struct.pack(">I", len(wide) // 2) + wide + bytes(len(wide) % 4))
    extra = _long(mask) + _long(b"") + short + bytes(-len(short) % 4) + b"8BIMluni" + luni
    if layer.section:
        extra += b"8BIMlsct" + _long(struct.pack(">I", layer.section))
    return head + struct.pack(">4B", layer.opacity, layer.clipped, 0, 0) + _long(extra)


def _packed(plane: np.ndarray, depth: int, packing: int) -> bytes:
    rows = _rows(plane, depth)
    if packing == PACKED:
        lines = [_run_lengths(row) for row in rows]
        return b"\0\1" + b"".join(struct.pack(">H", len(line)) for line in lines) + b"".join(lines)
    if packing == PREDICTED:
        values = np.frombuffer(_deep(plane, depth), ">u2" if depth == 16 else np.uint8).reshape(plane.shape)
        steps = np.diff(values.astype(np.int32), axis=1, prepend=0).astype(values.dtype)
        return b"\0\3" + zlib.compress(steps.tobytes())
    return b"\0\2" + zlib.compress(b"".join(rows)) if packing == ZIPPED else b"\0\0" + b"".join(rows)


def _rows(plane: np.ndarray, depth: int) -> list[bytes]:
    return [_deep(row, depth) for row in plane]


def _deep(values: np.ndarray, depth: int) -> bytes:
    return values.tobytes() if depth == 8 else (values.astype(np.uint16) * 257).astype(">u2").tobytes()


def _run_lengths(row: bytes) -> bytes:
    """Literal runs of up to 128 bytes, and a repetition if a whole run is one value."""
    parts = [row[start : start + 128] for start in range(0, len(row), 128)]
    return b"".join(
        bytes([257 - len(part), part[0]]) if len(part) > 1 and len(set(part)) == 1 else bytes([len(part) - 1]) + part
        for part in parts
    )


def _resource(number: int, content: bytes) -> bytes:
    return b"8BIM" + struct.pack(">HH", number, 0) + _long(content) + bytes(len(content) % 2)


def _long(content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + content
