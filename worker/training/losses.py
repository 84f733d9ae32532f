"""How far the saliency head is from what it should answer."""

from __future__ import annotations

import torch.nn.functional as F  # noqa: N812
from torch import Tensor

EDGE_WEIGHT, EDGE_PIXELS = 2.0, 9
OVERLAP_WEIGHT = 0.8


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
