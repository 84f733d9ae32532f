"""What the teachers say of every training photograph, computed once into one packed file.

The file is a memory-mapped array with one record per photograph, so training may begin while it is still being filled.
`python -m worker.training.teachers PHOTOS TEACHERS.npy --saliency u2netp.onnx --before old.onnx`
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnxruntime
from PIL import Image

from media.scene.maps import EMPTY_SCENE_MAXIMUM
from worker.training.photographs import SHARES, Photograph, read_photographs

SALIENCY_GRID = 160
RECORD = np.dtype(
    [
        ("has_saliency", "?"),
        ("saliency", "u1", (SALIENCY_GRID, SALIENCY_GRID)),
    ]
)
U2NET_SIDE, OWN_SIDE = 320, 384
U2NET_MEAN = np.array([0.485, 0.456, 0.406], np.float32)
U2NET_DEVIATION = np.array([0.229, 0.224, 0.225], np.float32)
PROVIDERS = ["CPUExecutionProvider"]
Teacher = Callable[[Image.Image], np.ndarray]


def open_teachers(path: Path, count: int) -> np.memmap:
    """The packed file, made empty (and sparse on disk) at the first use."""
    if not path.exists():
        np.lib.format.open_memmap(path, mode="w+", dtype=RECORD, shape=(count,)).flush()
    records = np.lib.format.open_memmap(path, mode="r+")
    if records.shape != (count,):
        raise SystemExit(f"{path} was made for {records.shape[0]} photographs, the folder has {count}: use a new file")
    return records


class SaliencyTeacher:
    """U²-Net small (Qin et al. 2020) and the network trained before: they err in different places, their mean less."""

    def __init__(self, u2net: Path, before: Path | None, threads: int) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        paths = [u2net] if before is None else [u2net, before]
        self.sessions = [onnxruntime.InferenceSession(str(path), options, PROVIDERS) for path in paths]

    def __call__(self, photo: Image.Image) -> np.ndarray:
        """Saliency × 255, `SALIENCY_GRID, SALIENCY_GRID`."""
        u2net, *before = self.sessions
        answer = np.mean([_by_u2net(u2net, photo), *(_by_own(session, photo) for session in before)], axis=0)
        if before:
            answer = answer**2 / (answer**2 + (1 - answer) ** 2)  # as decided as either was
        return (answer * 255).round().astype(np.uint8)


def _by_u2net(session: onnxruntime.InferenceSession, photo: Image.Image) -> np.ndarray:
    """0…1, stretched per photograph as its authors do, if there is a subject at all."""
    size = (U2NET_SIDE, U2NET_SIDE)
    x = np.asarray(photo.resize(size, Image.Resampling.BILINEAR), np.float32)
    x = (x / max(1.0, float(x.max())) - U2NET_MEAN) / U2NET_DEVIATION
    answer = session.run(None, {session.get_inputs()[0].name: x.transpose(2, 0, 1)[None]})[0][0, 0]
    low, high = float(answer.min()), float(answer.max())
    return _on_grid((answer - low) / (high - low) if high > EMPTY_SCENE_MAXIMUM else answer)


def _by_own(session: onnxruntime.InferenceSession, photo: Image.Image) -> np.ndarray:
    """0…1, averaged with the mirror image."""
    x = np.asarray(photo.resize((OWN_SIDE, OWN_SIDE), Image.Resampling.BILINEAR)).transpose(2, 0, 1)
    as_it_is, mirrored = (session.run(["saliency"], {"photo": y[None]})[0][0, 0] for y in (x, x[..., ::-1].copy()))
    return _on_grid((as_it_is + mirrored[:, ::-1]) / 2)


def _on_grid(saliency: np.ndarray) -> np.ndarray:
    grid = (SALIENCY_GRID, SALIENCY_GRID)
    return np.asarray(Image.fromarray(saliency).resize(grid, Image.Resampling.BOX)).clip(0, 1)


def fill(records: np.memmap, photographs: list[Photograph], teacher: Teacher) -> None:
    started = time.monotonic()
    missing = [photograph for photograph in photographs if not records["has_saliency"][photograph.number]]
    for done, photograph in enumerate(missing, 1):
        records["saliency"][photograph.number] = teacher(Image.open(photograph.path).convert("RGB"))
        records["has_saliency"][photograph.number] = True
        if done % 200 == 0:
            print(f"{done} of {len(missing)}, {done / (time.monotonic() - started):.1f}/s", flush=True)
    records.flush()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("photos", type=Path)
    parser.add_argument("teachers", type=Path)
    parser.add_argument("--saliency", type=Path, required=True)
    parser.add_argument("--before", type=Path, help="the bundled network trained before, as a second saliency teacher")
    parser.add_argument("--threads", type=int, default=2)
    asked = parser.parse_args()
    photographs = sorted(read_photographs(asked.photos), key=lambda photograph: -SHARES[photograph.kind])
    records = open_teachers(asked.teachers, len(photographs))
    unmasked = [photograph for photograph in photographs if not photograph.truth]
    fill(records, unmasked, SaliencyTeacher(asked.saliency, asked.before, asked.threads))


if __name__ == "__main__":
    main()
