"""In which ways a picture is written if a client leaves the choice to us, and which of the results is answered.

Photographs are written as the first accepted format, and as JPEG, which costs next to nothing. What is flat (drawings,
screens, letters) is also written without loss: as WebP, as PNG with the palette of its colours. The smallest is
answered, but something exact may be a tenth larger than something that rings around every edge. Of a large picture
only a sample is tried.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pyvips

from media.formats.automatic.quality import TARGETS, brightness, similarity
from media.formats.table import FORMATS, Format
from media.geometry import Size
from media.language.chain import Output
from media.language.params import WHITE
from media.raster.flatness import flatness, has_few_colors, tiled
from media.raster.picture import Picture
from media.raster.pixels import Image, flatten

#: Flatter than this, a picture may be drawn.
FLAT = 0.4
#: Of larger pictures a sample decides.
TRIAL_PIXELS = 1_048_576
#: What is exact may have this many times the bytes of what is not.
EXACT_ALLOWANCE = 1.1
PALETTE_COLORS = 256
PALETTE: Mapping[str, Any] = {"palette": True, "Q": 100, "dither": 0, "compression": 9}
#: Mean difference of a channel, in levels, up to which a palette's colours pass for the picture's.
PALETTE_DIFFERENCE = 1.5
#: A writer whose price is at most this is always tried.
CHEAP = 5.0


@dataclass(frozen=True, slots=True)
class Way:
    """``options`` go before those of the format and the client; without any it is written as if it were ordered.
    ``passes``: whether a file, decoded, is near enough to the picture; ``seeks_palette``: among more colours than one
    holds, which is dear."""

    row: Format
    options: Mapping[str, Any] = field(default_factory=dict)
    is_exact: bool = False
    passes: Callable[[Image, bytes], bool] = lambda frame, body: True
    seeks_palette: bool = False

    def price(self, size: Size, *, frames: int = 1, palette: bool = False) -> float:
        """What it costs to write a picture of ``size`` in this way; ``palette``: the client ordered one."""
        if self.options and not self.seeks_palette:
            return self.row.exact_writing * size.pixels / 1_000_000
        return self.row.writing_price(size, frames=frames, palette=palette or self.seeks_palette)


def plain(row: Format) -> Way:
    return Way(row, is_exact=not row.lossy)


def settled(output: Output) -> Output:
    """Not ``smallest`` if nothing is left to choose: one format that knows but one way to be written."""
    rows = [FORMATS[name] for name in set(output.candidates) if name in FORMATS]
    has_choice = len(rows) != 1 or bool(rows[0].exact_options)
    return output if has_choice else replace(output, smallest=False)


def is_free(picture: Picture, output: Output) -> bool:
    """Whether the client leaves the choice to us, and the picture stands still: a frame is not judged alone."""
    orders = (output.grayscale, output.palette, output.lossy, output.color_space)
    return output.smallest and not picture.is_animated and not any(orders)


def ways(picture: Picture, able: Sequence[Format]) -> list[Way]:
    """The ways to try; ``able`` are formats that hold the picture, of which the first one is tried before all."""
    frame, (first, *others) = picture.frames[0], {row.name: row for row in able}.values()
    tried = [plain(first), *(plain(row) for row in others if row.lossy and row.writing <= CHEAP)]
    return [*tried, *_drawn(frame, able)] if flatness(frame) >= FLAT else tried


def _drawn(frame: Image, able: Sequence[Format]) -> list[Way]:
    """How something flat may be written: as it is, with the palette of its colours, or with one that passes for it."""
    exact = [Way(row, row.exact_options, is_exact=True) for row in able if row.exact_options]
    is_few = has_few_colors(tiled(frame), PALETTE_COLORS) and has_few_colors(frame, PALETTE_COLORS)
    kept, sought = Way(FORMATS["png"], PALETTE, is_exact=True), Way(FORMATS["png"], PALETTE, False, _is_near, True)
    reduced = kept if is_few else sought
    return [*exact, reduced] if any(row.palette for row in able) else exact


def _is_near(frame: Image, body: bytes) -> bool:
    """On a sample: as structured as the best quality is, and hardly another colour."""
    written = pyvips.Image.new_from_buffer(body, "").colourspace("srgb")
    seen, made = (tiled(flatten(image, WHITE)) for image in (frame, written))
    if similarity(brightness(seen), brightness(made)) < TARGETS["best"]:
        return False
    return bool((seen - made).abs().avg() <= PALETTE_DIFFERENCE)


def best(tried: Sequence[tuple[Way, bytes]]) -> tuple[Way, bytes]:
    """The way that made the fewest bytes, an exact one if it is not much worse; the first of equals."""
    return min(tried, key=lambda each: len(each[1]) / (EXACT_ALLOWANCE if each[0].is_exact else 1))
