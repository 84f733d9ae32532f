"""Drawn onto the picture at a position: a rectangle, a caption."""

from collections.abc import Mapping
from typing import Annotated, Any

import numpy as np
import numpy.typing as npt
import pyvips

from media.geometry import Box, Length, Request, Size, pixels
from media.language.params import BLACK, TRANSPARENT, Choice, Color, Float, Int, LengthKind, Text
from media.operations.arguments import MAX_SIDE, Height, Paint, Width
from media.operations.framing.position import MIDDLE, Position, placed
from media.operations.lettering import Line, drawn
from media.operations.registry import operation
from media.operations.text import ink, markup
from media.raster.pixels import Image, size_of, solid, through_window, to_uint8

SIDES = ("left", "center", "right")
#: Where a side's text stands in its area.
_SHARES = {"left": 0.0, "top": 0.0, "center": MIDDLE, "right": 1.0, "bottom": 1.0}
#: A mark that leaves ink but cannot be seen: the letters of a box without letters.
_UNSEEN = Color(0, 0, 0, 1)
MAX_PADDING = 500
#: Of a pixel of the picture, and of one that the letters and what lies behind them may take.
CAPTION_PRICE, LETTERS_PRICE, BOX_PRICE = 8, 14, 20


def _area(size: Size, width: Length | None, height: Length | None, x: Length, y: Length) -> Box:
    return placed(size, Request.of(size, width, height, None).unchanged(size), x, y)


def _laid(image: Image, mark: Image, left: int, top: int) -> Image:
    """The mark over the picture, which keeps its size."""
    canvas = through_window(mark, Box(-left, -top, image.width, image.height), TRANSPARENT)
    mixed = image.composite2(canvas, "over", compositing_space="srgb").cast("uchar")
    return mixed if image.hasalpha() else mixed[:3]


@operation(price=8)
def draw_rectangle(
    image: Image, color: Paint = BLACK, width: Width = None, height: Height = None, x: Position = 0, y: Position = 0
) -> Image:
    """Lay a rectangle of one colour over the picture; it may be half transparent."""
    area = _area(size_of(image), width, height, x, y)
    return _laid(image, _painted(area.size, color), area.left, area.top)


def _painted(size: Size, color: Color) -> Image:
    return solid(size, Color(*color.rgb)).bandjoin(color.alpha).copy(interpretation="srgb")


def _caption_weight(size: Size, arguments: Mapping[str, Any]) -> float:
    padding, across = arguments["padding"], pixels(arguments["width"], size.width)
    unspaced = {"letter_spacing": 0.0, "line_spacing": 0.0, "stroke_width": 0.0, "base": size}
    letters = ink(size, {**arguments, **unspaced, "width": max(1, across - 2 * padding)})
    boxes = Size(letters.width + 2 * padding, letters.height + 2 * padding).pixels * (arguments["box"] != "none")
    return CAPTION_PRICE + (LETTERS_PRICE * letters.pixels + BOX_PRICE * boxes) / size.pixels


@operation(price=_caption_weight)
def caption(
    image: Image,
    text: Annotated[str, Text()],
    font: Annotated[str, Text(200)] = "DejaVu Sans",
    size: Annotated[float, Float(1, 2000)] = 10,
    weight: Annotated[str, Choice(("normal", "bold"))] = "normal",
    style: Annotated[str, Choice(("normal", "italic"))] = "normal",
    color: Paint = BLACK,
    align: Annotated[str, Choice(SIDES)] = "center",
    rise: Annotated[str, Choice(("top", "center", "bottom"))] = "center",
    width: Annotated[Length, LengthKind(1, MAX_SIDE)] = 1.0,
    height: Annotated[Length, LengthKind(1, MAX_SIDE)] = 1.0,
    x: Position = 0,
    y: Position = 0,
    box: Annotated[str, Choice(("none", "fit", "line", "fill"))] = "none",
    box_color: Paint = BLACK,
    padding: Annotated[int, Int(0, MAX_PADDING)] = 0,
) -> Image:
    """Write a text into an area of the picture, wrapped at its width.

    Behind it nothing, a box around all of it (``fit``) or each line, or the whole area painted (``fill``).
    """
    area, unshaped = _area(size_of(image), width, height, x, y), {"weight": weight, "style": style}
    room = Size(max(1, area.width - 2 * padding), max(1, area.height - 2 * padding))

    def letters(ink: Color, behind: Color | None) -> Image:
        spelled = markup(text, size=size, decoration="none", letter_spacing=0.0, color=ink, behind=behind, **unshaped)
        return drawn(Line(spelled, font, size, align, 0.0, room.width))

    words = letters(color, None)
    at = placed(room, size_of(words), _SHARES[align], _SHARES[rise])
    left, top = area.left + padding + at.left, area.top + padding + at.top
    if box == "fill":
        image = _laid(image, _painted(area.size, box_color), area.left, area.top)
    elif box != "none":
        lines = letters(_UNSEEN, BLACK)[3] > 127 if box == "line" else words[3] * 0 + 255
        image = _laid(image, _spread(lines, box_color, padding), left - padding, top - padding)
    return _laid(image, words, left, top)


def _spread(boxes: Image, color: Color, padding: int) -> Image:
    """The colour where the boxes (255 in them, else 0) are, and as far around them as the padding."""
    if padding:
        grown = _dilated(np.pad(boxes.numpy().reshape(boxes.height, boxes.width) > 0, padding), padding)
        boxes = pyvips.Image.new_from_array(grown.astype(np.uint8) * 255)
    alpha = to_uint8(boxes / 255 * color.alpha)
    return solid(size_of(boxes), Color(*color.rgb)).bandjoin(alpha).copy(interpretation="srgb")


def _dilated(cells: "npt.NDArray[np.bool_]", reach: int) -> "npt.NDArray[np.bool_]":
    """Set wherever one is set within ``reach`` across and down; by running sums, so as quick for a wide reach."""
    for _ in range(2):
        sums = np.cumsum(np.pad(cells, ((reach + 1, reach), (0, 0))), axis=0, dtype=np.int32)
        cells = (sums[2 * reach + 1 :] > sums[: -2 * reach - 1]).T
    return cells
