"""The pixels of an animated PNG: frames laid over each other as they are read, only what changes as they are written.

Drawing as in PNG, third edition, section 11.3.6.2 (blending) and its disposal operations. Pillow knows the format, too,
but mixes a half transparent frame's colours with what lies invisible under it.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pyvips

from media.formats import apng
from media.formats.apng import Frame
from media.geometry import Box, Size
from media.raster.picture import Picture
from media.raster.pixels import with_alpha

Pixels: TypeAlias = npt.NDArray[np.uint8]


def composed(body: bytes, canvas: Size, read: Callable[[bytes], pyvips.Image]) -> Iterator[tuple[pyvips.Image, int]]:
    """Every frame as it is to be seen, and its delay in milliseconds. ``read`` opens a PNG as 8-bit sRGB.

    Raises ValueError where the structure is broken, and what ``read`` raises.
    """
    seen: Pixels = np.zeros((canvas.height, canvas.width, 4), np.uint8)
    for index, frame in enumerate(apng.frames(body)):
        window, before = _window(frame.box), seen.copy()
        pixels: Pixels = np.asarray(with_alpha(read(frame.body)).numpy())
        seen[window] = _over(seen[window], pixels) if frame.blend == apng.OVER else pixels
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


def written(picture: Picture, options: Mapping[str, Any]) -> bytes:
    """``options`` are libvips' for each frame; a palette would be another one in each and is left out."""
    plain = {name: value for name, value in options.items() if name not in ("palette", "Q", "interlace")}
    count = len(picture.frames)
    return apng.joined(_parts(picture, plain), count, picture.loop)


def _parts(picture: Picture, options: Mapping[str, Any]) -> Iterator[Frame]:
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
