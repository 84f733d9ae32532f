"""Windows on the picture that may reach outside it."""

from collections.abc import Mapping
from typing import Any

from media.geometry import Box, Request, Size
from media.language.params import TRANSPARENT, WHITE, Color
from media.operations.arguments import BaseSize, Flag, Height, MaybePaint, OwnSize, Ratio, Width
from media.operations.framing.position import Position, placed
from media.operations.registry import operation
from media.raster.pixels import Image, through_window

#: Of a pixel of the larger picture; nothing is scaled.
WINDOW_PRICE = 2


def _sides(size: Size, arguments: Mapping[str, Any]) -> Size:
    reference = arguments["base"] if arguments["relative"] else size
    return Request.of(reference, arguments["width"], arguments["height"], arguments["ratio"]).unchanged(size)


@operation(price=WINDOW_PRICE, size_after=_sides, moves=True)
def window(
    image: Image, width: Width = None, height: Height = None, ratio: Ratio = None, x: Position = 0, y: Position = 0,
    background: MaybePaint = None, relative: Flag = False, *, size: OwnSize, base: BaseSize,
) -> Image:  # fmt: skip
    """Look at the picture through a window; beyond the picture it is painted, else transparent or, if opaque, white."""
    sides = {"width": width, "height": height, "ratio": ratio, "relative": relative, "base": base}
    return framed(image, placed(size, _sides(size, sides), x, y), background)


def framed(image: Image, box: Box, background: Color | None) -> Image:
    """Without a background transparent around a picture with alpha, white around any other."""
    return through_window(image, box, background or (TRANSPARENT if image.hasalpha() else WHITE))
