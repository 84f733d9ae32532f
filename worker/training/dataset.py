"""Training samples: crops, flips and composites of the photographs, each with what the two heads should answer.

Composites put a cut-out known from a human's mask on a quiet part of another photograph, so the edge is supervised
exactly and the old surroundings teach nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812
from numpy.typing import NDArray
from PIL import Image, ImageFilter
from torch import Tensor
from torch.utils.data import IterableDataset, get_worker_info

from worker.training.network import CLASS_COUNT
from worker.training.photographs import MASKED_CLASS, SHARES, Photograph, read_photographs
from worker.training.teachers import open_teachers

CLASS_STRIDE = 8
FULL_FRAME_SHARE = 0.35
SMALLEST_CROP = 0.6  # of either side
BY_CLASS_SHARE = 0.35
SHOWN_PROBABILITY, SHOWN_SHARE = 127, 0.01
COMPOSITE_SHARE = 0.3  # of the draws that have a human's mask
BACKGROUND_CROPS = (0.3, 0.8)
BACKGROUND_TRIES = 4
QUIET = 0.04  # mean saliency under which a crop may serve as a background
MASK_BELIEF = 0.85  # how much of the class answer a one-class mask decides, the rest stays the teacher's
TRUTH_BELIEF = 0.7
TEACHER_WEIGHT = 0.5  # a network's mask against a human's

Array = NDArray[np.floating]


@dataclass(frozen=True, slots=True)
class Crop:
    """A box in parts of the photograph's sides, possibly mirrored."""

    left: float
    top: float
    right: float
    bottom: float
    mirrored: bool

    def cut(self, picture: Image.Image, size: int) -> Image.Image:
        width, height = picture.size
        box = (self.left * width, self.top * height, self.right * width, self.bottom * height)
        cut = picture.resize((size, size), Image.Resampling.BILINEAR, box=box)
        return cut.transpose(Image.Transpose.FLIP_LEFT_RIGHT) if self.mirrored else cut

    def cut_grid(self, grid: NDArray[Any], size: int) -> Array:
        """The same for an array of any number of channels: `G,G,C` → `size,size,C`."""
        across, down = ((torch.arange(size) + 0.5) / size for _ in range(2))
        across = 1 - across if self.mirrored else across
        x = (self.left + across * (self.right - self.left)) * 2 - 1
        y = (self.top + down * (self.bottom - self.top)) * 2 - 1
        where = torch.stack(torch.meshgrid(x, y, indexing="xy"), -1)[None]
        cells = torch.from_numpy(np.ascontiguousarray(grid, np.float32)).permute(2, 0, 1)[None]
        cut = F.grid_sample(cells, where, padding_mode="border", align_corners=False)
        return cut[0].permute(1, 2, 0).numpy()


@dataclass(frozen=True, slots=True)
class Sample:
    """photo `S,S,3` 0…255 · saliency `S,S` 0…1 · classes `S/8,S/8,21` probabilities · how much either answer counts."""

    photo: Array
    saliency: Array
    classes: Array
    saliency_weight: float
    class_weight: float


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
            return sample if background is None else self._composite(sample, background)
        return sample

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
            return Crop(0.0, 0.0, 1.0, 1.0, mirrored)
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
        mask = Image.fromarray(record["saliency"]) if row.mask is None else Image.open(row.mask).convert("L")
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

    def _composite(self, subject: Sample, background: Sample) -> Sample:
        alpha = self._soft_edge(subject.saliency)
        light = self.random.uniform(0.8, 1.2)
        photo = subject.photo * light * alpha[..., None] + background.photo * (1 - alpha[..., None])
        share = shrink(alpha)
        return Sample(
            np.clip(photo, 0, 255).astype(np.float32),
            alpha,
            subject.classes * share + background.classes * (1 - share),
            subject.saliency_weight,
            subject.class_weight * background.class_weight,
        )

    def _soft_edge(self, mask: Array) -> Array:
        """One pixel in from the mask's edge, where no old background shows, and softened as a lens does."""
        picture = Image.fromarray((mask * 255).astype(np.uint8)).filter(ImageFilter.MinFilter(3))
        blurred = picture.filter(ImageFilter.GaussianBlur(float(self.random.uniform(0.3, 1.5))))
        return np.asarray(blurred, np.float32) / 255


def shrink(mask: Array) -> Array:
    """`S,S` → `S/8,S/8,1`: the mean of each cell."""
    cells = len(mask) // CLASS_STRIDE
    return mask.reshape(cells, CLASS_STRIDE, cells, CLASS_STRIDE).mean((1, 3), dtype=np.float32)[..., None]


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
