"""The golden pictures: what every row of the operations vectors looked like when someone last looked.

Run ``python -m tests.media.golden`` after a wanted change, look at the pictures, commit them. Perceptual tolerance,
stated here once: on a magenta ground the mean difference stays below 1.5 and that of the worst pixel row or column
mean below 12 levels of 255, so that another libvips build passes and a wrong picture does not.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyvips
import yaml

from media.language.chain import Output, Step
from media.operations import step
from media.render.render import Rendered
from tests.media import pictures
from tests.media.rendering import rendered

FOLDER = Path(__file__).parent.parent / "golden"
VECTORS = Path(__file__).parent.parent / "vectors"
#: In this order: a test that wants one row of an operation takes the first.
VECTOR_NAMES = ("operations.yaml", "operations_extremes.yaml")
MEAN_TOLERANCE = 1.5
LINE_TOLERANCE = 12.0
MAGENTA = [255, 0, 255]
SOURCES = {"photo": bytes(pictures.colours().write_to_buffer(".png")), "cutout": pictures.png()}


@dataclass(frozen=True)
class Row:
    operation: str
    arguments: dict[str, Any]
    size: tuple[int, int]
    source: str = "photo"
    name: str = ""
    #: Letters depend on the fonts of the machine: such a row has no golden picture, its size is a bound.
    has_letters: bool = False
    #: Longer than a WebP may be: only the size is looked at.
    size_only: bool = False
    layers: dict[str, bytes] = field(default_factory=lambda: SOURCES)

    @property
    def label(self) -> str:
        return f"{self.operation}-{self.name}" if self.name else self.operation

    @property
    def has_picture(self) -> bool:
        return not (self.has_letters or self.size_only)

    @property
    def path(self) -> Path:
        return FOLDER / f"{self.label}.webp"

    def step(self) -> Step:
        return step(self.operation, **self.arguments)

    def render(self) -> Rendered:
        png = Output(("png",))
        if self.operation == "background_removal":
            return rendered(pictures.stored_cutout(), self.step(), output=png)
        return rendered(SOURCES[self.source], self.step(), output=png, layers=self.layers)


def read_rows() -> list[Row]:
    written = [row for name in VECTOR_NAMES for row in yaml.safe_load((VECTORS / name).read_text())]
    return [Row(**{**row, "size": tuple(row["size"])}) for row in written]


ROWS = read_rows()


def on_magenta(image: pyvips.Image) -> np.ndarray:
    return np.asarray((image.flatten(background=MAGENTA) if image.hasalpha() else image).numpy(), dtype=float)


def differs(
    image: pyvips.Image, golden: pyvips.Image, *, mean: float = MEAN_TOLERANCE, line: float = LINE_TOLERANCE
) -> str:
    """A sentence if the pictures differ beyond the tolerance, else empty."""
    difference = abs(on_magenta(image) - on_magenta(golden))
    worst = max(difference.mean(axis=(0, 2)).max(), difference.mean(axis=(1, 2)).max())
    if difference.mean() < mean and worst < line:
        return ""
    return f"mean difference {difference.mean():.2f}, worst line {worst:.1f}"


def write(rows: list[Row]) -> None:
    for row in rows:
        if row.has_picture:
            pictures.opened(row.render().body).write_to_file(str(row.path), lossless=True, effort=6, keep="none")


if __name__ == "__main__":
    write(ROWS)
