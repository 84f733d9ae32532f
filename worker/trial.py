"""Try a network on a sample before it is accepted: weights that load may still be fed wrongly."""

from pathlib import Path

import numpy as np

from media.config import Matting
from worker.matting.matter import Matter
from worker.matting.models import Model, ModelError
from worker.matting.photo import Photo
from worker.matting.raster import Bools, Bytes, resize
from worker.matting.session import open_session

SAMPLE_SIDE = 480
#: Rounding takes an answer so far beyond 0…1.
ROUNDING = 0.01
#: A network that sees something tells it from its ground by more than this.
LEAST_CONTRAST = 0.02


def try_out(model: Model, path: Path, settings: Matting) -> float:
    """By how much the sample's subject is more salient than its ground, -1…1.

    Raises ModelError for weights that do not fit ``model``, or that say nothing on a picture with a plain subject.
    """
    photo, subject = sample()
    saliency = Matter(open_session(model, path, settings)).answers([photo])[0].saliency
    if not np.isfinite(saliency).all():
        raise ModelError(f"The weights at {path} answer a sample with what is no number.")
    low, high = float(saliency.min()), float(saliency.max())
    if low < -ROUNDING or high > 1 + ROUNDING:
        raise ModelError(
            f"The weights at {path} answer a sample with {low:.2f} to {high:.2f}, not with 0 to 1; "
            f"if these are logits, add --logits."
        )
    if high - low < LEAST_CONTRAST:
        raise ModelError(
            f"The weights at {path} answer {high:.2f} everywhere on a sample with one plain subject; "
            f"are --size, --mean and --std those that the network was trained with?"
        )
    inside = resize(subject.astype(np.float32), saliency.shape[1], saliency.shape[0]) > 0.5
    return float(saliency[inside].mean() - saliency[~inside].mean())


def sample() -> tuple[Photo, Bools]:
    """A shaded orange ball on a blue sweep, and where it is."""
    y, x = np.mgrid[0:SAMPLE_SIDE, 0:SAMPLE_SIDE] / SAMPLE_SIDE - 0.5
    ball = np.hypot(x, y) < 0.3
    light = np.clip(1 - np.hypot(x + 0.1, y + 0.12) * 1.6, 0.2, 1)[..., None]
    ground = np.array((150.0, 170.0, 190.0)) + 40 * y[..., None]
    rgb: Bytes = np.where(ball[..., None], np.array((240.0, 140.0, 30.0)) * light, ground).astype(np.uint8)
    return Photo(rgb), ball
