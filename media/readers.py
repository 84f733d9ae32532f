"""The formats that libvips does not open itself, and who reads them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

import pyvips

from media import icon_pixels, pillow


@dataclass(frozen=True, slots=True)
class Reader:
    """``header`` is a blank of the picture's shape, read without a pixel; ``pixels`` the picture as stored, asked for
    once the size is judged. Both raise SourceError."""

    header: Callable[[bytes], pyvips.Image]
    pixels: Callable[[bytes], pyvips.Image]


def _still(name: str) -> Reader:
    return Reader(partial(pillow.header, name=name), partial(pillow.pixels, name=name))


READERS: Mapping[str, Reader] = {
    **{name: _still(name) for name in ("bmp", "tga", "jp2", "jpc")},
    "ico": Reader(icon_pixels.header, icon_pixels.pixels),
}
