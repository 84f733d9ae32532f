"""How far the two heads are from what they should answer."""

from __future__ import annotations

import torch.nn.functional as F  # noqa: N812
from torch import Tensor

EDGE_WEIGHT, EDGE_PIXELS = 2.0, 9
OVERLAP_WEIGHT = 0.8
OBJECT_WEIGHT = 3.0  # of a class cell that shows an object, against one of background


def saliency_loss(logits: Tensor, truth: Tensor, weights: Tensor) -> Tensor:
    """Cross entropy, heavier near edges, and soft overlap, both at the photograph's resolution."""
    logits = F.interpolate(logits, size=truth.shape[2:], mode="bilinear", align_corners=False)
    edges = _largest_around(truth) + _largest_around(-truth)
    entropy = F.binary_cross_entropy_with_logits(logits, truth, reduction="none")
    per_photo = (entropy * (1 + EDGE_WEIGHT * edges)).mean((1, 2, 3))
    opacity = logits.sigmoid()
    both = (opacity * truth).sum((1, 2, 3))
    overlap = (both + 1) / ((opacity + truth).sum((1, 2, 3)) - both + 1)
    return ((per_photo + OVERLAP_WEIGHT * (1 - overlap)) * weights).mean()


def _largest_around(x: Tensor) -> Tensor:
    """Along rows, then columns: nine comparisons each in place of eighty-one."""
    reach = EDGE_PIXELS // 2
    return F.max_pool2d(F.max_pool2d(x, (1, EDGE_PIXELS), 1, (0, reach)), (EDGE_PIXELS, 1), 1, (reach, 0))


def class_loss(logits: Tensor, probabilities: Tensor, weights: Tensor) -> Tensor:
    """Divergence from the teacher's probabilities at 1/8 of the photograph's resolution."""
    divergence = F.kl_div(logits.log_softmax(1), probabilities, reduction="none").sum(1)
    cell_weights = 1 + (OBJECT_WEIGHT - 1) * (1 - probabilities[:, 0])
    return ((divergence * cell_weights).mean((1, 2)) * weights).mean()
