"""Closed-form alpha matting on the unknown band only (Levin, Lischinski, Weiss: CVPR 2006).

pymatting builds its Laplacian over every pixel (81 doubles each: 650 MB per megapixel). A photo is unknown in a thin
band, so this one holds 13 numbers per pixel of the band, and only the conjugate gradient runs over them.
"""

import logging
from collections.abc import Callable
from contextlib import redirect_stdout
from io import StringIO
from threading import Lock

import numpy as np
import numpy.typing as npt
from scipy import sparse  # type: ignore[import-untyped]

from worker.matting.raster import Bools, Floats

Indices = npt.NDArray[np.int64]

#: Regularises the colour covariance of a window (Levin's epsilon; colours 0…1).
EPSILON = 1e-7
WINDOW = [(dy, dx) for dy in (-1, 0, 1) for dx in (-1, 0, 1)]
MAX_ITERATIONS = 1000
TOLERANCE = 1e-5
#: Entries of the incomplete factor below this are dropped; it may hold this many times the entries of the system.
DISCARD = 1e-4
FACTOR_GROWTH = 8
_PYMATTING = Lock()

log = logging.getLogger(__name__)


def solve(colour: Floats, start: Floats, unknown: Bools, prior_weight: Floats) -> Floats:
    """Alpha 0…1 where ``unknown``, ``start`` elsewhere (known alphas may be fractional).

    ``colour`` is h×w×3, 0…1. ``prior_weight`` (h×w) holds unknown pixels to ``start``: 0 lets colours
    decide alone, 0.01 is felt, 1 decides alone.
    """
    alpha = start.astype(np.float64)
    height, width = unknown.shape
    if not unknown.any() or height < 3 or width < 3:
        return start
    laplacian, pixels = _laplacian(colour.astype(np.float64), unknown)
    inside = unknown.ravel()[pixels]
    prior = alpha.ravel()[pixels]
    rows = laplacian[inside]
    weight = prior_weight.ravel()[pixels[inside]]
    system = rows[:, inside] + sparse.diags(weight, format="csr")
    right = weight * prior[inside] - rows[:, ~inside] @ prior[~inside]
    alpha.ravel()[pixels[inside]] = _solved(system, right, prior[inside])
    return np.clip(alpha, 0, 1).astype(np.float32)


def _laplacian(colour: Floats, unknown: Bools) -> tuple[sparse.csr_matrix, Indices]:
    """The matting Laplacian over the pixels of windows that touch ``unknown``, and those pixels' flat indices."""
    height, width = unknown.shape
    centres = _centres(unknown)
    positions = np.stack([centres + dy * width + dx for dy, dx in WINDOW])
    pixels = np.unique(positions)
    order = np.full(height * width, -1, np.int64)
    order[pixels] = np.arange(len(pixels))
    members = order[positions]
    affinity = _affinities(colour.reshape(-1, 3)[positions])

    # Entry (i, j) of the matrix depends only on i and the offset j − i: sum each offset in place, without sorting.
    stencil = np.zeros((25, len(pixels)))
    for p, (py, px) in enumerate(WINDOW):
        for q, (qy, qx) in enumerate(WINDOW):
            # A pixel is the p-th of one window only, so these indices are unique and += is exact.
            stencil[(qy - py + 2) * 5 + (qx - px + 2), members[p]] -= affinity(p, q)
    stencil[12] -= stencil.sum(axis=0)
    rows, columns, values = [], [], []
    for index in range(25):
        there = np.flatnonzero(stencil[index])
        rows.append(there)
        columns.append(order[pixels[there] + (index // 5 - 2) * width + (index % 5 - 2)])
        values.append(stencil[index, there])
    shape = (len(pixels), len(pixels))
    entries = (np.concatenate(values), (np.concatenate(rows), np.concatenate(columns)))
    return sparse.csr_matrix(entries, shape), pixels


def _centres(unknown: Bools) -> Indices:
    """Flat indices of the centres of all 3×3 windows that lie inside the picture and touch ``unknown``."""
    touched = np.zeros_like(unknown)
    inner = touched[1:-1, 1:-1]
    height, width = unknown.shape
    for dy, dx in WINDOW:
        inner |= unknown[1 + dy : height - 1 + dy, 1 + dx : width - 1 + dx]
    return np.flatnonzero(touched)


def _affinities(colours: Floats) -> Callable[[int, int], Floats]:
    """``f(p, q)``: affinity of the p-th and q-th pixel of every window; ``colours`` is 9×windows×3."""
    count = len(WINDOW)
    centred = colours - colours.mean(axis=0)
    covariance = np.einsum("pwi,pwj->wij", centred, centred) / count + EPSILON / count * np.eye(3)
    inverse = np.linalg.inv(covariance)
    whitened = np.einsum("pwi,wij->pwj", centred, inverse)
    return lambda p, q: (1 + np.einsum("wi,wi->w", whitened[p], centred[q])) / count


def _solved(system: sparse.csr_matrix, right: Floats, start: Floats) -> Floats:
    """Conjugate gradient on an incomplete Cholesky factor: ten iterations where Jacobi scaling needs a thousand."""
    # numba's default threading layer aborts the process when two threads enter it.
    with _PYMATTING:
        from pymatting.preconditioner.ichol import ichol
        from pymatting.solver.cg import cg

        limits = {"rtol": TOLERANCE, "atol": TOLERANCE * TOLERANCE, "maxiter": MAX_ITERATIONS}
        try:
            # It prints a page when it has to shift the diagonal, which it then does by itself.
            with redirect_stdout(StringIO()):
                factor = ichol(system.tocsc(), discard_threshold=DISCARD, max_nnz=FACTOR_GROWTH * system.nnz)
            return np.asarray(cg(system, right, x0=start, M=factor, **limits))
        except ValueError as error:
            # Default edges are a good answer, too: a photo must not fail for its edges.
            log.warning("fine edges are left as they were on %d unknown pixels: %s", len(right), error)
            return start


def warm_up() -> None:
    """Load pymatting, so that no first photo waits for numba: a second from its cache, 40 seconds without one."""
    colour = np.random.default_rng(0).random((8, 8, 3))
    unknown = np.zeros((8, 8), np.bool_)
    unknown[2:6, 2:6] = True
    solve(colour, colour[..., 0], unknown, np.full((8, 8), 1e-3))


if __name__ == "__main__":
    # Run by `make` right after the installation: the compiled code is kept beside the library.
    warm_up()
