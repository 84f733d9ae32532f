"""Content-aware resizing: what matters keeps its proportions, the rest is squeezed or stretched.

Axis-aligned, after Panozzo, Weber and Sorkine, "Robust Image Retargeting via Axis-Aligned Deformation" (2012): columns
and rows get widths of their own, which only the least important of them differ much in; their least squares problem has
a closed form if each axis is solved by itself.
"""

from collections.abc import Mapping
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pyvips

from media.geometry import Request, Size
from media.operations.arguments import Height, OwnSize, SceneNow, Where, Width
from media.operations.focus import AUTO, FACES
from media.operations.registry import operation
from media.operations.tracking import TrackedScene
from media.operations.warp import fetched
from media.raster.pixels import Image, resample
from media.scene.scene import CELLS, in_cells

Weights: TypeAlias = npt.NDArray[np.float64]

#: What a face, and what draws the eye, weighs beside the picture's strongest edges.
FACE_WEIGHT, SALIENT_WEIGHT = 4.0, 2.0
#: How little a line of cells may weigh, and be squeezed to, beside the others.
LEAST_WEIGHT, LEAST_SIDE = 0.05, 0.2
#: Rounds in which what is squeezed to the least leaves the rest to the others.
ROUNDS = 8


def _sides(size: Size, arguments: Mapping[str, Any]) -> Size:
    return Request.of(size, arguments["width"], arguments["height"], None).unchanged(size)


@operation(price=30, size_after=_sides, moves=True)
def retarget(
    image: Image, width: Width = None, height: Height = None, gravity: Where = AUTO,
    *, size: OwnSize, scene: SceneNow,
) -> Image:  # fmt: skip
    """Change the size to the given sides; faces and what draws the eye keep their proportions, the rest gives way."""
    wanted = _sides(size, {"width": width, "height": height})
    across, down = scene.decide("lines", lambda: _lines(image, wanted, scene))
    # Near its final size first: a warp reads single pixels, and would alias.
    return _warped(resample(image, wanted), across, down)


def _lines(image: Image, wanted: Size, scene: TrackedScene) -> tuple[Weights, Weights]:
    """How wide each column of cells becomes, and how high each row, as shares of the whole."""
    cells = _importance(image, scene)
    stretch = wanted.width / image.width, wanted.height / image.height
    even = (stretch[0] * stretch[1]) ** 0.5
    return (
        _shares(cells.max(axis=0), even / stretch[0]),
        _shares(cells.max(axis=1), even / stretch[1]),
    )


def _importance(image: Image, scene: TrackedScene) -> Weights:
    """Of each cell: its edges, how it draws the eye, whether it belongs to a face."""
    small = image.thumbnail_image(CELLS, height=CELLS, size="force")
    flat = small.flatten() if small.hasalpha() else small
    grey = np.asarray(flat.colourspace("b-w")[0].numpy(), float).reshape(CELLS, CELLS)
    edges = np.hypot(*np.gradient(grey))
    weights = edges / max(1.0, edges.max())
    salient, faces = scene.salient(), scene.areas(FACES.targets[0])
    if salient is not None:
        weights = weights + SALIENT_WEIGHT * salient
    if faces:
        weights = weights + FACE_WEIGHT * in_cells(faces)
    return np.asarray(weights, float)


def _shares(weights: Weights, wished: float) -> Weights:
    """Widths that sum to one, each as near to ``wished`` times an even share as its weight asks."""
    smooth = np.convolve(np.pad(weights, 2, "edge"), np.full(5, 0.2), "valid")
    stiff = np.maximum(smooth / max(smooth.max(), 1e-9), LEAST_WEIGHT) ** 2
    target, least = np.full(CELLS, wished / CELLS), LEAST_SIDE * min(wished, 1.0) / CELLS
    free, found = np.ones(CELLS, bool), target.copy()
    for _ in range(ROUNDS):
        missing = 1 - found[~free].sum() - target[free].sum()
        found[free] = target[free] + missing * (1 / stiff[free]) / (1 / stiff[free]).sum()
        if (found[free] >= least).all():
            break
        free &= found >= least
        found[~free] = least
    return found / found.sum()


def _warped(image: Image, across: Weights, down: Weights) -> Image:
    """Each line of the result from where the lines of cells, made so wide, put it."""
    x, y = _origins(across, image.width), _origins(down, image.height)
    columns = pyvips.Image.new_from_array(x[None, :].astype(np.float32))
    rows = pyvips.Image.new_from_array(y[:, None].astype(np.float32))
    index = columns.replicate(1, image.height).bandjoin(rows.replicate(image.width, 1))
    moved = fetched(image, index)
    return moved if image.hasalpha() else moved[:3]


def _origins(shares: Weights, side: int) -> Weights:
    """For each pixel of a line, the coordinate that it shows."""
    edges = np.concatenate([[0.0], np.cumsum(shares)]) * side
    even = np.linspace(0, side, CELLS + 1)
    return np.clip(np.interp(np.arange(side) + 0.5, edges, even) - 0.5, 0, side - 1)
