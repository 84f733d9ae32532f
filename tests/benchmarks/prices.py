"""What a pixel costs in each operation and format, measured against one negated in the same run.

Run ``python -m tests.benchmarks.prices [names]``. The registrations hold the prices (``@operation(price=…)``, the rows
of ``media/formats/table.py``); the last column is measured ÷ price. Time is CPU time of the process.
"""

import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import pyvips

from media.budget import Budget
from media.formats.encode import encode
from media.formats.source import open_source
from media.formats.table import FORMATS
from media.geometry import Size
from media.isolation.children import InProcess, instead
from media.language.chain import Output, Step
from media.language.vectors import DEFAULT_VECTORS
from media.operations import OPERATIONS, step
from media.operations.tracking import TrackedScene
from media.raster.picture import Picture
from media.scene.scene import Scene

SIDE = 1000
TRIES = 3
REFERENCE = step("negate")
#: Operations of which the dearest arguments are not the default ones: what is measured.
DEAREST: Mapping[str, tuple[Mapping[str, Any], ...]] = {
    "art": ({"name": "athena"}, {"name": "zorro"}),
    "assist_colorblind": ({"method": "stripes"}, {"method": "xray"}),
    "background": ({"color": "blurred:160"}, {"color": "blurred:2000"}, {"color": "auto:predominant_gradient:4"}),
    "bgremoval": ({"method": "screen"},),
    "blur": ({"strength": "20"}, {"strength": "160"}, {"strength": "161"}, {"strength": "2000"}),
    "blur_faces": ({"strength": "160"}, {"strength": "2000"}),
    "blur_region": ({"strength": "160"}, {"strength": "2000"}),
    "border": ({"width": "100"}, {"width": "100", "radius": "max"}),
    "cast_shadow": ({"kind": "drop"}, {"kind": "ground"}),
    "colorize": ({"strength": "25"},),
    "contrast": ({"level": "50"}, {"level": "50", "type": "linear"}),
    "caption": (
        {"text": "Waxwings", "size": "200"},
        {"text": "Waxwings", "size": "200", "box": "line", "padding": "20"},
        {"text": "Waxwings " * 9, "size": "80", "box": "line", "padding": "500"},
    ),
    "cover": ({"width": "700", "height": "900"},),
    "crop": ({"width": "900", "height": "900"},),
    "crop_to": ({"width": "700", "height": "900"}, {"ratio": "2:1"}),
    "curve_corners": ({"radii": "0.5"}, {"radii": "20:30:40:50"}),
    "distort": ({"shape": "arc:180"}, {"shape": "arc:-30"}, {"shape": "0:0:800:10:790:800:5:700"}),
    "dropshadow": ({"spread": "100", "azimuth": "0"},),
    "flip": ({"axis": "horizontal"},),
    "grade": (
        {"brightness": "30"}, {"exposure": "80", "gamma": "80", "contrast": "20", "warmth": "50"},
        {"saturation": "60"}, {"vibrance": "80"},
    ),
    "gradient_fade": ({"type": "symmetric"}, {"type": "symmetric_pad"}),
    "improve": ({"mode": "indoor"}, {"mode": "outdoor"}),
    "layer": ({}, {"blend": "anti_removal"}, {"blend": "displace", "x": "20"}, {"blend": "mask"}, {"tiled": "true"}),
    "lay_on": ({"color": "red"},),
    "look": ({"name": "zevcen", "amount": "50"}, {"name": "zatvel", "amount": "-100"}),
    "modulate": ({"saturation": "50"},),
    "morphology": (
        {"radius": "1"}, {"radius": "12"}, {"radius": "12", "method": "smooth"}, {"radius": "13", "method": "smooth"},
        {"radius": "12", "kernel": "square"}, {"radius": "20", "iterations": "5"},
        {"radius": "7", "method": "convolve"},
    ),
    "oil_paint": ({"strength": "0"}, {"strength": "100"}),
    "opacity": ({"level": "50"},),
    "ordered_dither": ({"type": "0"}, {"type": "12"}),
    "outline": ({}, {"thickness": "100"}, {"blur": "160"}, {"blur": "2000"}, {"mode": "inner", "thickness": "100"}),
    "pixelate": ({"square": "2"}, {"square": "200"}),
    "pixelate_faces": ({"square": "200"},),
    "pixelate_region": ({"square": "200"},),
    "place_subject": ({"scale": "0.5"}, {"scale": "1"}),
    "recolor": ({"matrix": "0.5:0.2:0.3:0:0.5:0.2:0.3:0:0.5:0.2:0.3:0:0:0:0:1"},),
    "replace_color": ({"to": "red"}, {"to": "red", "replaced": "blue"}),
    "retarget": ({"width": "700", "height": "900"}, {"width": "1000", "height": "1200"}),
    "rotate": ({"angle": "90"}, {"angle": "30"}, {"angle": "30", "background": "blurred:160"}),
    "round_corners": ({"radius": "max"}, {"radius": "20:30:40:50"}),
    "shadow": ({"strength": "0"}, {"strength": "40"}, {"strength": "100"}),
    "shear": ({"x": "30", "y": "20"},),
    "soften": (
        {"strength": "10"}, {"strength": "80"}, {"strength": "81"}, {"strength": "5000"}, {"amount": "-150"},
    ),
    "soften_part": ({}, {"strength": "80"}, {"strength": "5000"}),
    "text": (
        {"text": "Waxwings", "size": "200"}, {"text": "Waxwings " * 20, "size": "40", "width": "800"},
        {"text": "Waxwings", "size": "200", "stroke_width": "20"},
        {"text": "Waxwings", "size": "20", "stroke_width": "200"},
    ),
    "theme": ({"color": "red"},),
    "tint": ({"tones": "equalize"}, {"tones": "100:red:blue:green:yellow"}),
    "scale_down": ({"width": "700", "height": "900"},),
    "trim": ({"tolerance": "0"}, {"tolerance": "100"}),
    "trim_to": ({"tolerance": "0"}, {"tolerance": "100"}),
    "window": ({"width": "1200", "height": "900", "x": "0.3"},),
    "zoompan": ({}, {"fps": "10", "du": "0.1", "mode": "ztl"}, {"fps": "10", "du": "0.1", "to_zoom": "10"}),
    "vectorize": ({}, {"shape": "colors:30:detail:500:despeckle:4"}),
}  # fmt: skip
#: Arguments of everything that resizes; one that also pads is laid on a blurred copy.
RESIZED = ({"width": "0.9", "height": "0.7"}, {"width": "1.9", "height": "1.7"})
PADDED = ({"width": "1300", "height": "900", "background": "blurred:160"},)
FACES = ((0.1, 0.1, 0.4, 0.5), (0.5, 0.4, 0.9, 0.9))


