"""Edges on studio photographs with a true alpha, which are no part of the project."""

import os
from pathlib import Path

import numpy as np
import pytest

from media.config import Matting
from worker.matting.judge import edge_errors
from worker.matting.matter import Matter
from worker.matting.models import locate, resolve
from worker.matting.photo import load_photo
from worker.matting.session import open_session

FOLDER = os.environ.get("CUTOUT_EVAL_PHOTOS", "")
SETTINGS = Matting(device="cpu")
MEGAPIXELS = 100_000_000


@pytest.mark.skipif(not FOLDER, reason="CUTOUT_EVAL_PHOTOS names no folder of photographs with alpha/ID.jpg and ID.png")
def test_fine_edges_beat_default_ones_and_those_beat_plain_upsampling() -> None:
    matter = Matter(open_session(resolve("cutout", ""), locate("cutout", ""), SETTINGS))
    errors = []
    for path in sorted(Path(FOLDER, "alpha").glob("*.jpg")):
        bodies = (file.read_bytes() for file in (path, path.with_suffix(".png")))
        photo, truth = (load_photo(body, max_source_pixels=MEGAPIXELS, max_pixels=MEGAPIXELS) for body in bodies)
        error = edge_errors(photo, truth.rgb[..., 0], matter.infer(photo), SETTINGS)
        errors.append((error.plain, error.default, error.fine))
    plain, default, fine = np.mean(errors, axis=0)
    print(f"\nmean error in the unknown band: plain {plain:.4f}, default {default:.4f}, fine {fine:.4f}")
    assert fine < default < plain
