"""Mix two trained networks: `python -m worker.training.soup NEW.pt BEFORE.onnx OUT.pt PHOTOS --share 0.2`.

What a training has just learned and what it began with lie in one valley, and between them is often better than either
(Wortsman et al. 2022, WiSE-FT). Batch norms then learn their statistics anew from training photographs.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from worker.training.dataset import jitter
from worker.training.held_out import JUDGED_SIZE
from worker.training.initial import load_weights, norms, refill_norms
from worker.training.network import CutoutNetwork
from worker.training.photographs import read_photographs

PHOTOGRAPHS, BATCH = 96, 12


def mixed(new: dict[str, Tensor], old: dict[str, Tensor], share: float) -> dict[str, Tensor]:
    """`share` of `old` (Wortsman et al. 2022, WiSE-FT)."""
    return {
        name: weight.lerp(old[name], share) if weight.is_floating_point() else weight for name, weight in new.items()
    }


def trained(path: Path, photos: Tensor) -> CutoutNetwork:
    """Of a checkpoint or of an exported file, whose norms are filled again, so that either can be mixed."""
    network = CutoutNetwork()
    load_weights(network, path)
    if path.suffix == ".onnx":
        refill_norms(network, jitter(photos[:BATCH]))
    return network


@torch.no_grad()
def learn_norms(network: CutoutNetwork, photos: Tensor) -> None:
    """Statistics of every norm as the mean over batches of `photos` (`N,3,H,W`, 0…255); nothing else changes."""
    network.eval()
    for _, norm in norms(network):
        norm.train()
        norm.reset_running_stats()
        norm.momentum = None
    for batch in photos.split(BATCH):
        network(jitter(batch))


def some_photographs(folder: Path) -> Tensor:
    rows = [row for row in read_photographs(folder) if not row.held_out]
    chosen = np.random.default_rng(1).choice(len(rows), PHOTOGRAPHS, replace=False)
    size = (JUDGED_SIZE, JUDGED_SIZE)
    pictures = [np.asarray(Image.open(rows[number].path).convert("RGB").resize(size)) for number in chosen]
    return torch.from_numpy(np.stack(pictures)).permute(0, 3, 1, 2).float()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("new", "old", "out", "photos"):
        parser.add_argument(name, type=Path)
    parser.add_argument("--share", type=float, default=0.2, help="of the old one")
    asked = parser.parse_args()
    torch.manual_seed(0)
    photos = some_photographs(asked.photos)
    new, old = (trained(path, photos).state_dict() for path in (asked.new, asked.old))
    network = CutoutNetwork()
    network.load_state_dict(mixed(new, old, asked.share))
    learn_norms(network, photos)
    torch.save(network.state_dict(), asked.out)


if __name__ == "__main__":
    main()
