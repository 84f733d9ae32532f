"""The training folder as rows: which photographs there are, what is known of each, which are held out for decisions.

Layout: `train.tsv` (id, kind, mask), `train/ID.webp` with `ID.mask.png` and sometimes `ID.classes.png` (class numbers,
squeezed over the photograph), and `unlabelled/ID-KIND.webp`.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

# Share of draws per kind: by how much a kind teaches, not by how many of it there are.
SHARES = {
    "ecssd": 0.20,
    "human": 0.16,
    "imagenet": 0.15,
    "pseudo": 0.14,
    "bsds": 0.05,
    "ccp": 0.05,
    "coco": 0.05,
    "davis": 0.05,
    "dogcat": 0.05,
    "cats": 0.04,
    "pennfudan": 0.04,
    "cars": 0.03,
    "cloth": 0.02,
    "cow": 0.01,
}
PERSON_KINDS = ("human", "ccp", "pennfudan")
HELD_OUT_ONE_IN = {"coco": 2, "ecssd": 10, "human": 10, "cats": 10, "cars": 10, "pennfudan": 10}


@dataclass(frozen=True, slots=True)
class Photograph:
    """One row. `number` is its place in the teacher file; `truth` tells a human's mask from a network's."""

    number: int
    name: str
    kind: str
    path: Path
    truth: bool

    @property
    def mask(self) -> Path | None:
        path = self.path.with_name(f"{self.name}.mask.png")
        return path if path.exists() else None

    @property
    def classes(self) -> Path | None:
        """Class numbers of a human, if there are any; a teacher's are computed anew at full size."""
        path = self.path.with_name(f"{self.name}.classes.png")
        return path if self.kind == "coco" and path.exists() else None

    @property
    def held_out(self) -> bool:
        one_in = HELD_OUT_ONE_IN.get(self.kind)
        return one_in is not None and int(self.name[:8], 16) % one_in == 0


def read_photographs(folder: Path) -> list[Photograph]:
    """All rows of `folder` in the order of their names."""
    with (folder / "train.tsv").open(newline="") as table:
        rows = [(row["id"], row["kind"], "train", row["mask"]) for row in csv.DictReader(table, delimiter="\t")]
    for path in (folder / "unlabelled").glob("*.webp"):
        rows.append((path.stem, path.stem.rsplit("-", 1)[1], "unlabelled", ""))
    rows = sorted(row for row in rows if row[1] in SHARES)
    return [
        Photograph(number, name, kind, folder / place / f"{name}.webp", mask.startswith("ground truth"))
        for number, (name, kind, place, mask) in enumerate(rows)
    ]
