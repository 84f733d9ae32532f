"""Arrays ⇄ libvips, and resizing: pixel centres stay aligned, borders repeat."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pyvips

Bytes = npt.NDArray[np.uint8]
Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.floating[Any]]
Pixels = npt.NDArray[Any]


def to_vips(pixels: Pixels) -> pyvips.Image:
    """An H×W or H×W×bands array as an image over the same memory."""
    pixels = np.ascontiguousarray(pixels)
    height, width, bands = pixels.shape if pixels.ndim == 3 else (*pixels.shape, 1)
    return pyvips.Image.new_from_memory(pixels.data, width, height, bands, _FORMATS[pixels.dtype.str[1:]])


def from_vips(image: pyvips.Image) -> Pixels:
    """H×W×bands."""
    pixels = np.frombuffer(image.write_to_memory(), dtype=_DTYPES[image.format])
    return pixels.reshape(image.height, image.width, image.bands)


def resize_vips(image: pyvips.Image, width: int, height: int, kernel: str = "lanczos3") -> pyvips.Image:
    return image.resize(width / image.width, vscale=height / image.height, kernel=kernel)


def resize(pixels: Pixels, width: int, height: int, kernel: str = "linear") -> Pixels:
    """``pixels`` (H×W or H×W×bands) at another size, in its own type; shrinking averages."""
    if pixels.shape[:2] == (height, width):
        return pixels
    resized = from_vips(resize_vips(to_vips(pixels), width, height, kernel))
    return resized[..., 0] if pixels.ndim == 2 else resized


_FORMATS = {"u1": "uchar", "f4": "float", "f8": "double"}
_DTYPES = {"uchar": np.uint8, "float": np.float32, "double": np.float64}
