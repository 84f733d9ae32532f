"""Where things are in the picture as it is now: the source's scene, followed through the steps before this one."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pyvips

from media.geometry import Box, Size
from media.language.params import AREAS
from media.operations.registry import Operation
from media.raster.pixels import Image
from media.scene.scene import CELLS, Area, Floats, Scene, around, extent, in_cells, sampled


@dataclass(frozen=True, slots=True)
class Way:
    """A step that put pixels elsewhere: what it did to a picture of size ``before``."""

    operation: Operation
    arguments: Mapping[str, Any]
    before: Size


@dataclass(frozen=True, slots=True)
class Sight:
    """What one step can see. ``scene`` is None where nobody looked at the source; ``source`` is its size.

    ``ways`` led from the source to the picture; ``is_lost`` after a step that cannot be followed. ``windows`` is what
    this step has decided on, so that all frames, and those who follow it, look through the same.
    """

    scene: Scene | None
    source: Size
    ways: tuple[Way, ...] = ()
    is_lost: bool = False
    windows: dict[str, Box | None] = field(default_factory=dict, compare=False)

    def areas(self, target: str) -> tuple[Area, ...]:
        """Where ``target`` is in the picture now, the largest first; empty where it is not to be seen."""
        if self.is_lost:
            return ()
        found = _named(target, self.source) or (self.scene.areas(target) if self.scene else ())
        if found and self.ways:
            moved = (around(_followed(self._trace(), in_cells([area])) > 0) for area in found)
            found = tuple(area for area in moved if area)
        return tuple(sorted(found, key=extent, reverse=True))

    def salient(self) -> Floats | None:
        """How much each cell of the picture draws the eye, 0…1; None where that is not known."""
        cells = self.scene.salient() if self.scene and not self.is_lost else None
        return _followed(self._trace(), cells) if cells is not None and self.ways else cells

    def decide(self, name: str, find: Callable[[], Box | None]) -> Box | None:
        """What ``find`` said the first time it was asked in this step."""
        if name not in self.windows:
            self.windows[name] = find()
        return self.windows[name]

    def after(self, operation: Operation, arguments: Mapping[str, Any], before: Size, size: Size) -> "Sight":
        """The sight of the next step, once ``operation`` has made a picture of ``size`` from one of ``before``."""
        following = replace(self, windows={})
        if not operation.moves:
            return replace(following, is_lost=self.is_lost or (before != size and not operation.scales))
        unpainted = {name: value for name, value in arguments.items() if name != "background"}
        return replace(following, ways=(*self.ways, Way(operation, unpainted, before)))

    def _trace(self) -> Image:
        """A picture that tells of each pixel which one of the source it shows: column and row in 255ths as red and
        green, alpha 0 where it shows none."""
        trace = _untouched(self.ways[0].before)
        for way in self.ways:
            across, down = way.before.width / trace.width, way.before.height / trace.height
            trace = way.operation.function(trace.resize(across, vscale=down, kernel="nearest"), **way.arguments)
        return trace


def _followed(trace: Image, cells: Floats) -> Floats:
    # Whole rows of it, but only as many as there are cells: a trace is as large as its picture.
    few = trace.subsample(*(max(1, side // CELLS) for side in (trace.width, trace.height)))
    small = sampled(few.numpy())
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
