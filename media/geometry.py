"""Sizes, boxes and anchors: integers only, no pixels.

Rounding is to the nearest integer, never below one pixel.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Size:
    width: int
    height: int

    @property
    def pixels(self) -> int:
        return self.width * self.height


@dataclass(frozen=True, slots=True)
class Box:
    """A window with its top-left corner; may reach outside the picture (negative corner) where padding follows."""

    left: int
    top: int
    width: int
    height: int
