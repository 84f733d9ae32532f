"""Where things are in the picture as it is now: the source's scene, followed through the steps before this one."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

import numpy as np
import pyvips

from media.geometry import Size
from media.language.params import AREAS
from media.operations.registry import Operation
from media.raster.pixels import Image
from media.scene.scene import CELLS, Area, Floats, Scene, around, extent, in_cells, sampled

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Motion:
    """A step that put pixels elsewhere: what it did to a picture of size ``before``."""

    operation: Operation
    arguments: Mapping[str, Any]
    before: Size


@dataclass(frozen=True, slots=True)
class TrackedScene:
    """The scene as one step sees it. ``scene`` is the source's, None if it is not known; ``source`` is its size.

    ``motions`` led from the source to the picture; ``is_untraceable`` after a step that cannot be followed. ``windows``
    is what this step has decided on, so that all frames, and the motions that follow it, are cut by the same.
    """

    scene: Scene | None
    source: Size
    motions: tuple[Motion, ...] = ()
    is_untraceable: bool = False
    windows: dict[str, Any] = field(default_factory=dict, compare=False)

    def areas(self, target: str) -> tuple[Area, ...]:
        """Where ``target`` is in the picture now, the largest first; empty if it is not to be seen."""
        if self.is_untraceable:
            return ()
        found = _named(target, self.source) or (self.scene.areas(target) if self.scene else ())
        if found and self.motions:
            moved = (around(_followed(self._index_map(), in_cells([area])) > 0) for area in found)
            found = tuple(area for area in moved if area)
        return tuple(sorted(found, key=extent, reverse=True))

    def salient(self) -> Floats | None:
        """How much each cell of the picture draws the eye, 0…1; None if that is not known."""
        cells = self.scene.salient() if self.scene and not self.is_untraceable else None
        return _followed(self._index_map(), cells) if cells is not None and self.motions else cells

    def decide(self, name: str, find: Callable[[], T]) -> T:
        """What ``find`` said the first time it was asked in this step."""
        if name not in self.windows:
            self.windows[name] = find()
        decided: T = self.windows[name]
        return decided

    def after(self, operation: Operation, arguments: Mapping[str, Any], before: Size, size: Size) -> "TrackedScene":
        """The scene for the next step, once ``operation`` has made a picture of ``size`` from one of ``before``."""
        following = replace(self, windows={})
        if not operation.moves:
            return replace(following, is_untraceable=self.is_untraceable or (before != size and not operation.scales))
        unpainted = {name: value for name, value in arguments.items() if name != "background"}
        return replace(following, motions=(*self.motions, Motion(operation, unpainted, before)))

    def _index_map(self) -> Image:
        """A picture that tells of each pixel which one of the source it shows: column and row in 255ths as red and
        green, alpha 0 where it shows none."""
        index = _untouched(self.motions[0].before)
        for motion in self.motions:
            across, down = motion.before.width / index.width, motion.before.height / index.height
            index = motion.operation.function(index.resize(across, vscale=down, kernel="nearest"), **motion.arguments)
        return index


def _followed(index: Image, cells: Floats) -> Floats:
    # Whole rows of it, but only as many as there are cells: an index map is as large as its picture.
    few = index.subsample(*(max(1, side // CELLS) for side in (index.width, index.height)))
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
