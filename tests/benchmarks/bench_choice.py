"""What an automatic format or quality answers for flat and for photographic pictures: bytes and SSIM, and as it was
before the picture was looked at.

``python -m tests.benchmarks.bench_choice`` writes tests/benchmarks/choice.md.
"""

import itertools
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pyvips
from skimage.metrics import structural_similarity

from media.language.chain import Output
from tests.benchmarks.flat_and_photographic import FLAT, PHOTOGRAPHIC, files
from tests.media.pictures import opened
from tests.media.rendering import rendered

PAGE = Path(__file__).parent / "choice.md"
MODERN, PLAIN = ("avif", "webp", "jpg", "png"), ("jpg", "png")
#: What a URL says, and the candidates that it has once headers are negotiated; no name: the source's own format.
ASKED: dict[str, Output] = {
    "f_auto": Output(MODERN),
    "f_auto,q_auto": Output(MODERN, "auto:good"),
    "f_auto, plain client": Output(PLAIN),
    "q_auto": Output((), "auto:good"),
}


@dataclass(frozen=True)
class Answer:
    format_name: str
    count: int
    likeness: float

    def __str__(self) -> str:
        return f"{self.format_name} {self.count} ({self.likeness:.3f})"


def answer(body: bytes, output: Output) -> Answer:
    made = rendered(body, output=output)
    return Answer(made.format_name, len(made.body), likeness(opened(body), opened(made.body)))


def likeness(one: pyvips.Image, other: pyvips.Image) -> float:
    """SSIM of the colours on white."""
    first, second = (_on_white(each) for each in (one, other))
    return float(structural_similarity(first, second, channel_axis=2, data_range=255))


def _on_white(image: pyvips.Image) -> np.ndarray:
    shown = image.colourspace("srgb")
    return np.asarray((shown.flatten(background=255) if shown.hasalpha() else shown).cast("uchar").numpy())


@dataclass(frozen=True)
class Row:
    kind: str
    name: str
    asked: str
    original: int
    before: Answer
    after: Answer


KINDS = {"flat": (FLAT, ".png"), "photographic": (PHOTOGRAPHIC, ".jpg")}


def rows() -> list[Row]:
    return [
        Row(kind, name, asked, len(body), answer(body, output), answer(body, replace(output, smallest=True)))
        for kind, (which, suffix) in KINDS.items()
        for name, body in files(which, suffix)
        for asked, output in ASKED.items()
    ]


def sums(found: list[Row], kind: str, asked: str) -> tuple[int, int, float, float]:
    """Bytes before and after, the least SSIM before and after."""
    these = [row for row in found if (row.kind, row.asked) == (kind, asked)]
    counts = (sum(row.before.count for row in these), sum(row.after.count for row in these))
    return *counts, min(row.before.likeness for row in these), min(row.after.likeness for row in these)


def page(found: list[Row]) -> str:
    lines = ["# Automatic formats and qualities: bytes (SSIM) before and after the picture is looked at", ""]
    lines += ["Written by `python -m tests.benchmarks.bench_choice`.", ""]
    lines += ["| kind | asked | bytes before | bytes after | least SSIM before | least SSIM after |"]
    lines += ["|---|---|---|---|---|---|"]
    for kind, asked in itertools.product(KINDS, ASKED):
        before, after, was, now = sums(found, kind, asked)
        lines.append(f"| {kind} | {asked} | {before} | {after} | {was:.3f} | {now:.3f} |")
    lines += ["", "| kind | picture | asked | original | before | after |", "|---|---|---|---|---|---|"]
    lines += [f"| {r.kind} | {r.name} | {r.asked} | {r.original} | {r.before} | {r.after} |" for r in found]
    return "\n".join([*lines, ""])


def test_no_answer_is_larger_than_before_nor_than_the_original() -> None:
    for row in rows():
        assert row.after.count <= min(row.original, row.before.count), row
        assert row.after.likeness >= row.before.likeness - 0.001, row


if __name__ == "__main__":
    PAGE.write_text(page(rows()))
