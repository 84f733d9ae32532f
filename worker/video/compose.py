"""A frame with its matte → the pixels of a format: with alpha, on a colour, a picture or a video, or the matte."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from media.language.params import ColorKind
from media.video.order import VideoOrder
from worker.matting.raster import Bytes, resize

WHITE = "white"


@dataclass(frozen=True, slots=True)
class Canvas:
    """The size of a result."""

    width: int
    height: int


def canvas_of(order: VideoOrder, width: int, height: int) -> Canvas:
    """``width`` × ``height`` is an upright frame; sides that a codec needs even grow by a pixel, which is repeated."""
    if order.width and order.height:
        width, height = order.width, order.height
    elif order.width:
        width, height = order.width, max(1, round(height * order.width / width))
    elif order.height:
        width, height = max(1, round(width * order.height / height)), order.height
    return Canvas(width + width % 2, height + height % 2) if order.row.even else Canvas(width, height)


def composed(order: VideoOrder, canvas: Canvas, colour: Bytes, matte: Bytes, ground: Bytes | None) -> Bytes:
    """H×W×4 for a format with alpha, else H×W×3; ``ground`` is a picture of the canvas' size."""
    if order.row.shows_matte:
        return np.repeat(_fitted(matte, canvas)[..., None], 3, axis=-1)
    rgba = _fitted(np.dstack([colour, matte]), canvas)
    if order.row.has_alpha:
        return rgba
    beneath = _plain(order, canvas) if ground is None else ground
    alpha = rgba[..., 3:].astype(np.uint16)
    mixed = (rgba[..., :3] * alpha + beneath * (255 - alpha) + 127) // 255
    return np.asarray(mixed, np.uint8)


def fitted_grounds(frames: Iterator[Bytes], canvas: Canvas) -> Iterator[Bytes]:
    """Pictures stretched to the canvas, as the engine does."""
    return (np.ascontiguousarray(resize(each, canvas.width, canvas.height)[..., :3]) for each in frames)


def _fitted(pixels: Bytes, canvas: Canvas) -> Bytes:
    height, width = pixels.shape[:2]
    if 0 <= canvas.width - width <= 1 and 0 <= canvas.height - height <= 1:
        grown = ((0, canvas.height - height), (0, canvas.width - width), *[(0, 0)] * (pixels.ndim - 2))
        return np.pad(pixels, grown, mode="edge")
    return np.ascontiguousarray(resize(pixels, canvas.width, canvas.height))


def _plain(order: VideoOrder, canvas: Canvas) -> Bytes:
    color = ColorKind().parse(order.color or WHITE)
    return np.full((canvas.height, canvas.width, 3), color.rgb, np.uint8)
