"""The network alone, without the pipeline, on photographs that training never sees: what decisions are made by."""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812
from PIL import Image
from torch import Tensor

from worker.training.metrics import intersection_over_union, mean_absolute_error
from worker.training.network import CutoutNetwork
from worker.training.photographs import Photograph

JUDGED_SIZE = 416
SMALLEST_SHARE = 0.02  # of the photograph: smaller objects are not asked for


@torch.no_grad()
def judge(network: CutoutNetwork, held_out: list[Photograph], device: torch.device) -> str:
    """Saliency IoU and MAE per kind, and class IoU where humans marked classes, on photographs never trained on."""
    scores: dict[str, list[tuple[float, float]]] = {}
    asked: list[float] = []
    for row in held_out:
        photo = Image.open(row.path).convert("RGB").resize((JUDGED_SIZE, JUDGED_SIZE), Image.Resampling.BILINEAR)
        x = torch.from_numpy(np.asarray(photo).copy()).to(device).permute(2, 0, 1)[None] / 127.5 - 1
        logits, classes = network(x)
        if row.classes is not None:
            asked += _asked_overlaps(classes, np.asarray(Image.open(row.classes)))
        elif row.mask is not None:
            truth = np.asarray(Image.open(row.mask).convert("L").resize(photo.size), np.float32) / 255
            matte = F.interpolate(logits, size=truth.shape, mode="bilinear").sigmoid()[0, 0].cpu().numpy()
            pair = intersection_over_union(matte, truth), mean_absolute_error(matte, truth)
            scores.setdefault(row.kind, []).append(pair)
    kinds = [f"{kind} {np.mean(pairs, axis=0).round(4).tolist()}" for kind, pairs in scores.items()]
    return f"{', '.join(kinds)}, classes {np.mean(asked):.4f}"


def _asked_overlaps(classes: Tensor, numbers: np.ndarray) -> list[float]:
    likely = F.interpolate(classes, size=numbers.shape, mode="bilinear", antialias=True)[0].argmax(0).cpu().numpy()
    present = [number for number in range(1, classes.shape[1]) if (numbers == number).mean() > SMALLEST_SHARE]
    return [intersection_over_union(1.0 * (likely == number), 1.0 * (numbers == number)) for number in present]
