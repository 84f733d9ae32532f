"""Where things are in the picture as it is now: the source's scene, followed through the steps before this one."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyvips

from media.geometry import Size
from media.operations.pixels import Image
from media.operations.registry import Operation
from media.params import AREAS
from media.scene import CELLS, Area, Floats, Scene, around, extent, in_cells


@dataclass(frozen=True, slots=True)
class Sight:
    """``scene`` is None where nobody looked at the source; ``source`` is its size.

    ``trace`` tells for each pixel of the picture which pixel of the source it shows: column and row in 255ths as red
    and green, alpha 0 where it shows none. None while every pixel is where it was.
    """

    scene: Scene | None
    source: Size
    trace: Image | None = None
    is_lost: bool = False

    def areas(self, target: str) -> tuple[Area, ...]:
        """Where ``target`` is in the picture now, the largest first; empty where it is not to be seen."""
        if self.is_lost:
            return ()
        named = _named(target, self.source)
        found = named or (self.scene.areas(target) if self.scene else ())
        moved = (self._moved(area) for area in found)
        return tuple(sorted((area for area in moved if area), key=extent, reverse=True))

    def salient(self) -> Floats | None:
        """How much each cell of the picture draws the eye, 0…1; None where that is not known."""
        cells = self.scene.salient() if self.scene and not self.is_lost else None
        return None if cells is None else self._followed(cells)

    def after(self, operation: Operation, arguments: Mapping[str, Any], before: Size, size: Size) -> "Sight":
        """The sight on what ``operation`` has made of a picture of size ``before``."""
        if self.is_lost or not (operation.moves or before != size):
            return self
        if not operation.moves:
            return replace(self, trace=None, is_lost=True)
        unpainted = {name: value for name, value in arguments.items() if name != "background"}
        moved = operation.function(self.trace if self.trace is not None else _untouched(before), **unpainted)
        return replace(self, trace=moved)

    def _moved(self, area: Area) -> Area | None:
        return area if self.trace is None else around(self._followed(in_cells([area])) > 0)

    def _followed(self, cells: Floats) -> Floats:
        if self.trace is None:
            return cells
        small = self.trace.thumbnail_image(CELLS, height=CELLS, size="force").numpy()
        columns, rows = (small[..., band].astype(int) * (CELLS - 1) // 255 for band in (0, 1))
        return np.where(small[..., 3] > 127, cells[rows, columns], 0).astype(np.float32)


def _untouched(size: Size) -> Image:
    grid = pyvips.Image.xyz(size.width, size.height)
    across, down = (grid[axis] * (255 / max(1, side - 1)) for axis, side in enumerate((size.width, size.height)))
    opaque = (across * 0 + 255).cast("uchar")
    return across.rint().bandjoin([down.rint(), opaque, opaque]).cast("uchar").copy(interpretation="srgb")


def _named(target: str, source: Size) -> tuple[Area, ...]:
    if not AREAS.match(target):
        return ()
    numbers = [int(number) for number in target.split("_")[1:]]
    boxes = zip(*[iter(numbers)] * 4, strict=True)
    across, down = source.width, source.height
    return tuple((x / across, y / down, (x + width) / across, (y + height) / down) for x, y, width, height in boxes)
