"""The golden pictures of the CDN's directives: what every row of the vectors looked like when someone last looked.

Run ``python -m tests.proxy.uploadcare.cdn.pictures`` after a wanted change, look at the pictures, commit them.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyvips
import yaml

from media.language.chain import Output
from media.render.render import Rendered
from media.scene.scene import Scene
from proxy.dialects.uploadcare.cdn.semantics import compiler
from proxy.dialects.uploadcare.cdn.semantics.compiler import Compiled, Facts
from proxy.dialects.uploadcare.cdn.syntax.url import parse
from tests.media import pictures
from tests.media.rendering import rendered

FOLDER = Path(__file__).parent / "golden"
VECTORS = Path(__file__).parents[3] / "vectors" / "uploadcare_pictures.yaml"
FILE, OTHER = "c2499162-eb07-4b93-b31e-94a89a47e858", "e0000000-0000-4000-8000-00000000000e"
PRESETS = {"thumb": "-/scale_crop/20x20/center/-/grayscale/"}
FACE = (15 / 60, 10 / 40, 35 / 60, 30 / 40)
SEEN = {"face": Scene(np.zeros((64, 64), np.uint8), None, (FACE,))}


def oriented(orientation: int) -> bytes:
    """The photo whose EXIF says how it is to be turned."""
    lying = pictures.colours().copy()
    lying.set_type(pyvips.GValue.gint_type, "orientation", orientation)
    return bytes(lying.write_to_buffer(".jpg", Q=98))


PHOTO = bytes(pictures.colours().write_to_buffer(".png"))
SOURCES = {"photo": PHOTO, "cutout": pictures.png(), "face": PHOTO, "turned": oriented(6)}
FACTS = {"turned": Facts("jpg", 6)}


def add_oriented(name: str, orientation: int) -> None:
    SOURCES[name], FACTS[name] = oriented(orientation), Facts("jpg", orientation)


@dataclass(frozen=True)
class Row:
    name: str
    path: str
    size: str
    source: str = "photo"
    letters: bool = False
    golden: bool = True

    @property
    def has_picture(self) -> bool:
        return self.golden and not self.letters

    @property
    def picture(self) -> Path:
        return FOLDER / f"{self.name}.webp"

    def compiled(self) -> Compiled:
        return compiler.compile(parse(f"/{FILE}/{self.path}").directives, FACTS.get(self.source, Facts("png")), PRESETS)

    def render(self) -> Rendered:
        source = SOURCES[self.source]
        layers = {"self": source, f"file:{OTHER}": SOURCES["cutout"]}
        steps, scene = self.compiled().chain.steps, SEEN.get(self.source)
        return rendered(source, *steps, output=Output(("png",)), layers=layers, scene=scene)


ROWS = [Row(**row) for row in yaml.safe_load(VECTORS.read_text())]


def write(rows: list[Row]) -> None:
    for row in rows:
        if row.has_picture:
            pictures.opened(row.render().body).write_to_file(str(row.picture), lossless=True, effort=6, keep="none")


if __name__ == "__main__":
    write(ROWS)
