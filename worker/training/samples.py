"""One training sample, and how its parts are cut from a photograph and its map."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

Array = NDArray[np.floating]
Random = np.random.Generator
Choice = TypeVar("Choice")


@dataclass(frozen=True, slots=True)
class Crop:
    """A box as fractions of the photograph's sides, possibly mirrored."""

    left: float
    top: float
    right: float
    bottom: float
    mirrored: bool

    def cut(self, picture: Image.Image, size: int) -> Image.Image:
        """Photograph and map alike, whatever size either has: Pillow keeps the centres of pixels aligned."""
        width, height = picture.size
        box = (self.left * width, self.top * height, self.right * width, self.bottom * height)
        cut = picture.resize((size, size), Image.Resampling.BILINEAR, box=box)
        return cut.transpose(Image.Transpose.FLIP_LEFT_RIGHT) if self.mirrored else cut


WHOLE = Crop(0.0, 0.0, 1.0, 1.0, mirrored=False)


@dataclass(frozen=True, slots=True)
class Sample:
    """photo `S,S,3` 0…255 · saliency `S,S` 0…1 · how much the answer counts."""

    photo: Array
    saliency: Array
    saliency_weight: float


def one_of(choices: Sequence[Choice], random: Random) -> Choice:
    return choices[int(random.integers(len(choices)))]


def blurred(picture: Image.Image, radius: float) -> Image.Image:
    return picture.filter(ImageFilter.GaussianBlur(float(radius)))


def softened(mask: Image.Image, radius: float) -> Image.Image:
    """One pixel in from the mask's edge, where no old background shows, and softened as a lens does."""
    return blurred(mask.filter(ImageFilter.MinFilter(3)), radius)
