"""The pixels of a Photoshop file: the merged picture as Photoshop left it, or chosen layers laid over each other.

A layer stands at its place on the canvas, with its opacity, its mask and its blending. Adjustments, effects (shadows,
strokes) and masks of groups are not drawn: a layer is chosen by name for its picture.
"""

import struct
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pyvips

from media.errors import BadTransformation, LimitExceeded, SourceError, UnsupportedFormat
from media.formats import psd
from media.formats.codec import Extent, Opened, blank
from media.formats.libvips import decoded
from media.formats.pillow import packbits
from media.formats.psd import Channel, Document, Layer
from media.formats.table import Format
from media.geometry import Box, Size
from media.raster.picture import Picture
from media.raster.pixels import to_uint8
from media.raster.upright import upright

Plane = npt.NDArray[np.uint8]
RAW, PACKED, ZIPPED, PREDICTED = 0, 1, 2, 3
INDEXED, CMYK, LAB = 2, 4, 9
#: Colour modes: interpretation and number of colours. A duotone is its grey, as other programs show it.
MODES = {
    1: ("b-w", 1), INDEXED: ("b-w", 1), 3: ("srgb", 3), CMYK: ("cmyk", 4), 8: ("b-w", 1), LAB: ("lab", 3),
}  # fmt: skip
DEPTHS = (8, 16)
#: How a layer meets those below it, if libvips has the same arithmetic.
BLENDS = {
    "norm": "over", "mul ": "multiply", "scrn": "screen", "over": "overlay", "dark": "darken", "lite": "lighten",
    "div ": "colour-dodge", "idiv": "colour-burn", "hLit": "hard-light", "sLit": "soft-light", "diff": "difference",
    "smud": "exclusion",
}  # fmt: skip
_PALETTE_LENGTH = 768


def open_file(body: bytes, row: Format) -> Opened:
    """Its layers are the pages 2, 3 … from the lowest up, chosen by their own names and those of their groups."""
    document = _document(body)
    header = blank(document.size.width, document.size.height, 3 + document.has_alpha)
    names = tuple((layer.name, *layer.groups) for layer in document.layers)
    return Opened(row, body, header, layers=names, structure=document)


def pixels(opened: Opened, extent: Extent) -> Picture:
    """Raises LimitExceeded for layers that are too large together, BadTransformation for blending not drawn here."""
    document: Document = opened.structure
    if not extent.pages or 1 in extent.pages:
        return Picture((decoded(_merged(opened.body, document)),))
    chosen = [document.layers[page - 2] for page in extent.pages]
    _check(chosen, document, extent.max_pixels)
    return Picture((decoded(_drawn(opened.body, document, chosen)),))


def _merged(body: bytes, document: Document) -> pyvips.Image:
    """Raises SourceError, also for a file that was saved without its merged picture."""
    if not document.is_merged:
        raise SourceError("The Photoshop file was saved without a merged picture (maximize compatibility).")
    with _whole_file():
        count = MODES[document.mode][1]
        planes = _merged_planes(body, document, count + document.has_alpha)
        if not document.has_alpha:
            return _colours(planes, document)
        return _joined(_colours(_without_white(planes[:count], planes[count], document), document), planes[count])


def _drawn(body: bytes, document: Document, chosen: Sequence[Layer]) -> pyvips.Image:
    """The layers laid over each other."""
    with _whole_file():
        below, *above = (_on_canvas(body, layer, document) for layer in chosen)
        for layer, image in zip(chosen[1:], above, strict=True):
            below = to_uint8(below.composite2(image, BLENDS[layer.blend])).copy_memory()
    return below


@contextmanager
def _whole_file() -> Iterator[None]:
    try:
        yield
    except (ValueError, LookupError, struct.error, zlib.error, pyvips.Error) as error:
        raise SourceError("The image cannot be read: it is no whole psd file.") from error


def _document(body: bytes) -> Document:
    with _whole_file():
        document = psd.parse(body)
    if document.mode not in MODES or document.depth not in DEPTHS or document.channels < MODES[document.mode][1]:
        kind = f"mode {document.mode} with {document.depth} bits"
        raise UnsupportedFormat(
            f"Photoshop files of color {kind} are not read; grey, RGB, CMYK and Lab of 8 or 16 are."
        )
    has_alpha = document.has_alpha and document.channels > MODES[document.mode][1]
    return document if has_alpha == document.has_alpha else replace(document, has_alpha=False)


def _check(chosen: Sequence[Layer], document: Document, max_pixels: int) -> None:
    boxes = [layer.box for layer in chosen] + [layer.mask.box for layer in chosen if layer.mask]
    pixels = sum(max(0, box.width) * max(0, box.height) for box in boxes)
    if pixels + document.size.pixels * len(chosen) > max_pixels:
        raise LimitExceeded(f"The chosen layers have {pixels} pixels; at most {max_pixels} are read with the canvas.")
    for layer in chosen[1:]:
        if layer.blend not in BLENDS:
            raise BadTransformation(f"the layer {layer.name} is blended as {layer.blend}, which is not drawn here")
    if len(chosen) > 1 and (clipped := next((layer for layer in chosen if layer.is_clipped), None)):
        raise BadTransformation(f"the layer {clipped.name} is clipped by another, which is not drawn here")


def _merged_planes(body: bytes, document: Document, count: int) -> list[Plane]:
    kind, place, size = int.from_bytes(body[document.place : document.place + 2]), document.place + 2, document.size
    width = size.width * document.depth // 8
    if kind == PACKED:
        rows = np.frombuffer(body, ">u2", document.channels * size.height, place).reshape(-1, size.height)
        place += rows.nbytes
        lengths = [int(each) for each in rows.sum(axis=1)]
    elif kind == RAW:
        lengths = [width * size.height] * document.channels
    else:
        raise ValueError(kind)
    starts = np.cumsum([place, *lengths])
    parts = [body[start : start + length] for start, length in zip(starts, lengths, strict=False)]
    return [_plane(kind, part, size, document.depth) for part in parts[:count]]


