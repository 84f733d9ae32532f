"""The metrics of the model card on maps small enough to count by hand, and the network if torch is at hand."""

import numpy as np
import pytest

from worker.training import metrics

NOTHING = np.zeros((4, 4))
ALL = np.ones((4, 4))
LEFT = np.repeat([[1.0, 1.0, 0.0, 0.0]], 4, axis=0)
TOP = LEFT.T
FAINT = LEFT * 0.4


@pytest.mark.parametrize(
    ("matte", "truth", "overlap", "error"),
    [
        (LEFT, LEFT, 1.0, 0.0),
        (LEFT, TOP, 4 / 12, 0.5),
        (LEFT, ALL, 0.5, 0.5),
        (LEFT, NOTHING, 0.0, 0.5),
        (NOTHING, NOTHING, 1.0, 0.0),
        (FAINT, LEFT, 0.0, 0.3),
        (LEFT * 0.8, LEFT, 1.0, 0.1),
    ],
)
def test_overlap_counts_pixels_above_half_and_error_counts_all(matte, truth, overlap, error):
    assert metrics.intersection_over_union(matte, truth) == pytest.approx(overlap)
    assert metrics.mean_absolute_error(matte, truth) == pytest.approx(error)


@pytest.mark.parametrize(
    ("mattes", "expected"),
    [
        ([LEFT, TOP], 1.0),
        ([FAINT, TOP * 0.3], 1.0),  # any threshold may serve, so faint but right is right
        ([ALL, ALL], 1.3 * 0.5 / (0.3 * 0.5 + 1)),
        ([NOTHING, NOTHING], 0.0),
    ],
)
def test_max_f_takes_the_best_common_threshold(mattes, expected):
    pairs = [metrics.precision_recall(matte, truth) for matte, truth in zip(mattes, (LEFT, TOP), strict=True)]
    assert metrics.max_f([pair[0] for pair in pairs], [pair[1] for pair in pairs]) == pytest.approx(expected)


def square(left: int, size: int = 40) -> np.ndarray:
    picture = np.zeros((64, 64))
    picture[10 : 10 + size, left : left + size] = 1
    return picture


@pytest.mark.parametrize(
    ("matte", "truth", "expected"),
    [
        (square(10), square(10), 1.0),
        (square(12), square(10), 1.0),  # within the band
        (NOTHING, NOTHING, 1.0),
        (NOTHING, LEFT, 0.0),
        (square(0, 8), square(30), 0.0),
    ],
)
def test_boundary_f_forgives_two_pixels(matte, truth, expected):
    assert metrics.boundary_f(matte, truth) == pytest.approx(expected)


def test_boundary_f_falls_with_the_distance():
    falling = [metrics.boundary_f(square(10 + shift), square(10)) for shift in (2, 4, 8)]
    assert falling == sorted(falling, reverse=True)
    assert falling[0] > falling[1]


@pytest.mark.parametrize(
    ("scores", "outcomes", "expected"),
    [
        ([1, 2, 3], [10, 20, 30], 1.0),
        ([1, 2, 3], [30, 20, 10], -1.0),
        ([1, 1, 3], [10, 10, 30], 1.0),
        ([1, 2, 3, 4], [1, 3, 2, 4], 0.8),
        ([5, 5, 5], [1, 2, 3], 0.0),
        ([1], [1], 0.0),
    ],
)
def test_rank_correlation_looks_at_order_only(scores, outcomes, expected):
    assert metrics.rank_correlation(scores, outcomes) == pytest.approx(expected)
