"""What is seen of an animation at each of its frames: they lie over each other on a canvas that starts transparent.

Blending and disposal are those of PNG, third edition, section 11.3.6.2. A GIF's are mapped to them as browsers do.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pyvips

from media.deadline import checkpoint
from media.errors import SourceError
from media.geometry import Box, Size
from media.raster.picture import Picture

#: Rows of red, green, blue and straight alpha; never written to, as they are handed out.
Pixels: TypeAlias = npt.NDArray[np.uint8]

SOURCE, OVER = 0, 1
LEAVE, CLEAR, REVERT = 0, 1, 2
#: Browsers play frames of at most this delay at ten a second: no author means a hundred.
NO_DELAY_MS, DEFAULT_DELAY_MS = 10, 100


@dataclass(frozen=True, slots=True)
class Frame:
    """``box`` is its place, which may reach over the canvas or be empty; ``delay`` in milliseconds. ``blend`` says how
    it is laid on the canvas, ``disposal`` what becomes of its box before the next one."""

    box: Box
    delay: int
    disposal: int = LEAVE
    blend: int = SOURCE

    @property
    def played_delay(self) -> int:
        return self.delay if self.delay > NO_DELAY_MS else DEFAULT_DELAY_MS


def played(
    frames: Sequence[Frame], canvas: Size, plays: int, pages: Sequence[int], read: Callable[[int], Pixels]
) -> Picture:
    """The ``pages`` of an animation (from 1; empty: all of them) as they are seen, without alpha if nothing shows
    through. ``read`` as for :func:`composed`."""
    numbers = sorted({page - 1 for page in pages}) or range(len(frames))
    seen = list(composed(frames, canvas, numbers, read))
    bands = 3 if all(pixels[..., 3].min() == 255 for pixels in seen) else 4
    images = (pyvips.Image.new_from_array(pixels[..., :bands], interpretation="srgb") for pixels in seen)
    return Picture(tuple(images), tuple(frames[number].played_delay for number in numbers), plays)


def pixels_of(image: pyvips.Image) -> Pixels:
    """``image`` is 8-bit sRGB, with or without alpha, and may yet have to be decoded. Raises SourceError."""
    try:
        # numpy() drops dimensions of one pixel.
        pixels = np.asarray(image.numpy()).reshape(image.height, image.width, image.bands)
    except pyvips.Error as error:
        raise SourceError("The image cannot be read: its pixels are truncated or corrupt.") from error
    return pixels if image.bands == 4 else np.pad(pixels, ((0, 0), (0, 0), (0, 1)), constant_values=255)


def composed(
    frames: Sequence[Frame], canvas: Size, numbers: Collection[int], read: Callable[[int], Pixels]
) -> Iterator[Pixels]:
    """The canvas as it is seen at each of the frames ``numbers`` (from 0), in order.

    ``read`` decodes a frame, as large as its box. It is asked for those alone that show at one of ``numbers``.
    """
    wanted = set(numbers)
    canvas_pixels: Pixels = np.zeros((canvas.height, canvas.width, 4), np.uint8)
    for number in _needed(frames, canvas, sorted(wanted)):
        checkpoint()
        frame, seen = frames[number], canvas_pixels
        if number in wanted or frame.disposal == LEAVE:
            seen = _drawn(canvas_pixels, frame, read(number))
        if number in wanted:
            yield seen
        canvas_pixels = _disposed(canvas_pixels, seen, frame)


def _needed(frames: Sequence[Frame], canvas: Size, wanted: Sequence[int]) -> Iterator[int]:
    """The frames to go through: before each of ``wanted``, those after the last one that leaves nothing of the past."""
    place = 0
    for number in wanted:
        starts = (
            each for each in range(number, place, -1) if _hides_past(frames[each], canvas, is_seen=each == number)
        )
        yield from range(next(starts, place), number + 1)
        place = number + 1


def _hides_past(frame: Frame, canvas: Size, *, is_seen: bool) -> bool:
    """Whether nothing from before ``frame`` is left: while it is seen, or once it is disposed of."""
    box = frame.box
    if box.left or box.top or box.width < canvas.width or box.height < canvas.height:
        return False
    replaces = frame.blend == SOURCE
    return replaces if is_seen else frame.disposal == CLEAR or (replaces and frame.disposal == LEAVE)


def _drawn(below: Pixels, frame: Frame, own: Pixels) -> Pixels:
    seen, window = below.copy(), _window(frame.box)
    under = below[window]
    inside = own[: under.shape[0], : under.shape[1]]
    seen[window] = _over(under, inside) if frame.blend == OVER else inside
    return seen


def _disposed(below: Pixels, seen: Pixels, frame: Frame) -> Pixels:
    if frame.disposal == LEAVE:
        return seen
    if frame.disposal == REVERT:
        return below
    cleared = below.copy()
    cleared[_window(frame.box)] = 0
    return cleared


def _window(box: Box) -> tuple[slice, slice]:
    return slice(box.top, box.top + box.height), slice(box.left, box.left + box.width)


def _over(below: Pixels, above: Pixels) -> Pixels:
    alpha = above[..., 3:]
    if np.all((alpha == 0) | (alpha == 255)):
        return np.where(alpha, above, below)
    share = alpha.astype(np.float32) / 255
    rest = below[..., 3:].astype(np.float32) / 255 * (1 - share)
    whole = share + rest
    colours = (above[..., :3] * share + below[..., :3] * rest) / np.maximum(whole, 1 / 255)
    return np.rint(np.concatenate([colours, whole * 255], axis=2)).clip(0, 255).astype(np.uint8)
