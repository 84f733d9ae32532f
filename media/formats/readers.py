"""The formats that libvips does not open itself, and who reads them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Protocol

import pyvips

from media.formats import icon_pixels, pillow, psd_pixels


class Draw(Protocol):
    def __call__(self, body: bytes, pages: Sequence[int], *, max_pixels: int) -> pyvips.Image: ...


@dataclass(frozen=True, slots=True)
class Layered:
    """``names`` are those that choose each layer, from page 2 on, as page 1 is the whole; ``draw`` lays the chosen
    pages over each other."""

    names: Callable[[bytes], tuple[tuple[str, ...], ...]]
    draw: Draw


@dataclass(frozen=True, slots=True)
class Reader:
    """``header`` is a blank of the picture's shape, read without a pixel; ``pixels`` the picture as stored, asked for
    once the size is judged. Both raise SourceError."""

    header: Callable[[bytes], pyvips.Image]
    pixels: Callable[[bytes], pyvips.Image]
    layered: Layered | None = None


def _still(name: str) -> Reader:
    return Reader(partial(pillow.header, name=name), partial(pillow.pixels, name=name))


READERS: Mapping[str, Reader] = {
    **{name: _still(name) for name in ("bmp", "tga", "jp2", "jpc")},
    "ico": Reader(icon_pixels.header, icon_pixels.pixels),
    "psd": Reader(psd_pixels.header, psd_pixels.merged, Layered(psd_pixels.layers, psd_pixels.drawn)),
}
