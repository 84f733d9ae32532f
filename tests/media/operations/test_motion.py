"""Animations that are made of a still picture: what each frame shows, how long, how often, and at what price."""

from typing import Any

import numpy as np
import pytest
import pyvips

from media.budget import Budget
from media.config import Limits
from media.errors import BadTransformation, LimitExceeded
from media.formats.source import Source
from media.language.chain import Chain, Output, Step
from media.operations import step
from media.render.plan import plan
from media.render.pricing import foresee
from tests.media import pictures
from tests.media.rendering import files, opened, rendered

WEBP, GIF = Output(("webp",), 100), Output(("gif",))
WIDTH, HEIGHT = 200, 100


def ramp() -> bytes:
    """Red is the place from left to right, green from top to bottom."""
    y, x = np.mgrid[:HEIGHT, :WIDTH]
    pixels = np.dstack([x, y * 2, x * 0]).astype(np.uint8)
    return bytes(pyvips.Image.new_from_array(pixels, interpretation="srgb").write_to_buffer(".png"))


RAMP = ramp()


def moving(*steps: Step, output: Output = WEBP, source: bytes = RAMP) -> Source:
    return opened(rendered(source, *steps, output=output).body)


def views(**arguments: str) -> list[tuple[int, int, int, int]]:
    """Left, top, right and bottom of what the first, the middle and the last frame show, to the nearest ten."""
    frames = moving(step("zoompan", **{"du": "0.5", "fps": "6", **arguments})).pixels().frames
    assert len(frames) == 3
    return [_view(frame) for frame in frames]


def _view(frame: pyvips.Image) -> tuple[int, int, int, int]:
    (left, top, _), (right, bottom, _) = (frame.getpoint(*place)[:3] for place in ((1, 1), (WIDTH - 2, HEIGHT - 2)))
    return tuple(round(value, -1) for value in map(int, (left, top / 2, right, bottom / 2)))  # type: ignore[return-value]


WHOLE = (0, 0, 200, 100)
#: arguments → views
PATHS: list[tuple[dict[str, str], tuple[int, int, int, int], tuple[int, int, int, int]]] = [
    ({}, WHOLE, (50, 20, 150, 80)),
    ({"mode": "ztc", "maxzoom": "4"}, WHOLE, (80, 40, 120, 60)),
    ({"mode": "ztl"}, WHOLE, (0, 20, 100, 80)),
    ({"mode": "ztr"}, WHOLE, (100, 20, 200, 80)),
    ({"mode": "ofc"}, (50, 20, 150, 80), WHOLE),
    ({"mode": "ofl"}, (0, 20, 100, 80), WHOLE),
    ({"mode": "ofr"}, (100, 20, 200, 80), WHOLE),
    ({"mode": "plr"}, (0, 20, 100, 80), (100, 20, 200, 80)),
    ({"mode": "prl"}, (100, 20, 200, 80), (0, 20, 100, 80)),
    ({"to_zoom": "4"}, WHOLE, (80, 40, 120, 60)),
    ({"from_zoom": "4"}, (80, 40, 120, 60), WHOLE),
    ({"from_zoom": "2", "from_gravity": "north_west", "to_zoom": "4", "to_gravity": "east"}, (0, 0, 100, 50),
     (150, 40, 200, 60)),
    ({"to_zoom": "2", "to_x": "60", "to_y": "30"}, WHOLE, (10, 0, 110, 60)),
    ({"to_zoom": "2", "to_x": "5000", "to_y": "0"}, WHOLE, (100, 0, 200, 50)),
]  # fmt: skip


@pytest.mark.parametrize(("arguments", "first", "last"), PATHS, ids=str)
def test_the_way_leads_from_one_view_to_the_other(
    arguments: dict[str, str], first: tuple[int, int, int, int], last: tuple[int, int, int, int]
) -> None:
    found = views(**arguments)
    for shown, wanted in ((found[0], first), (found[2], last)):
        assert all(abs(one - other) <= 10 for one, other in zip(shown, wanted, strict=True)), found
    assert found[1] not in (found[0], found[2])


