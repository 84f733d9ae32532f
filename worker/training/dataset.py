"""Training samples: crops, flips and composites of the photographs, each with what the two heads should answer."""

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
from worker.training.network import CLASS_COUNT
from worker.training.photographs import MASKED_CLASS, PERSON_KINDS, SHARES, Photograph, read_photographs
from worker.training.samples import CLASS_STRIDE, WHOLE, Array, Crop, Sample, shrink
from worker.training.teachers import open_teachers

FULL_FRAME_SHARE = 0.35
SMALLEST_CROP = 0.6  # of either side
BY_CLASS_SHARE = 0.3
SHOWN_PROBABILITY, SHOWN_SHARE = 127, 0.01
COMPOSITE_SHARE = 0.3  # of the draws that have a human's mask
BYSTANDER_SHARE = 0.4  # of the composites of one person
BACKGROUND_CROPS = (0.3, 0.8)
BACKGROUND_TRIES = 4
QUIET = 0.04  # mean saliency under which a crop may serve as a background
MASK_BELIEF = 0.85  # how much of the class answer a one-class mask decides, the rest stays the teacher's
TRUTH_BELIEF = 0.7
TEACHER_WEIGHT = 0.7  # a network's mask against a human's


class Photographs(IterableDataset[tuple[Tensor, ...]]):
    """Endless batches of `size` × `size` samples; teacher maps may still be arriving in the packed file."""

    def __init__(self, folder: Path, teachers: Path, *, sizes: tuple[int, ...], batch: int, seed: int) -> None:
        everything = read_photographs(folder)
        self.teacher_maps = open_teachers(teachers, len(everything))
        self.rows = [photograph for photograph in everything if not photograph.held_out]
        counts = {kind: sum(row.kind == kind for row in self.rows) for kind in SHARES}
        odds = np.array([SHARES[row.kind] / counts[row.kind] for row in self.rows])
        self.odds = odds / odds.sum()
        self.showing = self._rows_by_class()
        self.persons = [row for row in self.rows if row.kind in PERSON_KINDS and row.truth]
        self.sizes, self.batch, self.seed = sizes, batch, seed

    def __iter__(self) -> Iterator[tuple[Tensor, ...]]:
        torch.set_num_threads(1)
        worker = get_worker_info()
        self.random = np.random.default_rng((self.seed, worker.id if worker else 0))
        while True:
            size = int(self.random.choice(self.sizes))
            samples = [self._draw(size) for _ in range(self.batch)]
            yield (
                torch.from_numpy(np.stack([sample.photo for sample in samples])).permute(0, 3, 1, 2),
                torch.from_numpy(np.stack([sample.saliency for sample in samples]))[:, None],
                torch.from_numpy(np.stack([sample.classes for sample in samples])).permute(0, 3, 1, 2),
                torch.tensor([sample.saliency_weight for sample in samples]),
                torch.tensor([sample.class_weight for sample in samples]),
            )

    def _draw(self, size: int) -> Sample:
        row = self._row()
        sample = self._sample(row, self._crop(SMALLEST_CROP), size)
        if row.truth and self.random.random() < COMPOSITE_SHARE:
            background = self._quiet_background(size)
            if background is None:
                return sample
            if row.kind in PERSON_KINDS and self.random.random() < BYSTANDER_SHARE:
                background = with_bystander(background, self._bystander(size), self.random)
            return composite(sample, background, self.random)
        return sample

    def _bystander(self, size: int) -> Sample:
        rows = self.persons
        return self._sample(rows[int(self.random.integers(len(rows)))], WHOLE, size)

    def _rows_by_class(self) -> list[list[Photograph]]:
        """For each class that any photograph shows, those that do."""
        showing: list[list[Photograph]] = [[] for _ in range(CLASS_COUNT)]
        for row in self.rows:
            record = self.teacher_maps[row.number]
            if record["has_classes"]:
                shares = (record["classes"] > SHOWN_PROBABILITY).mean((0, 1))
                for number in np.flatnonzero(shares[1:] > SHOWN_SHARE) + 1:
                    showing[number].append(row)
        return [rows for rows in showing if rows]

    def _row(self) -> Photograph:
        """A row that something is known of already: by its kind, or by a class, so that the rare are not forgotten."""
        if self.random.random() < BY_CLASS_SHARE and self.showing:
            rows = self.showing[int(self.random.integers(len(self.showing)))]
            return rows[int(self.random.integers(len(rows)))]
        while True:
            row = self.rows[int(self.random.choice(len(self.rows), p=self.odds))]
            record = self.teacher_maps[row.number]
            if row.truth or record["has_classes"] or record["has_saliency"]:
                return row

    def _crop(self, smallest: float, largest: float = 1.0) -> Crop:
        mirrored = bool(self.random.random() < 0.5)
        if largest == 1.0 and self.random.random() < FULL_FRAME_SHARE:
            return replace(WHOLE, mirrored=mirrored)
        width, height = self.random.uniform(smallest, largest, 2)
        left, top = self.random.uniform(0, 1 - width), self.random.uniform(0, 1 - height)
        return Crop(left, top, left + width, top + height, mirrored)

    def _sample(self, row: Photograph, crop: Crop, size: int) -> Sample:
        record = self.teacher_maps[row.number]
        photo = np.asarray(crop.cut(Image.open(row.path).convert("RGB"), size), np.float32)
        saliency = self._saliency(row, record, crop, size)
        classes = crop.cut_grid(record["classes"] / 255, size // CLASS_STRIDE)
        return Sample(
            photo,
            saliency,
            self._corrected(row, classes, saliency, crop),
            0.0 if row.mask is None and not record["has_saliency"] else 1.0 if row.truth else TEACHER_WEIGHT,
            float(record["has_classes"]),
        )

    def _saliency(self, row: Photograph, record: np.void, crop: Crop, size: int) -> Array:
        if row.mask is None or record["has_saliency"]:
            mask = Image.fromarray(record["saliency"])
        else:
            mask = Image.open(row.mask).convert("L")
        return np.asarray(crop.cut(mask, size), np.float32) / 255

    def _corrected(self, row: Photograph, classes: Array, saliency: Array, crop: Crop) -> Array:
        """The teacher's classes, overruled by what humans marked."""
        if row.classes is not None:
            numbers = np.asarray(Image.open(row.classes))
            marked = crop.cut_grid(np.eye(CLASS_COUNT)[np.minimum(numbers, CLASS_COUNT - 1)], len(classes))
            known = crop.cut_grid((numbers < CLASS_COUNT)[..., None], len(classes)) * TRUTH_BELIEF
            return classes * (1 - known) + marked * known
        if row.kind not in MASKED_CLASS:
            return classes
        number, outside_belief = MASKED_CLASS[row.kind]
        inside = classes * (1 - MASK_BELIEF)
        inside[..., number] += MASK_BELIEF
        outside = classes.copy()
        outside[..., 0] += classes[..., number] * (1 - outside_belief)
        outside[..., number] *= outside_belief
        share = shrink(saliency)
        return inside * share + outside * (1 - share)

    def _quiet_background(self, size: int) -> Sample | None:
        row = self._row()
        for _ in range(BACKGROUND_TRIES):
            sample = self._sample(row, self._crop(*BACKGROUND_CROPS), size)
            if sample.saliency_weight and sample.saliency.mean() < QUIET:
                return sample
        return None


def jitter(photos: Tensor) -> Tensor:
    """Photographs 0…255 → network input -1…1 with contrast, brightness and colour cast varied per photograph."""
    count = len(photos)
    contrast = 1 + 0.5 * (torch.rand(count, 1, 1, 1, device=photos.device) - 0.5)
    shift = 0.3 * (torch.rand(count, 1, 1, 1, device=photos.device) - 0.5)
    cast = 0.12 * (torch.rand(count, 3, 1, 1, device=photos.device) - 0.5)
    grey = (torch.rand(count, 1, 1, 1, device=photos.device) < 0.05).float()
    x = photos / 127.5 - 1
    x = x * (1 - grey) + x.mean(1, keepdim=True) * grey
    return (x * contrast + shift + cast).clamp(-1, 1)
