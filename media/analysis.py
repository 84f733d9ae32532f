"""What can be said about a picture on request: its main colours, a perceptual hash, its metadata, its sharpness, its
size and where its subject is. All of an animation's first frame."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

import numpy as np

from media.formats.source import Source
from media.geometry import Box, Size
from media.language.params import Color
from media.operations.subject import find_subject
from media.raster.palette import palette
from media.raster.pixels import Image, size_of

#: Colours are counted on a picture of this side: enough for shares of a per cent.
SIDE = 96
#: Levels of a channel that count as one colour.
LEVELS = 16
MAX_COLORS = 32
#: The words in which the most frequent colours are also reported.
NAMES = {
    "black": (0, 0, 0), "white": (255, 255, 255), "gray": (128, 128, 128), "red": (220, 30, 30),
    "orange": (255, 140, 0), "yellow": (250, 230, 30), "green": (40, 150, 50), "teal": (0, 128, 128),
    "blue": (40, 80, 220), "purple": (128, 40, 160), "pink": (250, 150, 190), "brown": (130, 80, 40),
}  # fmt: skip
HASH_SIDE = 8
HASH_SOURCE_SIDE = 32
#: Longest value of a metadata field that is reported: thumbnails and profiles are not text.
MAX_VALUE = 500


def colors(source: Source) -> list[tuple[str, float]]:
    """``#RRGGBB`` and its share in per cent, most frequent first; :data:`MAX_COLORS` of them are worth showing."""
    pixels = _pixels(source, SIDE).reshape(-1, 3)
    step = 256 // LEVELS
    counted = Counter(map(tuple, (pixels // step * step + step // 2).tolist()))
    return [
        ("#{:02X}{:02X}{:02X}".format(*color), 100 * number / len(pixels)) for color, number in counted.most_common()
    ]


def main_colors(source: Source, count: int) -> list[Color]:
    """The most common distinct colours of what is visible, at most ``count`` of them, the most common first."""
    return list(dict.fromkeys(palette(source.first_frame(target=Size(SIDE, SIDE)), count, edge=False)))


def named_colors(shares: list[tuple[str, float]]) -> list[tuple[str, float]]:
    """The same in words."""
    found: Counter[str] = Counter()
    for text, share in shares:
        color = tuple(int(text[index : index + 2], 16) for index in (1, 3, 5))
        nearest = min(NAMES, key=lambda name: sum((a - b) ** 2 for a, b in zip(NAMES[name], color, strict=True)))
        found[nearest] += share  # type: ignore[assignment]
    return [(name, round(share, 1)) for name, share in found.most_common()]


def perceptual_hash(source: Source) -> str:
    """64 bits as 16 hex digits: the signs of the lowest frequencies of a 32×32 grey picture (Zauner 2010, pHash)."""
    grey = _pixels(source, HASH_SOURCE_SIDE, exact=True) @ np.array([0.299, 0.587, 0.114])
    index = np.arange(HASH_SOURCE_SIDE)
    basis = np.cos(np.pi * (2 * index[None, :] + 1) * index[:, None] / (2 * HASH_SOURCE_SIDE))
    low = (basis @ grey @ basis.T)[:HASH_SIDE, :HASH_SIDE].ravel()
    bits = low > np.median(low[1:])
    return f"{int(''.join('1' if bit else '0' for bit in bits), 2):016x}"


def metadata(source: Source, *, exif_only: bool) -> dict[str, str]:
    """EXIF fields under their own names (``Model``), and the rest of the header's if asked for."""
    image = source.header
    found: dict[str, str] = {}
    for field in image.get_fields():
        name = field.split("-", 2)[-1] if field.startswith("exif-ifd") else field
        if (exif_only and not field.startswith("exif-ifd")) or field.endswith("-data"):
            continue
        value: Any = image.get(field)
        # libvips writes "raw (meaning, type, …)"; the meaning is what people read.
        text = str(value).split(" (", 1)[0]
        if len(text) <= MAX_VALUE:
            found[name] = text
    return found


def sharpness(source: Source) -> float:
    """0 (no edge at all) … 1, from the mean strength of edges."""
    grey = _pixels(source, SIDE) @ np.array([0.299, 0.587, 0.114])
    # A gradient needs two pixels.
    down, across = np.gradient(np.pad(grey, [(0, max(0, 2 - side)) for side in grey.shape], "edge"))
    return round(float(min(1.0, np.hypot(down, across).mean() / 16)), 2)


def _pixels(source: Source, side: int, *, exact: bool = False) -> Any:
    whole = source.first_frame(target=Size(side, side))
    small = whole.thumbnail_image(side, height=side, size="force" if exact else "down")
    opaque = small.flatten(background=255) if small.hasalpha() else small
    # numpy() drops dimensions of one pixel.
    return opaque.numpy().reshape(small.height, small.width, 3)


@dataclass(frozen=True, slots=True)
class View:
    """What is visible in a finished picture.

    ``subject`` is None if nothing is visible.
    """

    size: Size
    subject: Box | None


def measure(source: Source) -> View:
    """What is visible is judged by the alpha."""
    return _view(source.first_frame())


def measure_matte(source: Source) -> View:
    """As :func:`measure` for a matte: a grey picture whose brightness is the opacity."""
    opacity = source.first_frame()[0]
    return _view(opacity.bandjoin(opacity).copy(interpretation="b-w"))


def _view(image: Image) -> View:
    return View(size_of(image), find_subject(image))
