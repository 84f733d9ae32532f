"""The network alone, without the pipeline, on pictures that training never sees: what decisions are made by."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812
from PIL import Image

from worker.training.metrics import boundary_f, intersection_over_union, mean_absolute_error
from worker.training.network import CutoutNetwork
from worker.training.photographs import Photograph

JUDGED_SIZE = 416
STUDIO = "studio"

Case = tuple[str, Path, Path]  # kind, photograph, truth


def held_out_cases(photographs: list[Photograph], studio: Path) -> list[Case]:
    """Every held-out photograph with a human's mask, and the pictures that `studio/` wrote."""
    rows = [(row.kind, row.path, row.mask) for row in photographs if row.held_out and row.truth]
    shown = [(STUDIO, path, path.with_suffix(".png")) for path in sorted(studio.glob("*.jpg"))]
    return [(kind, path, mask) for kind, path, mask in [*rows, *shown] if mask is not None]


@torch.no_grad()
def judge(network: CutoutNetwork, cases: list[Case], device: torch.device) -> str:
    """Saliency IoU, MAE and boundary F per kind, and the mean of the kinds."""
    scores: dict[str, list[tuple[float, float, float]]] = {}
    for kind, path, mask in cases:
        photo = Image.open(path).convert("RGB").resize((JUDGED_SIZE, JUDGED_SIZE), Image.Resampling.BILINEAR)
        x = torch.from_numpy(np.asarray(photo).copy()).to(device).permute(2, 0, 1)[None] / 127.5 - 1
        truth = np.asarray(Image.open(mask).convert("L").resize(photo.size), np.float32) / 255
        logits = network.stands_out(*network.trunk.shared(x))
        matte = F.interpolate(logits, size=truth.shape, mode="bilinear").sigmoid()[0, 0].cpu().numpy()
        measured = intersection_over_union(matte, truth), mean_absolute_error(matte, truth), boundary_f(matte, truth)
        scores.setdefault(kind, []).append(measured)
    means = {kind: np.mean(of_kind, axis=0) for kind, of_kind in scores.items()}
    kinds = [f"{kind} {mean.round(4).tolist()}" for kind, mean in means.items()]
    return f"{', '.join(kinds)}, mean {np.mean(list(means.values()), axis=0).round(4).tolist()}"
