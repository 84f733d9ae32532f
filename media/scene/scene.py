"""The scene of a source: its saliency, and where objects and faces are."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pyvips

from media.scene.classes import CLASSES, FACES, objects_of
from media.scene.maps import EMPTY_SCENE_MAXIMUM, Bytes

Floats: TypeAlias = npt.NDArray[np.float32]
#: left, top, right, bottom as fractions of the picture's width and height, 0…1.
Area: TypeAlias = tuple[float, float, float, float]

#: Where things are is told in this many cells across and down, whatever the picture's shape.
CELLS = 128
#: A cell is of a class from this probability on, and a picture shows it from this share of its cells on.
MEMBER, PRESENT_SHARE = 128, 0.002
#: Of several things of a kind those count that have this share of the largest one's size.
COMPARABLE_SHARE = 0.25

#: Where a face would be that no detector found: the top of where persons are.
HEAD, HEAD_SHARE = "head", 0.25


@dataclass(frozen=True, slots=True)
class Scene:
    """What the network and the detectors found in a source.

    ``saliency`` h×w and ``classes`` h×w×21 (VOC order, None if the network has no such head), 0…255.
    """

    saliency: Bytes
    classes: Bytes | None = None
    faces: tuple[Area, ...] = ()

    def salient(self) -> Floats | None:
        """How much each cell draws the eye, 0…1; None if nothing stands out."""
        if self.saliency.max() < EMPTY_SCENE_MAXIMUM * 255:
            return None
        return np.asarray(sampled(self.saliency) / np.float32(255), np.float32)

    def areas(self, target: str) -> tuple[Area, ...]:
        """Where a face, an object or one of a group is, the largest first; empty if there is none."""
        if target == "adv_eyes":
            return tuple((left, top, right, (top + bottom) / 2) for left, top, right, bottom in self.faces)
        if target in FACES:
            return self.faces
        if target == HEAD:
            return tuple(
                (left, top, right, top + HEAD_SHARE * (bottom - top))
                for left, top, right, bottom in self.areas("person")
            )
        cells = self._cells_of(target)
        return () if cells is None else _things(cells)

    def _cells_of(self, target: str) -> "npt.NDArray[np.bool_] | None":
        numbers = [CLASSES.index(name) for name in objects_of(target)]
        if self.classes is None or not numbers:
            return None
        return sampled(self.classes[..., numbers].sum(axis=-1, dtype=np.uint16)) >= MEMBER


def _things(cells: "npt.NDArray[np.bool_]") -> tuple[Area, ...]:
    """The boxes around what hangs together, the largest first; what is small beside it, or small at all, is noise."""
    labels = pyvips.Image.new_from_array(cells.astype(np.uint8) * 255).labelregions().numpy().reshape(cells.shape)
    sizes = np.bincount(labels[cells], minlength=1)
    least = max(PRESENT_SHARE * cells.size, COMPARABLE_SHARE * sizes.max())
    kept = [label for label in np.argsort(-sizes) if sizes[label] >= least]
    return tuple(area for area in (around(labels == label) for label in kept) if area)


def in_cells(areas: Iterable[Area]) -> Floats:
    """1 in every cell that one of the areas touches."""
    cells = np.zeros((CELLS, CELLS), np.float32)
    for left, top, right, bottom in areas:
        rows, columns = _span(top, bottom), _span(left, right)
        cells[rows, columns] = 1
    return cells


def union(areas: Sequence[Area]) -> Area:
    left, top, right, bottom = zip(*areas, strict=True)
    return min(left), min(top), max(right), max(bottom)


def sampled(values: "npt.NDArray[Any]") -> "npt.NDArray[Any]":
    """One value per cell: that of the nearest place."""
    height, width = values.shape[:2]
    centres = (np.arange(CELLS) + 0.5) / CELLS
    return values[np.ix_((centres * height).astype(int), (centres * width).astype(int))]


def _span(start: float, end: float) -> slice:
    first = min(CELLS - 1, max(0, int(start * CELLS)))
    return slice(first, max(first + 1, min(CELLS, int(np.ceil(end * CELLS)))))


def around(cells: "npt.NDArray[np.bool_]") -> Area | None:
    """The box around the cells that are set; None if none is."""
    rows, columns = np.flatnonzero(cells.any(axis=1)), np.flatnonzero(cells.any(axis=0))
    if not len(rows):
        return None
    return columns[0] / CELLS, rows[0] / CELLS, (columns[-1] + 1) / CELLS, (rows[-1] + 1) / CELLS


def extent(area: Area) -> float:
    return (area[2] - area[0]) * (area[3] - area[1])
