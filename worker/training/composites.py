"""Cut-outs on other photographs: the edge is supervised exactly, and the old surroundings teach nothing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageFilter

from worker.training.samples import CLASS_STRIDE, Array, Sample, shrink

LIGHT = (0.8, 1.2)
EDGE_BLUR = (0.3, 1.5)  # pixels
BYSTANDER_SIZE = (0.5, 0.95)  # of the subject's own
BYSTANDER_BLUR = (0.3, 2.0)  # pixels: further away, and out of focus


def composite(subject: Sample, background: Sample, random: np.random.Generator) -> Sample:
    """`subject` in front of `background`: its mask, softened, is the answer."""
    alpha = _soft_edge(subject.saliency, random)
    light = random.uniform(*LIGHT)
    photo = subject.photo * light * alpha[..., None] + background.photo * (1 - alpha[..., None])
    share = shrink(alpha)
    return Sample(
        np.clip(photo, 0, 255).astype(np.float32),
        alpha,
        subject.classes * share + background.classes * (1 - share),
        subject.saliency_weight,
        subject.class_weight * background.class_weight,
    )


def with_bystander(background: Sample, person: Sample, random: np.random.Generator) -> Sample:
    """`background` with `person` small and out of focus in it, who is a person but not the subject."""
    place = _somewhere(len(background.saliency), random)
    blur = random.uniform(*BYSTANDER_BLUR)
    alpha = place.put(person.saliency * 255, blur)[..., None] / 255
    photo = np.stack([place.put(person.photo[..., band], blur) for band in range(3)], -1)
    share = shrink(alpha[..., 0])
    return Sample(
        (photo * alpha + background.photo * (1 - alpha)).astype(np.float32),
        background.saliency * (1 - alpha[..., 0]),
        (place.put_cells(person.classes) * share + background.classes * (1 - share)).astype(np.float32),
        background.saliency_weight,
        background.class_weight * person.class_weight,
    )


@dataclass(frozen=True, slots=True)
class Place:
    """A smaller square in a square of `side`; all numbers are pixels and whole class cells."""

    side: int
    small: int
    left: int
    top: int

    def put(self, values: Array, blur: float) -> Array:
        """`side,side` values 0…255 shrunk into the place, zero around it."""
        picture = Image.fromarray(values.round().astype(np.uint8))
        shrunk = picture.resize((self.small, self.small), Image.Resampling.BOX).filter(ImageFilter.GaussianBlur(blur))
        whole = np.zeros((self.side, self.side), np.float32)
        whole[self.top : self.top + self.small, self.left : self.left + self.small] = np.asarray(shrunk)
        return whole

    def put_cells(self, classes: Array) -> Array:
        """The same for class cells, the nearest of them."""
        count = self.small // CLASS_STRIDE
        nearest = ((np.arange(count) + 0.5) * len(classes) / count).astype(int)
        top, left = self.top // CLASS_STRIDE, self.left // CLASS_STRIDE
        whole = np.zeros_like(classes)
        whole[top : top + count, left : left + count] = classes[np.ix_(nearest, nearest)]
        return whole


def _somewhere(side: int, random: np.random.Generator) -> Place:
    """Anywhere across, in the lower part, where people stand."""
    small = round(side * random.uniform(*BYSTANDER_SIZE) / CLASS_STRIDE) * CLASS_STRIDE
    free = (side - small) // CLASS_STRIDE
    left, top = random.integers(0, free + 1), random.integers(free // 2, free + 1)
    return Place(side, small, int(left) * CLASS_STRIDE, int(top) * CLASS_STRIDE)


def _soft_edge(mask: Array, random: np.random.Generator) -> Array:
    """One pixel in from the mask's edge, where no old background shows, and softened as a lens does."""
    picture = Image.fromarray((mask * 255).astype(np.uint8)).filter(ImageFilter.MinFilter(3))
    blurred = picture.filter(ImageFilter.GaussianBlur(float(random.uniform(*EDGE_BLUR))))
    return np.asarray(blurred, np.float32) / 255
