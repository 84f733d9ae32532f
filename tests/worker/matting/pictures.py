"""Generated pictures whose alpha and foreground colours are known exactly: ``I = αF + (1−α)B``."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt
from scipy import ndimage

SIDE = 288
#: Alphas are drawn this much larger and averaged down, which makes them exact areas.
OVERSAMPLING = 3

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """``rgb`` and ``foreground`` are H×W×3 uint8, ``alpha`` is H×W uint8."""

    rgb: npt.NDArray[np.uint8]
    alpha: npt.NDArray[np.uint8]
    foreground: npt.NDArray[np.uint8]


@cache
def picture(kind: str, seed: int = 1) -> Picture:
    random = np.random.default_rng(seed)
    alpha = KINDS[kind](random)
    front = texture(random, base=(190, 120, 60), contrast=14, grain=3)
    back = texture(random, base=(60, 110, 150), contrast=18, grain=6)
    mixed = alpha[..., None] * front + (1 - alpha[..., None]) * back
    return Picture(_bytes(mixed), _bytes(alpha * 255), _bytes(front))


def texture(random: np.random.Generator, *, base: tuple[int, int, int], contrast: float, grain: float) -> Floats:
    """Coloured noise of two scales around ``base``, H×W×3."""
    coarse = ndimage.gaussian_filter(random.normal(size=(SIDE, SIDE, 3)), (8 * grain, 8 * grain, 0))
    fine = ndimage.gaussian_filter(random.normal(size=(SIDE, SIDE, 1)), (grain, grain, 0))
    return np.clip(np.array(base) + contrast * (coarse / coarse.std() + 0.5 * fine / fine.std()), 0, 255)


def _hair(random: np.random.Generator) -> Floats:
    return _strands(random, count=260, length=0.19, curl=0.5)


def _fur(random: np.random.Generator) -> Floats:
    return _strands(random, count=1200, length=0.06, curl=0.2)


def _lace(random: np.random.Generator) -> Floats:
    y, x = _grid()
    radius = np.hypot(y - 0.5, x - 0.5)
    holes = np.sin(60 * x) * np.sin(60 * y) > 0.35
    return _averaged((radius < 0.24) | ((radius < 0.36) & ~holes))


def _glass(random: np.random.Generator) -> Floats:
    y, x = _grid()
    radius = np.hypot(y - 0.5, x - 0.5)
    rim = (radius > 0.33) & (radius < 0.36)
    base = (radius < 0.36) & (y > 0.62)
    return np.maximum(_averaged(rim | base), 0.3 * _averaged(radius < 0.36))


def _motion_blur(random: np.random.Generator) -> Floats:
    y, x = _grid()
    still = _averaged((np.abs(y - 0.5) < 0.22) & (np.abs(x - 0.5 + 0.1 * np.sin(9 * y)) < 0.25))
    return ndimage.uniform_filter1d(still, 25, axis=1)


KINDS: dict[str, Callable[[np.random.Generator], Floats]] = {
    "hair": _hair,
    "fur": _fur,
    "lace": _lace,
    "glass": _glass,
    "motion blur": _motion_blur,
}


def _strands(random: np.random.Generator, *, count: int, length: float, curl: float) -> Floats:
    """A disc with ``count`` curved lines growing outwards, each about one pixel wide."""
    y, x = _grid()
    drawn = np.hypot(y - 0.5, x - 0.5) < 0.26
    side = len(drawn)
    steps = np.linspace(0, 1, side // 2)
    for angle in random.uniform(0, 2 * np.pi, count):
        bend = random.normal(0, curl)
        reach = 0.25 + length * random.uniform(0.4, 1) * steps
        turn = angle + bend * steps**2
        rows, columns = 0.5 + reach * np.sin(turn), 0.5 + reach * np.cos(turn)
        drawn[(rows * side).astype(int) % side, (columns * side).astype(int) % side] = True
    return _averaged(ndimage.binary_dilation(drawn))


def _grid() -> tuple[Floats, Floats]:
    line = (np.arange(SIDE * OVERSAMPLING) + 0.5) / (SIDE * OVERSAMPLING)
    return line[:, None], line[None, :]


def _averaged(drawn: npt.NDArray[np.bool_]) -> Floats:
    return drawn.reshape(SIDE, OVERSAMPLING, SIDE, OVERSAMPLING).mean(axis=(1, 3))


def _bytes(values: Floats) -> npt.NDArray[np.uint8]:
    return np.rint(np.clip(values, 0, 255)).astype(np.uint8)
