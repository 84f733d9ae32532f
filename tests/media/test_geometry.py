"""Crop modes: exact sizes, as the reference documents them."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media import geometry
from media.errors import BadTransformation
from media.geometry import Box, Layout, Size
from media.operations import OPERATIONS, step

#: mode, picture, width, height → scaled, window
LAYOUTS = [
    ("scale", (400, 300), 200, 200, (200, 200), (200, 200)),
    ("scale", (400, 300), 200, None, (200, 150), (200, 150)),
    ("scale", (400, 300), None, 100, (133, 100), (133, 100)),
    ("scale", (400, 300), 0.5, None, (200, 150), (200, 150)),
    ("scale", (400, 300), 1.5, 1.0, (600, 300), (600, 300)),
    ("fit", (400, 300), 200, 200, (200, 150), (200, 150)),
    ("fit", (400, 300), 800, 900, (800, 600), (800, 600)),
    ("limit", (400, 300), 200, 200, (200, 150), (200, 150)),
    ("limit", (400, 300), 800, 800, (400, 300), (400, 300)),
    ("mfit", (400, 300), 200, 200, (400, 300), (400, 300)),
    ("mfit", (400, 300), 800, 800, (800, 600), (800, 600)),
    ("fill", (400, 300), 200, 200, (267, 200), (200, 200)),
    ("fill", (400, 300), 800, 800, (1067, 800), (800, 800)),
    ("lfill", (400, 300), 200, 200, (267, 200), (200, 200)),
    ("lfill", (400, 300), 800, 800, (400, 300), (400, 300)),
    ("lfill", (400, 300), 200, 800, (400, 300), (200, 300)),
    ("pad", (400, 300), 200, 200, (200, 150), (200, 200)),
    ("pad", (400, 300), 800, 800, (800, 600), (800, 800)),
    ("lpad", (400, 300), 200, 200, (200, 150), (200, 200)),
    ("lpad", (400, 300), 800, 800, (400, 300), (800, 800)),
    ("mpad", (400, 300), 200, 200, (400, 300), (400, 300)),
    ("mpad", (400, 300), 800, 200, (400, 300), (800, 300)),
    ("thumb", (400, 300), 100, 100, (133, 100), (100, 100)),
    ("auto", (400, 300), 100, 100, (133, 100), (100, 100)),
    ("fit", (3000, 1), 100, 100, (100, 1), (100, 1)),
]


@pytest.mark.parametrize(("mode", "picture", "width", "height", "scaled", "window"), LAYOUTS)
def test_layout_of_mode(mode, picture, width, height, scaled, window) -> None:
    size = Size(*picture)
    box = geometry.Request.of(size, width, height, None).proportional(size)
    assert geometry.LAYOUTS[mode](size, box) == Layout(Size(*scaled), Size(*window))


def after(name: str, size: Size, **values: object) -> Size | None:
    made = step(name, **values)
    return OPERATIONS[name].size_after(size, {**dict(made.arguments), "base": Size(1000, 500)})


#: operation, arguments → size after on 400×300; the base under a layer is 1000×500
SIZES = [
    ("fill", {"ratio": "1:1"}, (300, 300)),
    ("fill", {"width": "200", "ratio": "16:9"}, (200, 113)),
    ("fill", {"height": "90", "ratio": "16:9"}, (160, 90)),
    ("scale", {"width": "0.5", "relative": "true"}, (500, 375)),
    ("scale", {"width": "200", "ignore_aspect_ratio": "true"}, (200, 300)),
    ("pad", {"width": "500", "ignore_aspect_ratio": "true"}, (500, 300)),
    ("crop", {"width": "100"}, (100, 300)),
    ("crop", {"width": "0.5", "height": "0.5"}, (200, 150)),
    ("crop", {"width": "900", "height": "100"}, (400, 100)),
    ("crop", {"width": "100", "height": "100", "x": "350", "y": "10"}, (50, 100)),
    ("crop", {"width": "100", "height": "100", "x": "0", "y": "0", "gravity": "xy_center"}, (50, 50)),
    ("crop", {"width": "10", "height": "20", "x": "700", "y": "0"}, (10, 20)),
    ("crop", {"ratio": "1:1"}, (300, 300)),
    ("crop", {"width": "100", "height": "100", "gravity": "auto", "x": "390"}, (100, 100)),
    ("crop", {"zoom": "2"}, (200, 150)),
    ("thumb", {"width": "100", "height": "100", "zoom": "3"}, (100, 100)),
    ("rotate", {"angle": "90"}, (300, 400)),
    ("rotate", {"angle": "-180"}, (400, 300)),
    ("border", {"width": "7"}, (414, 314)),
    ("shadow", {"strength": "0"}, (410, 310)),
]


@pytest.mark.parametrize(("name", "arguments", "expected"), SIZES)
def test_declared_size_after_a_step(name, arguments, expected) -> None:
    assert after(name, Size(400, 300), **arguments) == Size(*expected)


@pytest.mark.parametrize("mode", ["pad", "lpad", "mpad"])
def test_auto_gravity_needs_a_cutting_mode(mode: str) -> None:
    with pytest.raises(BadTransformation, match="Use auto gravity only with"):
        after(mode, Size(400, 300), width="10", gravity="auto")


#: gravity → corner of a 100×100 window on 400×300 moved by x 10, y 20
PLACES = {
    "north_west": (10, 20), "north": (160, 20), "north_east": (290, 20),
    "west": (10, 120), "center": (160, 120), "east": (290, 120),
    "south_west": (10, 180), "south": (160, 180), "south_east": (290, 180),
}  # fmt: skip


@pytest.mark.parametrize("gravity", PLACES)
def test_offsets_point_inward(gravity: str) -> None:
    assert geometry.placed(gravity, Size(400, 300), Size(100, 100), 10, 20) == Box(*PLACES[gravity], 100, 100)


sides = st.integers(1, 5000)


@given(sides, sides, sides, sides)
def test_modes_keep_their_promises(width: int, height: int, asked_width: int, asked_height: int) -> None:
    size, box = Size(width, height), Size(asked_width, asked_height)
    for mode in ("fill", "thumb", "auto", "pad", "lpad", "fill_pad", "auto_pad"):
        assert geometry.LAYOUTS[mode](size, box).window == box
    for mode in ("fit", "pad"):
        inside = geometry.LAYOUTS[mode](size, box).scaled
        assert inside.width <= box.width
        assert inside.height <= box.height
        assert inside.width == box.width or inside.height == box.height
    covered = geometry.fill(size, box).scaled
    assert covered.width >= box.width
    assert covered.height >= box.height
    for mode in ("limit", "lfill", "lpad", "crop"):
        kept = geometry.LAYOUTS[mode](size, box).scaled
        assert kept.width <= width
        assert kept.height <= height


@given(st.fractions(0, 10_000))
def test_nearest_is_nearest_and_at_least_one(value: Fraction) -> None:
    assert geometry.nearest(value) >= 1
    assert abs(geometry.nearest(value) - value) <= Fraction(1, 2) or value < Fraction(1, 2)
