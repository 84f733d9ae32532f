"""Arrays ⇄ libvips, and resizing: pixel centres stay aligned, borders repeat."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyvips

Bytes = npt.NDArray[np.uint8]
Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.floating[Any]]
Pixels = npt.NDArray[Any]
Indices = npt.NDArray[np.intp]


def to_vips(pixels: Pixels) -> pyvips.Image:
    """An H×W or H×W×bands array as an image over the same memory."""
    pixels = np.ascontiguousarray(pixels)
    height, width, bands = pixels.shape if pixels.ndim == 3 else (*pixels.shape, 1)
    return pyvips.Image.new_from_memory(pixels.data, width, height, bands, _FORMATS[pixels.dtype.str[1:]])


def from_vips(image: pyvips.Image) -> Pixels:
    """H×W×bands."""
    return array(image.write_to_memory(), image).reshape(image.height, image.width, image.bands)


def array(memory: Any, image: pyvips.Image) -> Pixels:
    """Pixels that libvips computed of ``image``, as numbers."""
    return np.frombuffer(memory, dtype=_DTYPES[image.format])


def resize_vips(image: pyvips.Image, width: int, height: int, kernel: str = "lanczos3") -> pyvips.Image:
    """``image`` at another size: shrinking averages with ``kernel``, enlarging interpolates."""
    across, down = width / image.width, height / image.height
    shrunk = image.resize(min(1.0, across), vscale=min(1.0, down), kernel=kernel)
    if (shrunk.width, shrunk.height) == (width, height):
        return shrunk
    # libvips' own enlargement moves the picture by half a pixel of the result, right and down.
    return shrunk.affine(
        [width / shrunk.width, 0, 0, height / shrunk.height],
        interpolate=pyvips.Interpolate.new("bilinear" if kernel == "linear" else "bicubic"),
        oarea=[0, 0, width, height], idx=0.5, idy=0.5, odx=-0.5, ody=-0.5, extend="copy",
    )  # fmt: skip


def resize(pixels: Pixels, width: int, height: int, kernel: str = "linear") -> Pixels:
    """``pixels`` (H×W or H×W×bands) at another size, in its own type; shrinking averages."""
    if pixels.shape[:2] == (height, width):
        return pixels
    resized = from_vips(resize_vips(to_vips(pixels), width, height, kernel))
    return resized[..., 0] if pixels.ndim == 2 else resized


@dataclass(frozen=True, slots=True)
class Points:
    """Pixels of a picture of ``width`` × ``height``, at ``rows`` and ``columns``."""

    rows: Indices
    columns: Indices
    width: int
    height: int

    def of(self, small: Floats) -> Floats:
        """What an h×w×bands array would have there, if it were enlarged linearly to the picture's size: n×bands."""
        above, below, down = _neighbours(self.rows, self.height, small.shape[0])
        left, right, across = _neighbours(self.columns, self.width, small.shape[1])
        upper = small[above, left] * (1 - across) + small[above, right] * across
        lower = small[below, left] * (1 - across) + small[below, right] * across
        return np.asarray(upper * (1 - down) + lower * down)


def _neighbours(places: Indices, side: int, small: int) -> tuple[Indices, Indices, Floats]:
    """The two indices around each place, and the share of the second (n×1)."""
    centres = np.clip((places + np.float32(0.5)) * np.float32(small / side) - np.float32(0.5), 0, small - 1)
    first = centres.astype(np.intp)
    return first, np.minimum(first + 1, small - 1), (centres - first)[:, None]


_FORMATS = {"u1": "uchar", "f4": "float", "f8": "double"}
_DTYPES = {"uchar": np.uint8, "float": np.float32, "double": np.float64}