@cache
def noise(*, alpha: bool, side: int = SIDE) -> pyvips.Image:
    """Nothing is quicker because it is plain: grain of some pixels, in half transparent patches."""
    random = np.random.default_rng(1)
    image = pyvips.Image.new_from_array(random.integers(0, 256, (side, side, 4), np.uint8)).gaussblur(2)
    image = (image - 128) * 3 + 128
    chosen = image if alpha else image[:3]
    return chosen.cast("uchar").copy(interpretation="srgb").copy_memory()


def seconds(work: Callable[[], object]) -> float:
    """The best of a few tries: what disturbs a run only adds to it."""
    return min(_timed(work) for _ in range(TRIES))


def _timed(work: Callable[[], object]) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started


@dataclass(frozen=True, slots=True)
class Row:
    name: str
    measured: float
    price: float


def reference() -> float:
    """Seconds of a megapixel negated."""
    image = noise(alpha=True)
    negate = OPERATIONS["negate"].function
    return min(seconds(lambda: negate(image).copy_memory()) for _ in range(TRIES)) / (SIDE * SIDE / 1_000_000)


def operation_row(chosen: Step, unit: float) -> Row:
    """On a picture with alpha, and what it costs there by its price."""
    image, size = noise(alpha=True), Size(SIDE, SIDE)
    operation = OPERATIONS[chosen.operation]
    spent = seconds(lambda: applied(chosen, image).copy_memory())
    before = Size(1, 1) if chosen.operation == "text" else size
    planned = operation.size_after(before, {**dict(chosen.arguments), "base": size})
    price = operation.price(before, planned, {**dict(chosen.arguments), "base": size})
    return Row(named(chosen), spent / unit, price)


