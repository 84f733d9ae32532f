"""Whatever steps stand in a chain: a picture comes out, or a sentence about what was asked for."""

import contextlib
import random
from typing import Any

import pytest

from media.errors import RequestError
from media.language.chain import Output, Step
from media.language.params import Bool, Choice, Float, Int
from media.operations import OPERATIONS, step
from media.operations.registry import REQUIRED
from tests.media import pictures
from tests.media.rendering import rendered

CHAINS = 120
SOURCES = {
    "photo": pictures.jpeg(), "cutout": pictures.png(), "speck": pictures.png(1, 1), "column": pictures.png(1, 70),
    "row": pictures.jpeg(70, 1), "animation": pictures.animation(".gif"), "larger": pictures.jpeg(300, 200),
}  # fmt: skip
#: Kind → texts worth trying; ranges try their ends besides.
TEXTS = {
    "LengthKind": ["1", "7", "50", "300", "0.01", "0.5", "1.0", "1.7"],
    "RatioKind": ["16:9", "1", "1:40", "40:1"],
    "ColorKind": ["red", "rgb:0f08", "transparent", "123456"],
    "BackdropKind": ["red", "auto", "auto:predominant_gradient:4", "auto:border_gradient_contrast:2:diagonal_asc",
                     "blurred:800:-50", "transparent"],
    "GravityKind": ["auto", "center", "north_west", "face", "face:center", "south", "xy_center", "cat:auto", "east"],
    "RadiiKind": ["max", "0", "5:max", "1:2:3:4", "100000"],
    "TintKind": ["red", "50:blue:20p:white", "equalize:80:red"],
    "MatrixKind": ["1:0:0:0:1:0:0:0:1", "0:1:0:0:0:0:1:0:1:0:0:0:0:0:0:1"],
    "DistortKind": ["arc:30", "arc:-200", "arc:360", "0:0:9:0:9:9:0:9", "-50:-50:100:0:90:90:0:100", "1:1:1:1:1:1:1:1"],
    "VectorsKind": ["5", "colors:3", "30:900:9:5:5"],
    "PagesKind": ["1", "2-", "all", "9", "1;3"],
    "Text": ["", "a", "Hello <b> & you", "x\ny\x01", "日本 😀"],
}  # fmt: skip


def text(kind: Any, chance: random.Random) -> str | None:
    if isinstance(kind, Int | Float):
        number = chance.choice([kind.low, kind.high, min(kind.high, max(kind.low, chance.randint(-3, 60)))])
        return str(int(number)) if isinstance(kind, Int) else f"{number:.2f}"
    if isinstance(kind, Choice):
        return chance.choice(kind.names)
    if isinstance(kind, Bool):
        return chance.choice(["true", "false"])
    return chance.choice(TEXTS[type(kind).__name__]) if type(kind).__name__ in TEXTS else None


def any_step(chance: random.Random, depth: int = 0) -> Step:
    name = chance.choice([name for name, each in OPERATIONS.items() if not (each.control or each.cutout)])
    chosen = [each for each in OPERATIONS[name].arguments if each.default is REQUIRED or chance.random() < 0.5]
    values: dict[str, Any] = {each.name: text(each.kind, chance) for each in chosen}
    arguments = {name: value for name, value in values.items() if value is not None}
    if name == "layer":
        nested = [any_step(chance, depth + 1) for _ in range(chance.randint(0, 2) if depth < 2 else 0)]
        arguments |= {"source": chance.choice([*SOURCES, ""]), "steps": tuple(nested)}
    return step(name, **arguments)


@pytest.mark.parametrize("seed", range(CHAINS))
def test_any_chain_gives_a_picture_or_a_request_error(seed: int) -> None:
    chance = random.Random(seed)
    source = SOURCES[chance.choice(list(SOURCES))]
    output = Output(chance.choice([(), ("png",), ("jpg",), ("webp", "jpg")]), chance.choice([0, "auto", 50]))
    with contextlib.suppress(RequestError):
        steps = [any_step(chance) for _ in range(chance.randint(1, 3))]
        result = rendered(source, *steps, output=output, layers=SOURCES)
        assert pictures.opened(result.body).width == result.width
