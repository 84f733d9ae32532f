"""Cut-outs on other photographs: the edge is supervised exactly, and the old surroundings teach nothing."""

from __future__ import annotations

import numpy as np
from PIL import Image

from worker.training.samples import Array, Random, Sample, blurred, softened

LIGHT = (0.8, 1.2)
EDGE_BLUR = (0.3, 1.5)  # pixels
BYSTANDER_SIZE = (0.5, 0.95)  # of the subject's own
BYSTANDER_BLUR = (0.3, 2.0)  # pixels: further away, and out of focus


def composite(subject: Sample, background: Array, random: Random) -> Sample:
    """`subject` in front of `background` (`S,S,3`, nothing of which stands out): its mask, softened, is the answer."""
    mask = Image.fromarray((subject.saliency * 255).astype(np.uint8))
    alpha = np.asarray(softened(mask, random.uniform(*EDGE_BLUR)), np.float32) / 255
    light = random.uniform(*LIGHT)
    photo = subject.photo * light * alpha[..., None] + background * (1 - alpha[..., None])
    return Sample(np.clip(photo, 0, 255).astype(np.float32), alpha, subject.saliency_weight)


def with_bystander(background: Array, person: Sample, random: Random) -> Array:
    """`background` with `person` small and out of focus in it, who is a person but not the subject."""
    side = len(background)
    small = round(side * random.uniform(*BYSTANDER_SIZE))
    free = side - small
    # Anywhere across, in the lower part, where people stand.
    corner = int(random.integers(0, free + 1)), int(random.integers(free // 2, free + 1))
    blur = random.uniform(*BYSTANDER_BLUR)
    picture, mask = (
        blurred(Image.fromarray(values.round().astype(np.uint8)).resize((small, small), Image.Resampling.BOX), blur)
        for values in (person.photo, person.saliency * 255)
    )
    street = Image.fromarray(background.round().astype(np.uint8))
    street.paste(picture, corner, mask)
    return np.asarray(street, np.float32)
