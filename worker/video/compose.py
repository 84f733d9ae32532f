"""A frame with its matte → the pixels of a format: with alpha, on a colour, a picture or a video, or the matte."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from media.language.params import ColorKind
from media.video.order import VideoOrder
from worker.matting.raster import Bytes, resize

WHITE = "white"


@dataclass(frozen=True, slots=True)
class Box:
    left: int
    top: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Canvas:
    """The size of a result; ``window`` of a frame is shown in ``place`` of it."""

    width: int
    height: int
    window: Box
    place: Box


def canvas_of(order: VideoOrder, width: int, height: int) -> Canvas:
    """``width`` × ``height`` is an upright frame; sides that a codec needs even grow by a pixel, which is repeated."""
    wanted = _sides(order, width, height)
    window, place = Box(0, 0, width, height), Box(0, 0, *wanted)
    if order.mode in ("fit", "limit", "pad"):
        factor = min(wanted[0] / width, wanted[1] / height, *([1.0] if order.mode == "limit" else []))
        inside = max(1, round(width * factor)), max(1, round(height * factor))
        place = _middle(wanted, inside) if order.mode == "pad" else Box(0, 0, *inside)
        wanted = wanted if order.mode == "pad" else inside
    elif order.mode == "fill":
        factor = max(wanted[0] / width, wanted[1] / height)
        window = _middle((width, height), (round(wanted[0] / factor), round(wanted[1] / factor)))
    elif order.mode == "crop":
        wanted = min(wanted[0], width), min(wanted[1], height)
        window, place = _middle((width, height), wanted), Box(0, 0, *wanted)
    width, height = (side + side % 2 if order.row.even else side for side in wanted)
    return Canvas(width, height, window, place)


def _sides(order: VideoOrder, width: int, height: int) -> tuple[int, int]:
    if order.mode == "crop":
        return order.width or width, order.height or height
    return (
        order.width or max(1, round(width * (order.height or height) / height)),
        order.height or max(1, round(height * (order.width or width) / width)),
    )


def _middle(outer: tuple[int, int], inner: tuple[int, int]) -> Box:
    width, height = (max(1, min(pair)) for pair in zip(outer, inner, strict=True))
    return Box((outer[0] - width) // 2, (outer[1] - height) // 2, width, height)


def composed(order: VideoOrder, canvas: Canvas, colour: Bytes, matte: Bytes, ground: Bytes | None) -> Bytes:
    """H×W×4 for a format with alpha, else H×W×3; ``ground`` is a picture of the canvas' size."""
    if order.row.shows_matte:
        return np.repeat(_placed(matte, canvas)[..., None], 3, axis=-1)
    rgba = _placed(np.dstack([colour, matte]), canvas)
    if order.row.has_alpha and ground is None and not order.color:
        return rgba
    beneath = _plain(order, canvas) if ground is None else ground
    alpha = rgba[..., 3:].astype(np.uint16)
    mixed = np.asarray((rgba[..., :3] * alpha + beneath * (255 - alpha) + 127) // 255, np.uint8)
    return np.dstack([mixed, np.full(mixed.shape[:2], 255, np.uint8)]) if order.row.has_alpha else mixed


def fitted_grounds(frames: Iterator[Bytes], canvas: Canvas) -> Iterator[Bytes]:
    """Pictures stretched to the canvas, as the engine does."""
    return (np.ascontiguousarray(resize(each, canvas.width, canvas.height)[..., :3]) for each in frames)


def _placed(pixels: Bytes, canvas: Canvas) -> Bytes:
    """The window in its place; beside it nothing, but a side that only grew to be even repeats its last pixel."""
    window, place = canvas.window, canvas.place
    shown = pixels[window.top : window.top + window.height, window.left : window.left + window.width]
    shown = np.ascontiguousarray(resize(np.ascontiguousarray(shown), place.width, place.height))
    right, below = canvas.width - place.left - place.width, canvas.height - place.top - place.height
    around = ((place.top, below), (place.left, right), *[(0, 0)] * (pixels.ndim - 2))
    if max(right, below) <= 1 and not (place.left or place.top):
        return np.pad(shown, around, mode="edge")
    return np.pad(shown, around)


def _plain(order: VideoOrder, canvas: Canvas) -> Bytes:
    color = ColorKind().parse(order.color or WHITE)
    return np.full((canvas.height, canvas.width, 3), color.rgb, np.uint8)
