"""One training sample, and how its parts are cut from a photograph and its maps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812
from numpy.typing import NDArray
from PIL import Image

CLASS_STRIDE = 8

Array = NDArray[np.floating]


@dataclass(frozen=True, slots=True)
class Crop:
    """A box in parts of the photograph's sides, possibly mirrored."""

    left: float
    top: float
    right: float
    bottom: float
    mirrored: bool

    def cut(self, picture: Image.Image, size: int) -> Image.Image:
        width, height = picture.size
        box = (self.left * width, self.top * height, self.right * width, self.bottom * height)
        cut = picture.resize((size, size), Image.Resampling.BILINEAR, box=box)
        return cut.transpose(Image.Transpose.FLIP_LEFT_RIGHT) if self.mirrored else cut

    def cut_grid(self, grid: NDArray[Any], size: int) -> Array:
        """The same for an array of any number of channels: `G,G,C` → `size,size,C`."""
        across, down = ((torch.arange(size) + 0.5) / size for _ in range(2))
        across = 1 - across if self.mirrored else across
        x = (self.left + across * (self.right - self.left)) * 2 - 1
        y = (self.top + down * (self.bottom - self.top)) * 2 - 1
        where = torch.stack(torch.meshgrid(x, y, indexing="xy"), -1)[None]
        cells = torch.from_numpy(np.ascontiguousarray(grid, np.float32)).permute(2, 0, 1)[None]
        cut = F.grid_sample(cells, where, padding_mode="border", align_corners=False)
        return cut[0].permute(1, 2, 0).numpy()


WHOLE = Crop(0.0, 0.0, 1.0, 1.0, mirrored=False)


@dataclass(frozen=True, slots=True)
class Sample:
    """photo `S,S,3` 0…255 · saliency `S,S` 0…1 · classes `S/8,S/8,21` probabilities · how much either answer counts."""

    photo: Array
    saliency: Array
    classes: Array
    saliency_weight: float
    class_weight: float


def shrink(mask: Array) -> Array:
    """`S,S` → `S/8,S/8,1`: the mean of each cell."""
    cells = len(mask) // CLASS_STRIDE
    return mask.reshape(cells, CLASS_STRIDE, cells, CLASS_STRIDE).mean((1, 3), dtype=np.float32)[..., None]
