"""How good a model's cutouts are, through the whole pipeline: `python -m worker.training.evaluate FOLDER --model NAME`.

FOLDER holds photographs `ID.jpg` beside their truth, `ID.png` for the subject or `ID.CLASS.png` for one hint each; or
it holds such folders. Overlap and error are taken at the photograph's own size, outlines at 320 pixels.
"""

from __future__ import annotations

import argparse
import statistics
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from media.cutout import CutoutOptions
from worker.matting.maps import Maps
from worker.matting.matter import Matter, cut
from worker.matting.models import locate, resolve
from worker.matting.photo import Photo, load_photo
from worker.matting.raster import Floats, resize
from worker.matting.session import Session, open_session
from worker.training import metrics
from worker.training.cost import SETTINGS, measure_alone

OUTLINE_SIDE = 320
MAX_PIXELS = 4_194_304


@dataclass(frozen=True, slots=True)
class Case:
    """One question: the photograph, the hint asked (empty for the subject), and the true alpha."""

    photo: Path
    hint: str
    truth: Path

    @property
    def options(self) -> CutoutOptions:
        return CutoutOptions(hints=(self.hint,) if self.hint else ())


@dataclass(frozen=True, slots=True)
class Score:
    hint: str
    overlap: float
    error: float
    outline: float
    precision: Floats
    recall: Floats
    confidence: float


def read_cases(folder: Path) -> list[Case]:
    """Every photograph of `folder` with each truth it has."""
    cases = []
    for photo in sorted(folder.glob("*.jpg")):
        for truth in sorted(folder.glob(f"{photo.stem}.*png")):
            hint = truth.name.removeprefix(photo.stem).removesuffix("png").strip(".")
            cases.append(Case(photo, hint, truth))
    return cases


def judge(cases: list[Case], session: Session) -> Iterator[Score]:
    """Cut out every case and compare."""
    for case, photo, maps in inferred(cases, session):
        cutout = cut(photo, maps, case.options, SETTINGS)
        truth = read_truth(case.truth, photo.width, photo.height)
        yield score(case.hint, cutout.matte.astype(np.float32) / 255, truth, cutout.confidence)


def inferred(cases: list[Case], session: Session) -> Iterator[tuple[Case, Photo, Maps]]:
    """Every case with what the network sees; a photograph is shown to it once for all its hints."""
    seen: Path | None = None
    for case in cases:
        if case.photo != seen:
            photo = load_photo(case.photo.read_bytes(), max_source_pixels=100_000_000, max_pixels=MAX_PIXELS)
            maps, seen = Matter(session).infer(photo), case.photo
        yield case, photo, maps


def read_truth(path: Path, width: int, height: int) -> Floats:
    """The true alpha 0…1 at the photograph's size."""
    truth = load_photo(path.read_bytes(), max_source_pixels=100_000_000, max_pixels=MAX_PIXELS).rgb[..., 0]
    return resize(truth, width, height).astype(np.float32) / 255


def score(hint: str, matte: Floats, truth: Floats, confidence: float) -> Score:
    small_matte, small_truth = (resize(values, OUTLINE_SIDE, OUTLINE_SIDE) for values in (matte, truth))
    return Score(
        hint,
        metrics.intersection_over_union(matte, truth),
        metrics.mean_absolute_error(matte, truth),
        metrics.boundary_f(small_matte, small_truth),
        *metrics.precision_recall(matte, truth),
        confidence,
    )


def describe(name: str, scores: list[Score]) -> str:
    """The figures of one folder, and of each hint if hints were asked."""
    overlaps = [score.overlap for score in scores]
    figures = {
        "IoU": statistics.fmean(overlaps),
        "MAE": statistics.fmean(score.error for score in scores),
        "max-F": metrics.max_f([score.precision for score in scores], [score.recall for score in scores]),
        "boundary F": statistics.fmean(score.outline for score in scores),
        "confidence rank": metrics.rank_correlation([score.confidence for score in scores], overlaps),
    }
    lines = [f"{name} ({len(scores)}): " + "  ".join(f"{label} {value:.3f}" for label, value in figures.items())]
    for hint in sorted({score.hint for score in scores} - {""}):
        own = [score.overlap for score in scores if score.hint == hint]
        lines.append(f"  {hint:13} ({len(own)}) IoU {statistics.fmean(own):.3f}")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--model", default="cutout", help="a name of worker.matting.models")
    parser.add_argument("--model-dir", default="", help="where pulled models lie")
    parser.add_argument("--weights", type=Path, help="judge this file in place of the model's own")
    parser.add_argument("--side", type=int, help="squeeze photographs to this many pixels, not the model's own number")
    asked = parser.parse_args()
    model = resolve(asked.model, asked.model_dir)
    model = replace(model, input_size=asked.side or model.input_size)
    weights = asked.weights or locate(asked.model, asked.model_dir)
    session = open_session(model, weights, SETTINGS)
    judged: list[Score] = []
    for folder in [asked.folder, *sorted(path for path in asked.folder.iterdir() if path.is_dir())]:
        scores = list(judge(read_cases(folder), session))
        if scores:
            print(describe(folder.name, scores), flush=True)
        judged += scores
    rank = metrics.rank_correlation([score.confidence for score in judged], [score.overlap for score in judged])
    cost = measure_alone(asked.model, weights, model.input_size)
    print(f"all ({len(judged)}): confidence rank {rank:.3f}")
    memory = f"{cost.resident:.0f} MB resident, {cost.peak:.0f} MB at most"
    print(f"{cost.milliseconds:.0f} ms on one thread at {model.input_size} px, {memory}")


if __name__ == "__main__":
    main()