@pytest.mark.parametrize(
    ("arguments", "frames", "delay"),
    [
        ({"du": "2", "fps": "5"}, 10, 200),
        ({"du": "0.1", "fps": "1"}, 2, 50),
        ({"du": "1"}, 25, 40),
        ({"du": "3", "fps": "50"}, 150, 20),
    ],
)
@pytest.mark.parametrize(
    "output", [WEBP, GIF, Output(("png",), animated=True)], ids=lambda output: output.candidates[0]
)
def test_duration_and_rate_make_the_frames(output: Output, arguments: dict[str, str], frames: int, delay: int) -> None:
    small = bytes(pictures.colours(24, 16).write_to_buffer(".png"))
    found = moving(step("zoompan", **arguments), output=output, source=small)
    assert (found.info.frames, set(found.pixels().delays)) == (frames, {delay})


@pytest.mark.parametrize("name", ["jpg", "avif", "png", "pdf"])
def test_what_cannot_move_shows_where_it_begins(name: str) -> None:
    result = rendered(RAMP, step("zoompan", mode="ofl"), output=Output((name,)))
    assert (result.width, result.height) == (WIDTH, HEIGHT)
    if name == "png":
        assert _view(pictures.opened(result.body)) == _view(moving(step("zoompan", mode="ofl")).first_frame())


def test_a_large_picture_is_made_smaller_if_nobody_says_how_fast() -> None:
    large = bytes(pictures.colours(3000, 2000).write_to_buffer(".jpg"))
    found = moving(step("zoompan", du="1"), source=large)
    assert (found.info.width, found.info.height, found.info.frames) == (960, 640, 20)


def test_steps_after_it_are_taken_on_every_frame() -> None:
    found = moving(step("zoompan", du="1", fps="4"), step("fill", width="50", height="50", gravity="auto"))
    assert (found.info.width, found.info.height, found.info.frames) == (50, 50, 4)


@pytest.mark.parametrize(("steps", "plays"), [((), 1), (("",), 0), (("3",), 4), (("0",), 1)])
def test_it_plays_once_unless_it_is_looped(steps: tuple[str, ...], plays: int) -> None:
    loops = [step("loop", **({"times": each} if each else {})) for each in steps]
    for output in (WEBP, GIF):
        assert moving(step("zoompan", du="0.5", fps="4"), *loops, output=output).pixels().loop == plays


def test_an_animation_that_was_uploaded_is_looped_too() -> None:
    assert moving(step("loop", times="2"), source=pictures.animation(".gif"), output=GIF).pixels().loop == 3


@pytest.mark.parametrize("source", [pictures.animation(".gif")])
def test_it_needs_a_still_picture(source: bytes) -> None:
    with pytest.raises(BadTransformation, match="zoompan needs a still picture, got 4 frames"):
        moving(step("zoompan"), source=source)
    with pytest.raises(BadTransformation, match="zoompan needs a still picture"):
        moving(step("zoompan"), step("zoompan"))


def test_every_frame_is_paid_for_before_any_is_made() -> None:
    def judge(**arguments: Any) -> None:
        picture = opened(bytes(pictures.colours(800, 600).write_to_buffer(".jpg")))
        limits = Limits(max_cost=600)
        foresee(Budget(600), plan(Chain((step("zoompan", **arguments),), WEBP), picture.info, limits), files({}))

    judge(du="1", fps="10")
    with pytest.raises(LimitExceeded, match="a chain may cost 600"):
        judge(du="2", fps="10")


def test_more_pixels_than_are_made_are_refused() -> None:
    picture = opened(bytes(pictures.colours(800, 600).write_to_buffer(".jpg")))
    with pytest.raises(LimitExceeded, match="at most 50000000 pixels are made, got 800×600×600"):
        plan(Chain((step("zoompan", du="12", fps="50"),), WEBP), picture.info, Limits())


def test_in_a_layer_it_stands_still() -> None:
    result = rendered(RAMP, step("layer", source="mark", steps=(step("zoompan", mode="ofl"),)), output=WEBP,
                      layers={"mark": RAMP})  # fmt: skip
    assert opened(result.body).info.frames == 1


def test_a_picture_of_one_pixel_moves_too() -> None:
    one = bytes(pictures.colours(1, 1).write_to_buffer(".png"))
    assert moving(step("zoompan", mode="plr", maxzoom="10", du="0.5", fps="4"), source=one).info.width == 1
