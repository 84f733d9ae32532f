"""Threads stop when nobody waits for them any more."""

import time
from collections.abc import Callable

import pytest

from media import deadline
from media.budget import Budget
from media.deadline import checkpoint, computed, put_off, remaining, stop_at, stopping
from media.errors import Unavailable
from media.formats.encode import encode
from media.formats.source import open_source
from media.language.chain import Output, Step
from media.operations import step
from media.raster.picture import Picture
from tests.benchmarks.prices import noise
from tests.media.rendering import rendered

#: What an operation or an encoder does between two looks at the clock, as a share of all that it does.
SHARE = 0.5
SOON_SECONDS = 0.05

SLOW: list[tuple[tuple[Step, ...], str]] = [
    ((step("oil_paint", strength="100"),), "png"),
    ((step("vectorize"),), "png"),
    ((step("blur", strength="160"), step("blur", strength="160")), "png"),
    ((step("morphology", method="smooth", radius="12"),), "png"),
    ((step("outline", thickness="100"),) * 12, "png"),
    ((step("layer", source="", steps=(step("scale", width="1500", height="1000", ignore_aspect_ratio="true"),
                                      step("cartoonify"))),), "png"),
    ((step("scale", width="3000"),), "webp"),
]  # fmt: skip


def late(work: Callable[[], object]) -> float:
    """Seconds until ``work`` gave up."""
    started = time.monotonic()
    with pytest.raises(Unavailable, match="longer to render than requests may"), stop_at(started + SOON_SECONDS):
        work()
    return time.monotonic() - started


@pytest.mark.parametrize(("steps", "name"), SLOW, ids=lambda each: str(each)[:40])
def test_a_render_stops_soon_after_its_deadline(steps: tuple[Step, ...], name: str) -> None:
    body = bytes(noise(alpha=True).write_to_buffer(".png", compression=0))

    def work() -> object:
        return rendered(body, *steps, output=Output((name,)))

    started = time.monotonic()
    work()
    whole = time.monotonic() - started
    assert late(work) < SOON_SECONDS + deadline.TICK_SECONDS + SHARE * whole


#: Writers that stop for nobody once they have begun, at a size that is LONG to write.
UNSTOPPABLE: list[tuple[str, int, Output]] = [
    ("avif", 1600, Output(("avif",), quality=100)),
    ("gif", 1400, Output(("gif",))),
    ("png", 450, Output(("png",), palette=True)),
    ("png", 450, Output(("png",), lossy=True, quality=90)),
    ("tga", 5000, Output(("tga",))),
]


@pytest.mark.parametrize(("name", "side", "output"), UNSTOPPABLE, ids=lambda each: str(each)[:40])
def test_a_writer_stops_soon_after_the_deadline(name: str, side: int, output: Output) -> None:
    def work() -> object:
        picture = Picture((noise(alpha=True, side=side).copy(),))
        return encode(picture, output, "png", {}, Budget(), of_animation=False)

    work()
    started = time.monotonic()
    work()
    whole = time.monotonic() - started
    assert late(work) < SOON_SECONDS + deadline.TICK_SECONDS + SHARE * whole


def test_a_reader_stops_soon_after_the_deadline() -> None:
    body = bytes(noise(alpha=True, side=4000).write_to_buffer(".webp", effort=0))

    def work() -> object:
        return open_source(body, max_pixels=10**9).pixels()

    started = time.monotonic()
    work()
    whole = time.monotonic() - started
    assert late(work) < SOON_SECONDS + deadline.TICK_SECONDS + SHARE * whole


def test_an_animation_stops_between_two_frames() -> None:
    frames = tuple(noise(alpha=True, side=600).copy() for _ in range(12))
    moving = Picture(tuple(frame.rot(turn) for frame, turn in zip(frames, ("d90", "d180") * 6, strict=True)), (9,) * 12)

    def work() -> object:
        return encode(moving, Output(("png",), animated=True), "gif", {}, Budget(), of_animation=True)

    started = time.monotonic()
    work()
    whole = time.monotonic() - started
    assert late(work) < SOON_SECONDS + deadline.TICK_SECONDS + SHARE * whole


def test_who_asks_for_more_time_than_is_left_does_not_get_it() -> None:
    with stop_at(time.monotonic() + 1), stop_at(time.monotonic() + 60):
        assert remaining() <= 1


def test_what_shows_progress_is_given_more_time_and_nobody_after_it() -> None:
    with stop_at(time.monotonic() - 1):
        with pytest.raises(Unavailable):
            checkpoint()
        put_off(time.monotonic() + 60)
        checkpoint()
    assert remaining() > 1e9


def test_a_render_that_begins_too_late_does_nothing() -> None:
    with stop_at(time.monotonic() - 1), pytest.raises(Unavailable):
        rendered(bytes(noise(alpha=False).write_to_buffer(".png", compression=0)))


def test_without_a_deadline_nothing_is_watched() -> None:
    image = noise(alpha=False)
    with stopping(image):
        assert not deadline._GUARD._guarded
    checkpoint()
    assert remaining() > 1e9


def test_pictures_in_time_are_left_alone() -> None:
    with stop_at(time.monotonic() + 60):
        assert computed(noise(alpha=False).invert()).width
    assert not deadline._GUARD._guarded
