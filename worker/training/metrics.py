"""How close a matte is to the truth: pure numpy, one photograph at a time. Maps are float arrays `H,W` in 0…1."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Map = NDArray[np.floating]
Mask = NDArray[np.bool_]

HALF = 0.5
F_BETA_SQUARED = 0.3  # precision over recall, as the saliency literature has it (Achanta et al. 2009)
THRESHOLDS = np.arange(255) / 255
BOUNDARY_BAND_PIXELS = 2


def intersection_over_union(matte: Map, truth: Map) -> float:
    """Overlap of the two masks at one half, 0…1; two empty masks agree perfectly."""
    kept, wanted = matte > HALF, truth > HALF
    union = int((kept | wanted).sum())
    return 1.0 if union == 0 else int((kept & wanted).sum()) / union


def mean_absolute_error(matte: Map, truth: Map) -> float:
    return float(np.abs(matte - truth).mean())


def precision_recall(matte: Map, truth: Map) -> tuple[Map, Map]:
    """Precision and recall at each of `THRESHOLDS`; averaged over photographs they give `max_f`."""
    wanted = truth > HALF
    levels = np.minimum((np.clip(matte, 0, 1) * 255).astype(int), 255)
    kept = _at_least(np.bincount(levels.ravel(), minlength=256))
    hits = _at_least(np.bincount(levels[wanted], minlength=256))
    return hits / np.maximum(kept, 1), hits / max(1, int(wanted.sum()))


def _at_least(histogram: NDArray[np.integer]) -> Map:
    return np.cumsum(histogram[::-1])[::-1][1:].astype(float)


def max_f(precisions: list[Map], recalls: list[Map]) -> float:
    """The best F-measure any one threshold reaches on the whole set (`precision_recall` of each photograph)."""
    precision, recall = np.mean(precisions, axis=0), np.mean(recalls, axis=0)
    below = F_BETA_SQUARED * precision + recall
    scores = (1 + F_BETA_SQUARED) * precision * recall / np.maximum(below, 1e-12)
    return float(scores.max())


def boundary_f(matte: Map, truth: Map, band: int = BOUNDARY_BAND_PIXELS) -> float:
    """F1 of the outlines at one half, a pixel counting as found within `band` pixels (Perazzi et al. 2016, DAVIS)."""
    found, wanted = outline(matte > HALF), outline(truth > HALF)
    if not found.any() or not wanted.any():
        return float(found.any() == wanted.any())
    precision = float((found & dilate(wanted, band)).sum() / found.sum())
    recall = float((wanted & dilate(found, band)).sum() / wanted.sum())
    return 0.0 if precision + recall == 0 else 2 * precision * recall / (precision + recall)


def outline(mask: Mask) -> Mask:
    """Pixels of the mask that touch its outside; the frame of the picture is not an outline."""
    inside = np.pad(mask, 1, mode="edge")
    whole = inside[:-2, 1:-1] & inside[2:, 1:-1] & inside[1:-1, :-2] & inside[1:-1, 2:]
    return mask & ~whole


def dilate(mask: Mask, radius: int) -> Mask:
    """Grow by `radius` pixels in the chessboard metric."""
    for axis in (0, 1):
        grown = mask.copy()
        for shift in range(1, radius + 1):
            ahead, behind = [slice(None)] * 2, [slice(None)] * 2
            ahead[axis], behind[axis] = slice(shift, None), slice(None, -shift)
            grown[tuple(ahead)] |= mask[tuple(behind)]
            grown[tuple(behind)] |= mask[tuple(ahead)]
        mask = grown
    return mask


def rank_correlation(scores: list[float], outcomes: list[float]) -> float:
    """Spearman's rho, ties sharing their mean rank; 0 if either side is constant."""
    if len(set(scores)) < 2 or len(set(outcomes)) < 2:
        return 0.0
    left, right = (_mean_ranks(np.asarray(values, float)) for values in (scores, outcomes))
    left, right = left - left.mean(), right - right.mean()
    return float((left * right).sum() / np.sqrt((left**2).sum() * (right**2).sum()))


def _mean_ranks(values: Map) -> Map:
    _, group, sizes = np.unique(values, return_inverse=True, return_counts=True)
    ends = np.cumsum(sizes)
    return (ends - (sizes - 1) / 2)[group]
