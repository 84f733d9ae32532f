"""The pixels of a GIF. libvips decodes each frame alone; all together it would lay them over each other by other rules
than browsers do: what is disposed of comes out black, a smaller first frame without its place."""

import struct

import numpy as np

from media.errors import LimitExceeded, SourceError
from media.formats import libvips
from media.formats.animation import gif
from media.formats.animation.compositor import Pixels, pixels_of, played
from media.formats.animation.gif import Animation, Part
from media.formats.codec import Extent, Opened, blank
from media.formats.table import Format
from media.raster.picture import Picture


def open_file(body: bytes, row: Format) -> Opened:
    try:
        animation = gif.parse(body)
    except (ValueError, IndexError, struct.error) as error:
        raise SourceError("The image cannot be read: its frames are truncated or corrupt.") from error
    header = blank(animation.canvas.width, animation.canvas.height, 3 + animation.has_alpha)
    return Opened(row, body, header, len(animation.parts), structure=animation)


def pixels(opened: Opened, extent: Extent) -> Picture:
    animation: Animation = opened.structure
    _judge(animation, extent.max_pixels)
    frames = [part.frame for part in animation.parts]
    read = lambda number: _own(opened.body, animation.parts[number])  # noqa: E731
    return played(frames, animation.canvas, animation.plays, extent.pages, read)


def _judge(animation: Animation, max_pixels: int) -> None:
    """A frame may be larger than the canvas, and is decoded as a whole."""
    count = sum(part.frame.box.size.pixels for part in animation.parts)
    if count > max_pixels:
        raise LimitExceeded(f"The frames of the image have {count} pixels; at most {max_pixels} are read.")


def _own(body: bytes, part: Part) -> Pixels:
    size = part.frame.box.size
    if not size.pixels:
        return np.zeros((size.height, size.width, 4), np.uint8)
    return pixels_of(libvips.load(gif.alone(body, part)))
