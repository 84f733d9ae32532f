"""Training samples: crops, flips and composites of the photographs, and the studio's, with what should stand out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor
from torch.utils.data import IterableDataset, get_worker_info

from worker.training.composites import composite, with_bystander
from worker.training.photographs import PERSON_KINDS, SHARES, Photograph, read_photographs
from worker.training.samples import WHOLE, Array, Crop, Sample
from worker.training.studio.articles import stock
from worker.training.studio.pictures import studio, sweep
from worker.training.teachers import open_teachers

STUDIO_SHARE = 0.34
FULL_FRAME_SHARE = 0.35
SMALLEST_CROP = 0.6  # of either side
COMPOSITE_SHARE = 0.3  # of the draws that have a human's mask
SWEEP_SHARE = 0.3  # of the composites: on paper, where shops put what the frame cuts
BYSTANDER_SHARE = 0.4  # of the composites of one person
BACKGROUND_CROPS = (0.3, 0.8)
BACKGROUND_TRIES = 4
QUIET = 0.04  # mean saliency under which a crop may serve as a background
GREY_SHARE = 0.05
LARGEST_GAMMA = 0.35  # of its logarithm
LARGEST_CONTRAST_LOSS = 0.3
LARGEST_CAST = 0.12
TEACHER_WEIGHT = 0.7  # a network's mask against a human's


class Photographs(IterableDataset[tuple[Tensor, ...]]):
    """Endless batches of `size` × `size` samples; teacher maps may still be arriving in the packed file."""

    def __init__(
        self, folder: Path, teachers: Path, renders: Path, *, sizes: tuple[int, ...], pixels: int, seed: int
    ) -> None:
        everything = read_photographs(folder)
        self.teacher_maps = open_teachers(teachers, len(everything))
        self.articles = stock(everything, renders, held_out=False)
        self.rows = [photograph for photograph in everything if not photograph.held_out]
        counts = {kind: sum(row.kind == kind for row in self.rows) for kind in SHARES}
        odds = np.array([SHARES[row.kind] / counts[row.kind] for row in self.rows])
        self.odds = odds / odds.sum()
        self.persons = [row for row in self.rows if row.kind in PERSON_KINDS and row.truth]
        self.sizes, self.pixels, self.seed = sizes, pixels, seed

    def __iter__(self) -> Iterator[tuple[Tensor, ...]]:
        torch.set_num_threads(1)
        worker = get_worker_info()
        self.random = np.random.default_rng((self.seed, worker.id if worker else 0))
        while True:
            size = int(self.random.choice(self.sizes))
            samples = [self._draw(size) for _ in range(max(4, self.pixels // size**2))]
            yield (
                torch.from_numpy(np.stack([sample.photo for sample in samples])).permute(0, 3, 1, 2),
                torch.from_numpy(np.stack([sample.saliency for sample in samples]))[:, None],
                torch.tensor([sample.saliency_weight for sample in samples]),
            )

    def _draw(self, size: int) -> Sample:
        if self.random.random() < STUDIO_SHARE:
            return studio(self.articles, size, self.random)
        row = self._row()
        sample = self._sample(row, self._crop(SMALLEST_CROP), size)
        if row.truth and self.random.random() < COMPOSITE_SHARE:
            return self._composite(row, sample, size)
        return sample

    def _composite(self, row: Photograph, sample: Sample, size: int) -> Sample:
        if self.random.random() < SWEEP_SHARE:
            return composite(sample, sweep(size, self.random), self.random)
        background = self._quiet_background(size)
        if background is None:
            return sample
        if row.kind in PERSON_KINDS and self.random.random() < BYSTANDER_SHARE:
            background = with_bystander(background, self._bystander(size), self.random)
        return composite(sample, background, self.random)

    def _bystander(self, size: int) -> Sample:
        rows = self.persons
        return self._sample(rows[int(self.random.integers(len(rows)))], WHOLE, size)

    def _row(self) -> Photograph:
        """A row that something is known of already."""
        while True:
            row = self.rows[int(self.random.choice(len(self.rows), p=self.odds))]
            if row.mask is not None or self.teacher_maps[row.number]["has_saliency"]:
                return row

    def _crop(self, smallest: float, largest: float = 1.0) -> Crop:
        mirrored = bool(self.random.random() < 0.5)
        if largest == 1.0 and self.random.random() < FULL_FRAME_SHARE:
            return replace(WHOLE, mirrored=mirrored)
        width, height = self.random.uniform(smallest, largest, 2)
        left, top = self.random.uniform(0, 1 - width), self.random.uniform(0, 1 - height)
        return Crop(left, top, left + width, top + height, mirrored)

    def _sample(self, row: Photograph, crop: Crop, size: int) -> Sample:
        photo = np.asarray(crop.cut(Image.open(row.path).convert("RGB"), size), np.float32)
        return Sample(photo, self._saliency(row, crop, size), 1.0 if row.truth else TEACHER_WEIGHT)

    def _saliency(self, row: Photograph, crop: Crop, size: int) -> Array:
        record = self.teacher_maps[row.number]
        if record["has_saliency"] or row.mask is None:
            mask = Image.fromarray(record["saliency"])
        else:
            mask = Image.open(row.mask).convert("L")
        return np.asarray(crop.cut(mask, size), np.float32) / 255

    def _quiet_background(self, size: int) -> Array | None:
        row = self._row()
        for _ in range(BACKGROUND_TRIES):
            sample = self._sample(row, self._crop(*BACKGROUND_CROPS), size)
            if sample.saliency.mean() < QUIET:
                return sample.photo
        return None


def jitter(photos: Tensor) -> Tensor:
    """Photographs 0…255 → network input -1…1 with contrast, brightness and colour cast varied per photograph.

    Nothing is cut off at either end: white on white stays visible.
    """
    count = len(photos)

    def chance(*channels: int) -> Tensor:
        return torch.rand(count, *(channels or (1,)), 1, 1, device=photos.device)

    grey = (chance() < GREY_SHARE).float()
    x = photos / 255
    x = x * (1 - grey) + x.mean(1, keepdim=True) * grey
    x = x ** torch.exp(LARGEST_GAMMA * (2 * chance() - 1))
    lost = LARGEST_CONTRAST_LOSS * chance()
    x = x * (1 - lost) + lost * chance()
    return x * (1 - LARGEST_CAST * chance(3)) * 2 - 1
