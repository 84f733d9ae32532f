"""Fit the confidence: `python -m worker.training.calibrate FOLDER` prints the table of `worker.matting.confidence`.

FOLDER is laid out as for `worker.training.evaluate`. Cases are sorted by what the network expects of itself and
cut into equal groups; the table gives each group's middle and what it reached on average, made to rise throughout.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from worker.matting import hints
from worker.matting.confidence import MEMBER, SMALLEST_SUBJECT, expected_overlap
from worker.matting.matter import cut
from worker.matting.models import locate, resolve
from worker.matting.session import Session, open_session
from worker.training.cost import SETTINGS
from worker.training.evaluate import inferred, read_cases, read_truth
from worker.training.metrics import intersection_over_union

GROUPS = 8


def pairs(folder: Path, session: Session) -> list[tuple[float, float]]:
    """Expected and reached overlap of every case in which something was found."""
    found = []
    for case, photo, maps in inferred(read_cases(folder), session):
        kept = hints.select(maps, case.options.hints)
        if (kept.saliency >= MEMBER).mean() >= SMALLEST_SUBJECT:
            matte = cut(photo, maps, case.options, SETTINGS).matte.astype(np.float32) / 255
            truth = read_truth(case.truth, photo.width, photo.height)
            found.append((expected_overlap(kept), intersection_over_union(matte, truth)))
    return sorted(found)


def table(found: list[tuple[float, float]]) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """EXPECTED and REACHED, from (0, 0) to (1, 1)."""
    groups = np.array_split(np.array(found), GROUPS)
    expected = [0.0, *(float(np.median(group[:, 0])) for group in groups), 1.0]
    reached = [0.0, *np.maximum.accumulate([group[:, 1].mean() for group in groups]).tolist(), 1.0]
    return tuple(round(value, 3) for value in expected), tuple(round(value, 3) for value in reached)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--model", default="cutout", help="a name of worker.matting.models")
    parser.add_argument("--model-dir", default="", help="where pulled models lie")
    asked = parser.parse_args()
    session = open_session(resolve(asked.model, asked.model_dir), locate(asked.model, asked.model_dir), SETTINGS)
    found = sorted(
        pair for folder in sorted(asked.folder.iterdir()) if folder.is_dir() for pair in pairs(folder, session)
    )
    expected, reached = table(found)
    print(f"{len(found)} cases\nEXPECTED = {expected}\nREACHED = {reached}")


if __name__ == "__main__":
    main()