def applied(chosen: Step, image: pyvips.Image) -> pyvips.Image:
    """The step on ``image``, not yet computed."""
    operation, size = OPERATIONS[chosen.operation], Size(image.width, image.height)
    # A scene remembers what a step has decided: a new one for each try.
    scene = TrackedScene(Scene(np.full((64, 64), 128, np.uint8), None, FACES), size)
    ready = {
        "size": size, "base": size, "first": image, "frames": (image,), "overlay": lambda base: image,
        "scene": scene, "font": None, "moment": 0.7,
    }  # fmt: skip
    prepared = {name: ready[what] for name, what in operation.prepared}
    return operation.function(image, **dict(chosen.arguments), **prepared)


def named(chosen: Step) -> str:
    written = OPERATIONS[chosen.operation]
    defaults = {each.name: each.default for each in written.arguments}
    kinds = {each.name: each.kind for each in written.arguments}
    told = {name: kinds[name].format(value) for name, value in chosen.arguments if value != defaults[name]}
    return f"{chosen.operation} {' '.join(f'{name}={value}' for name, value in told.items())}"[:60]


def steps(name: str) -> Iterator[Step]:
    names = {each.name for each in OPERATIONS[name].arguments}
    rows: tuple[Mapping[str, Any], ...] = DEAREST.get(name, ({},))
    if {"width", "ratio", "relative"} <= names and name not in DEAREST:
        rows = (*RESIZED, *(PADDED if "background" in names else ()))
    for row in rows:
        gravity = {"gravity": "auto"} if name in ("fill_pad", "auto_pad") else {}
        yield step(name, **row, **gravity)


def priced() -> list[str]:
    return [name for name, each in OPERATIONS.items() if not each.control and not each.cutout and name != "page"]


def format_rows(name: str, unit: float) -> Iterator[Row]:
    row, image = FORMATS[name], Picture((noise(alpha=FORMATS[name].alpha),), tracing=DEFAULT_VECTORS)
    if row.writable:
        output = Output((name,))
        spent = seconds(lambda: encode(image, output, "png", {}, Budget(), of_animation=False))
        yield Row(f"write {name}", spent / unit, row.writing_price(image.size, frames=1))
    if row.writable and row.readable:
        body = encode(image, Output((name,)), "png", {}, Budget(), of_animation=False).body
        spent = seconds(lambda: open_source(body, max_pixels=10**9).pixels())
        size = open_source(body, max_pixels=10**9).info.size
        yield Row(f"read {name}", spent / unit, row.reading * size.pixels / 1_000_000)


def main(names: list[str]) -> None:
    unit = reference()
    print(f"a megapixel negated takes {unit * 1000:.1f} ms\n{'':62}{'measured':>10}{'price':>8}{'ratio':>7}")
    chosen = [each for name in names or priced() if name in OPERATIONS for each in steps(name)]
    for each in chosen:
        show(operation_row(each, unit))
    with instead(InProcess()):
        for name in names or FORMATS:
            if name in FORMATS:
                for row in format_rows(name, unit):
                    show(row)


def show(row: Row) -> None:
    print(f"{row.name:62}{row.measured:10.1f}{row.price:8.1f}{row.measured / row.price:7.2f}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
