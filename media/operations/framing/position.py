"""Positions: pixels from the left or the top, or a share of what is left over, as CSS places a background.

``0.0`` is flush left or top, ``1.0`` flush right or bottom, ``0.5`` in the middle: of a window on a picture as of a
picture on a canvas.
"""

from typing import Annotated

from media.geometry import Box, Length, Size, pixels
from media.language.params import LengthKind
from media.operations.arguments import MAX_SIDE

Position = Annotated[Length, LengthKind(-MAX_SIDE, MAX_SIDE)]
MIDDLE = 0.5


def placed(outside: Size, inside: Size, x: Length, y: Length) -> Box:
    """``inside`` at a position of ``outside``; it reaches out of it if it is larger."""
    left, top = pixels(x, outside.width - inside.width), pixels(y, outside.height - inside.height)
    return Box(left, top, inside.width, inside.height)
