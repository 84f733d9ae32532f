"""The pixels of a PNG, which may move: its frames are composed as they are read, only what changes is written.

Pillow knows the format, too, but mixes a half transparent frame's colours with what lies invisible under it.
"""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pyvips

from media.deadline import stopping
from media.errors import SourceError
from media.formats import libvips, png_color
from media.formats.animation import apng
from media.formats.animation.apng import Animation
from media.formats.animation.compositor import Frame, Pixels, pixels_of, played
from media.formats.codec import Extent, Opened, Options
from media.formats.table import Format
from media.geometry import Box
from media.raster.picture import Picture
from media.raster.pixels import with_alpha
from media.raster.upright import upright


def open_file(body: bytes, row: Format) -> Opened:
    try:
        animation = apng.parse(body)
    except ValueError as error:
        raise SourceError("The image cannot be read: its frames are truncated or corrupt.") from error
    pages = 1 if animation is None else len(animation.frames)
    return Opened(row, body, png_color.load(body), pages, structure=animation)


def pixels(opened: Opened, extent: Extent) -> Picture:
    animation: Animation | None = opened.structure
    if animation is None:
        return libvips.pixels(opened, extent)
    moving = played(
        animation.frames, animation.canvas, animation.plays, extent.pages, lambda number: _own(animation, number)
    )
    return replace(moving, frames=tuple(_turned(frame, opened.header) for frame in moving.frames))


def _own(animation: Animation, number: int) -> Pixels:
    """Raises SourceError for a broken frame."""
    try:
        body = apng.alone(animation, number)
    except ValueError as error:
        raise SourceError("The image cannot be read: its frames are truncated or corrupt.") from error
    return pixels_of(upright(png_color.load(body)))


def _turned(frame: pyvips.Image, header: pyvips.Image) -> pyvips.Image:
    turned = frame.copy()
    orientation = int(header.get("orientation")) if header.get_typeof("orientation") else 1
    turned.set_type(pyvips.GValue.gint_type, "orientation", orientation)
    return turned.autorot()


def write(picture: Picture, row: Format, options: Options) -> bytes:
    """A palette would be another one in each frame of an animation, and is left out."""
    if not picture.is_animated:
        return libvips.write(picture, row, options)
    plain = {name: value for name, value in options.items() if name not in ("palette", "Q", "interlace")}
    return apng.joined(_parts(picture, plain), len(picture.frames), picture.loop)


def _parts(picture: Picture, options: Options) -> Iterator[tuple[Frame, bytes]]:
    has_alpha = any(frame.hasalpha() for frame in picture.frames)
    before: Pixels | None = None
    for image, delay in zip(picture.frames, picture.delays, strict=True):
        frame = with_alpha(image) if has_alpha else image
        pixels: Pixels = np.asarray(frame.numpy()).reshape(frame.height, frame.width, frame.bands)
        box = _changed(before, pixels)
        part = frame.crop(box.left, box.top, box.width, box.height)
        with stopping(part):
            written = bytes(part.write_to_buffer(".png", **options))
        yield Frame(box, delay), written
        before = pixels


def _changed(before: Pixels | None, pixels: Pixels) -> Box:
    """What differs between two frames; a single pixel if nothing does."""
    height, width = pixels.shape[:2]
    if before is None:
        return Box(0, 0, width, height)
    differs = (before != pixels).any(axis=2)
    rows, columns = np.flatnonzero(differs.any(axis=1)), np.flatnonzero(differs.any(axis=0))
    if not len(rows):
        return Box(0, 0, 1, 1)
    return Box(int(columns[0]), int(rows[0]), int(columns[-1] - columns[0]) + 1, int(rows[-1] - rows[0]) + 1)
