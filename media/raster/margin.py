"""The margin of a picture: what surrounds its content evenly, transparent or of one colour."""

from collections.abc import Sequence

import numpy as np

from media.geometry import Box, Size
from media.language.params import Color
from media.raster.pixels import Image, size_of, with_alpha


def content_box(frames: Sequence[Image], tolerance: int, color: Color | None) -> Box:
    """What is left of all ``frames`` once margins of ``color`` are cut off, the whole if nothing is left.

    Without a colour the margin is what most corners of the first frame show. Pixels are compared as they are seen,
    colours weighed by their alpha: one that is invisible has no colour. They belong to the margin if no channel
    differs by more than ``tolerance`` percent.
    """
    threshold = max(1.0, tolerance * 255 / 100)
    margin = _seen_color(color) if color else _most_corners(frames[0], threshold)
    boxes = [box for frame in frames if (box := _content(frame, margin, threshold)) is not None]
    return _around(boxes) if boxes else Box(0, 0, frames[0].width, frames[0].height)


def _content(frame: Image, margin: list[float], threshold: float) -> Box | None:
    left, top, width, height = _seen(frame).find_trim(threshold=threshold, background=margin, line_art=True)
    return Box(left, top, width, height) if width and height else None


def _seen(frame: Image) -> Image:
    """Premultiplied, four bands that libvips does not take for colours with alpha."""
    return with_alpha(frame).premultiply().copy(interpretation="multiband")


def _seen_color(color: Color) -> list[float]:
    return [*(value * color.alpha / 255 for value in color.rgb), color.alpha]


def _most_corners(frame: Image, threshold: float) -> list[float]:
    """The median of the largest group of corners that agree; of groups as large the one of the first corner."""
    seen, size = _seen(frame), size_of(frame)
    corners = np.array([seen.getpoint(x, y) for x, y in _corners(size)])
    groups = [corners[(abs(corners - corner) <= threshold).all(axis=1)] for corner in corners]
    return [float(value) for value in np.median(max(groups, key=len), axis=0)]


def _corners(size: Size) -> tuple[tuple[int, int], ...]:
    right, bottom = size.width - 1, size.height - 1
    return (0, 0), (right, 0), (0, bottom), (right, bottom)


def _around(boxes: Sequence[Box]) -> Box:
    left, top = min(box.left for box in boxes), min(box.top for box in boxes)
    right = max(box.left + box.width for box in boxes)
    bottom = max(box.top + box.height for box in boxes)
    return Box(left, top, right - left, bottom - top)