def _layer_plane(body: bytes, channel: Channel, size: Size, depth: int) -> Plane:
    part = body[channel.place : channel.place + channel.length]
    kind, rows = int.from_bytes(part[:2]), 2 * size.height if part[1:2] == bytes([PACKED]) else 0
    return _plane(kind, part[2 + rows :], size, depth)


def _plane(kind: int, part: bytes, size: Size, depth: int) -> Plane:
    width = size.width * depth // 8
    if kind == PACKED:
        values = np.asarray(packbits(part, width, size.height)).reshape(size.height, width)
    elif kind in (ZIPPED, PREDICTED):
        values = _rows(zlib.decompressobj().decompress(part, width * size.height), width, size.height)
    elif kind == RAW:
        values = _rows(part, width, size.height)
    else:
        raise ValueError(kind)
    if depth == 8:
        return np.cumsum(values, axis=1, dtype=np.uint8) if kind == PREDICTED else values
    deep = np.ascontiguousarray(values).view(">u2").astype(np.uint16)
    deep = np.cumsum(deep, axis=1, dtype=np.uint16) if kind == PREDICTED else deep
    return ((deep.astype(np.uint32) + 128) // 257).astype(np.uint8)


def _rows(part: bytes, width: int, height: int) -> Plane:
    return np.frombuffer(part, np.uint8, width * height).reshape(height, width)


def _without_white(planes: Sequence[Plane], alpha: Plane, document: Document) -> list[Plane]:
    """Photoshop lays the colours of a transparent picture on white; in Lab, white is no single number."""
    if document.mode == LAB:
        return list(planes)
    share = np.maximum(alpha, 1).astype(np.float32) / 255
    return [np.rint(255 - (255 - plane.astype(np.float32)) / share).clip(0, 255).astype(np.uint8) for plane in planes]


def _colours(planes: Sequence[Plane], document: Document) -> pyvips.Image:
    """8-bit sRGB of the stored numbers, by the file's own profile if it has one."""
    if document.mode == INDEXED:
        palette = np.frombuffer(document.palette, np.uint8, _PALETTE_LENGTH).reshape(3, 256)
        return pyvips.Image.new_from_array(palette.T[planes[0]], interpretation="srgb")
    values = np.dstack(planes)
    if document.mode == LAB:
        scaled = (values.astype(np.float32) - (0, 128, 128)) * (100 / 255, 1, 1)
        return upright(pyvips.Image.new_from_array(scaled.astype(np.float32), interpretation="lab"))
    # Ink is stored as the light that is left.
    stored = 255 - values if document.mode == CMYK else values
    image = pyvips.Image.new_from_array(stored, interpretation=MODES[document.mode][0]).copy()
    if profile := document.resources.get(psd.PROFILE):
        image.set_type(pyvips.GValue.blob_type, "icc-profile-data", profile)
    return upright(image)


def _joined(colours: pyvips.Image, alpha: Plane) -> pyvips.Image:
    return colours.bandjoin(pyvips.Image.new_from_array(alpha)).copy(interpretation="srgb")


def _on_canvas(body: bytes, layer: Layer, document: Document) -> pyvips.Image:
    size = Size(layer.box.width, layer.box.height)
    channels = {channel.number: channel for channel in layer.channels}
    planes = [_layer_plane(body, channels[number], size, document.depth) for number in range(MODES[document.mode][1])]
    alpha = np.full((size.height, size.width), layer.opacity, np.float32)
    if psd.ALPHA in channels:
        alpha *= _layer_plane(body, channels[psd.ALPHA], size, document.depth) / np.float32(255)
    if layer.mask and psd.MASK in channels:
        alpha *= _mask_plane(body, channels[psd.MASK], layer, document.depth) / np.float32(255)
    image = _joined(_colours(planes, document), np.rint(alpha).astype(np.uint8))
    return _placed(image, layer.box, document.size)


def _placed(image: pyvips.Image, box: Box, canvas: Size) -> pyvips.Image:
    left, top = max(0, box.left), max(0, box.top)
    width = min(canvas.width, box.left + box.width) - left
    height = min(canvas.height, box.top + box.height) - top
    if width <= 0 or height <= 0:
        return pyvips.Image.black(canvas.width, canvas.height, bands=4).copy(interpretation="srgb")
    return image.crop(left - box.left, top - box.top, width, height).embed(left, top, canvas.width, canvas.height)


def _mask_plane(body: bytes, channel: Channel, layer: Layer, depth: int) -> Plane:
    """The mask as far as the layer reaches."""
    if layer.mask is None or layer.mask.box.width <= 0 or layer.mask.box.height <= 0:
        return np.full((layer.box.height, layer.box.width), layer.mask.outside if layer.mask else 255, np.uint8)
    box = layer.mask.box
    plane = _layer_plane(body, channel, Size(box.width, box.height), depth)
    outside = np.full((layer.box.height, layer.box.width), layer.mask.outside, np.uint8)
    return _pasted(outside, plane, Box(box.left - layer.box.left, box.top - layer.box.top, box.width, box.height))


def _pasted(below: Plane, above: Plane, box: Box) -> Plane:
    top, left = max(0, box.top), max(0, box.left)
    part = above[top - box.top :, left - box.left :][: below.shape[0] - top, : below.shape[1] - left]
    below[top : top + part.shape[0], left : left + part.shape[1]] = part
    return below
