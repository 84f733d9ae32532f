"""The pixels of an animated PNG: frames laid over each other as they are read, only what changes as they are written.

Drawing as in PNG, third edition, section 11.3.6.2 (blending) and its disposal operations. Pillow knows the format, too,
but mixes a half transparent frame's colours with what lies invisible under it.
"""

import itertools
from collections.abc import Iterator
from dataclasses import replace
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pyvips

from media.errors import SourceError
from media.formats import libvips
from media.formats.animation import apng
from media.formats.animation.apng import Animation, Frame
from media.formats.codec import Extent, Opened, Options
from media.formats.table import Format
from media.geometry import Box, Size
from media.raster.picture import Picture
from media.raster.pixels import with_alpha

Pixels: TypeAlias = npt.NDArray[np.uint8]


def open_file(body: bytes, row: Format) -> Opened:
    still = libvips.open_file(body, row)
    try:
        animation = apng.parse(body)
    except ValueError as error:
        raise SourceError("The image cannot be read: its frames are truncated or corrupt.") from error
    return still if animation is None else replace(still, pages=animation.count, structure=animation)


def pixels(opened: Opened, extent: Extent) -> Picture:
    animation: Animation | None = opened.structure
    if animation is None:
        return libvips.pixels(opened, extent)
    pages = extent.pages or tuple(range(1, animation.count + 1))
    size = Size(opened.header.width, opened.header.height)
    try:
        # Those before the last one that is asked for are drawn, too, as they may lie under it.
        drawn = itertools.islice(_composed(animation, size), max(pages))
        kept = [each for number, each in enumerate(drawn, 1) if number in pages]
    except ValueError as error:
        raise SourceError("The image cannot be read: its frames are truncated or corrupt.") from error
    is_opaque = all(frame[3].min() == 255 for frame, _ in kept)
    frames = tuple(_turned(frame[:3] if is_opaque else frame, opened.header) for frame, _ in kept)
    return Picture(frames, tuple(delay for _, delay in kept), animation.plays)


def _turned(frame: pyvips.Image, header: pyvips.Image) -> pyvips.Image:
    turned = frame.copy()
    orientation = int(header.get("orientation")) if header.get_typeof("orientation") else 1
    turned.set_type(pyvips.GValue.gint_type, "orientation", orientation)
    return turned.autorot()


def _composed(animation: Animation, canvas: Size) -> Iterator[tuple[pyvips.Image, int]]:
    """Every frame as it is to be seen, and its delay in milliseconds. Raises ValueError or SourceError for a broken
    one."""
    seen: Pixels = np.zeros((canvas.height, canvas.width, 4), np.uint8)
    for index, frame in enumerate(apng.frames(animation)):
        window, before = _window(frame.box), seen.copy()
        own: Pixels = np.asarray(with_alpha(libvips.decoded(libvips.load(frame.body))).numpy())
        seen[window] = _over(seen[window], own) if frame.blend == apng.OVER else own
        yield pyvips.Image.new_from_array(seen.copy(), interpretation="srgb"), frame.delay
        if frame.disposal == apng.CLEAR or (frame.disposal == apng.REVERT and index == 0):
            seen[window] = 0
        elif frame.disposal == apng.REVERT:
            seen = before


def _window(box: Box) -> tuple[slice, slice]:
    return slice(box.top, box.top + box.height), slice(box.left, box.left + box.width)


def _over(below: Pixels, above: Pixels) -> Pixels:
    share = above[..., 3:].astype(np.float32) / 255
    rest = below[..., 3:].astype(np.float32) / 255 * (1 - share)
    alpha = share + rest
    colours = (above[..., :3] * share + below[..., :3] * rest) / np.maximum(alpha, 1 / 255)
    return np.rint(np.concatenate([colours, alpha * 255], axis=2)).clip(0, 255).astype(np.uint8)


def write(picture: Picture, row: Format, options: Options) -> bytes:
    """A palette would be another one in each frame of an animation, and is left out."""
    if not picture.is_animated:
        return libvips.write(picture, row, options)
    plain = {name: value for name, value in options.items() if name not in ("palette", "Q", "interlace")}
    return apng.joined(_parts(picture, plain), len(picture.frames), picture.loop)


def _parts(picture: Picture, options: Options) -> Iterator[Frame]:
    has_alpha = any(frame.hasalpha() for frame in picture.frames)
    before: Pixels | None = None
    for image, delay in zip(picture.frames, picture.delays, strict=True):
        frame = with_alpha(image) if has_alpha else image
        pixels: Pixels = np.asarray(frame.numpy()).reshape(frame.height, frame.width, frame.bands)
        box = _changed(before, pixels)
        part = frame.crop(box.left, box.top, box.width, box.height)
        yield Frame(bytes(part.write_to_buffer(".png", **options)), box, delay)
        before = pixels


def _changed(before: Pixels | None, pixels: Pixels) -> Box:
    """What differs between two frames; a single pixel where nothing does."""
    height, width = pixels.shape[:2]
    if before is None:
        return Box(0, 0, width, height)
    differs = (before != pixels).any(axis=2)
    rows, columns = np.flatnonzero(differs.any(axis=1)), np.flatnonzero(differs.any(axis=0))
    if not len(rows):
        return Box(0, 0, 1, 1)
    return Box(int(columns[0]), int(rows[0]), int(columns[-1] - columns[0]) + 1, int(rows[-1] - rows[0]) + 1)
