"""Train the bundled network.

`python -m worker.training.train PHOTOS TEACHERS.npy RUN.pt RENDERS --minutes 80 --studio STUDIO --start before.onnx`,
on a CPU and a GPU alike. Interrupted, it goes on from RUN.pt, written every minute. The schedule is a cosine
over the asked minutes, the last part of which sees larger photographs. On a busy CPU set `OMP_WAIT_POLICY=PASSIVE`:
threads that spin while they wait for each other made a step four times as long.

The trunk and what names classes are not trained, and training does not compute the class head: it is DeepLab's as
published, which has seen far more photographs than there are here.
"""

from __future__ import annotations

import argparse
import copy
import math
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader

from worker.training.dataset import Photographs, jitter
from worker.training.held_out import held_out_cases, judge
from worker.training.initial import load_weights, refill_norms
from worker.training.losses import saliency_loss
from worker.training.network import CutoutNetwork, device
from worker.training.photographs import read_photographs

SIZES, LAST_SIZES = (256, 288, 320), (352, 416, 512)
LAST_SHARE = 0.4
PEAK_RATES = {"saliency_stages.": 1e-4, "saliency_context.": 1.5e-4, "": 8e-4}  # by the beginning of a weight's name
LOWEST_RATE = 0.01  # of the peak
WARM_UP_STEPS = 60
WEIGHT_DECAY = 1e-4
AVERAGE_DECAY = 0.99
LARGEST_GRADIENT = 5.0
CHECKPOINT_SECONDS, JUDGE_SECONDS = 60, 900


class Training:
    """What a checkpoint holds: network, running average of its weights, optimizer, time spent and photographs seen."""

    def __init__(self, device: torch.device) -> None:
        self.device = device
        self.network = CutoutNetwork().to(device, memory_format=torch.channels_last)
        for module in (self.network.trunk, self.network.class_context, self.network.classes):
            module.requires_grad_(False)
        self.seconds, self.seen, self.steps = 0.0, 0, 0

    def start(self) -> None:
        """Once the first weights are in place."""
        self.average = copy.deepcopy(self.network).eval()
        groups: dict[str, list[nn.Parameter]] = {part: [] for part in PEAK_RATES}
        for name, weight in self.network.named_parameters():
            if weight.requires_grad:
                groups[next(part for part in PEAK_RATES if name.startswith(part))].append(weight)
        learning = [{"params": weights, "peak": PEAK_RATES[part]} for part, weights in groups.items()]
        self.optimizer = torch.optim.AdamW(learning, weight_decay=WEIGHT_DECAY)

    def save(self, path: Path) -> None:
        state = {
            "network": self.network.state_dict(),
            "average": self.average.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "seconds": self.seconds,
            "seen": self.seen,
            "steps": self.steps,
        }
        unfinished = path.with_suffix(".unfinished")
        torch.save(state, unfinished)
        unfinished.replace(path)

    def resume(self, path: Path) -> None:
        state = torch.load(path, map_location=self.device)
        self.network.load_state_dict(state["network"])
        self.average.load_state_dict(state["average"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.seconds, self.seen, self.steps = state["seconds"], state["seen"], state["steps"]

    def step(self, batch: list[Tensor], progress: float) -> float:
        """One batch at `progress` 0…1 of the schedule; the loss."""
        photos, saliency, weights = (part.to(self.device) for part in batch)
        rate = max(LOWEST_RATE, (1 + math.cos(math.pi * progress)) / 2) * min(1.0, (self.steps + 1) / WARM_UP_STEPS)
        for group in self.optimizer.param_groups:
            group["lr"] = group["peak"] * rate
        x = jitter(photos).contiguous(memory_format=torch.channels_last)
        with torch.autocast(self.device.type, torch.bfloat16):
            logits = self.network.stands_out(*self.network.trunk.shared(x))
        loss = saliency_loss(logits.float(), saliency, weights)
        self.optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(self.network.parameters(), LARGEST_GRADIENT)
        self.optimizer.step()
        self.steps += 1
        self.seen += len(photos)
        self._move_average()
        return float(loss.detach())

    @torch.no_grad()
    def _move_average(self) -> None:
        decay = min(AVERAGE_DECAY, (1 + self.steps) / (10 + self.steps))
        for old, new in zip(self.average.state_dict().values(), self.network.state_dict().values(), strict=True):
            old.lerp_(new, 1 - decay) if old.is_floating_point() else old.copy_(new)


def batches(asked: argparse.Namespace, sizes: tuple[int, ...], seed: int) -> Iterator[list[Tensor]]:
    dataset = Photographs(asked.photos, asked.teachers, asked.renders, sizes=sizes, pixels=asked.pixels, seed=seed)
    return iter(DataLoader(dataset, batch_size=None, num_workers=asked.workers, prefetch_factor=3))


def run(training: Training, asked: argparse.Namespace) -> None:
    held_out = held_out_cases(read_photographs(asked.photos), asked.studio)
    budget = asked.minutes * 60
    sizes: tuple[int, ...] = ()
    losses: list[float] = []
    saved = judged = training.seconds
    while training.seconds < budget:
        started = time.monotonic()
        progress = training.seconds / budget
        wanted = SIZES if progress < 1 - LAST_SHARE else LAST_SIZES
        if wanted != sizes:
            sizes, source = wanted, batches(asked, wanted, training.seen)
        losses.append(training.step(next(source), progress))
        training.seconds += time.monotonic() - started
        if training.seconds - saved > CHECKPOINT_SECONDS:
            saved = training.seconds
            training.save(asked.run)
            print(f"{training.seconds:.0f} s, {training.seen} seen at {sizes}, loss {np.mean(losses):.4f}", flush=True)
            losses.clear()
        if training.seconds - judged > JUDGE_SECONDS:
            judged = training.seconds
            print("held out:", judge(training.average, held_out, training.device), flush=True)
    training.save(asked.run)
    print("held out:", judge(training.average, held_out, training.device), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("photos", type=Path)
    parser.add_argument("teachers", type=Path, help="made by worker.training.teachers")
    parser.add_argument("run", type=Path, help="the checkpoint, made or continued")
    parser.add_argument("--minutes", type=float, required=True)
    parser.add_argument("renders", type=Path, help="a folder of pictures with an alpha channel, for the studio")
    parser.add_argument(
        "--studio", type=Path, required=True, help="the held-out set of worker.training.studio.pictures"
    )
    parser.add_argument("--start", type=Path, required=True, help="a checkpoint or the bundled .onnx")
    parser.add_argument("--pixels", type=int, default=800_000, help="of a batch")
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--threads", type=int, default=2)
    asked = parser.parse_args()
    torch.set_num_threads(asked.threads)
    torch.manual_seed(1)
    training = Training(device())
    load_weights(training.network, asked.start)
    if asked.start.suffix == ".onnx":
        refill_norms(training.network, jitter(next(batches(asked, SIZES, seed=0))[0]).to(training.device))
    training.start()
    if asked.run.exists():
        training.resume(asked.run)
    run(training, asked)


if __name__ == "__main__":
    main()
