"""An animation that ends as a still costs what its first frame costs (`make bench`)."""

import time
from collections.abc import Callable

import pytest
import pyvips

from media.language.chain import Output
from media.operations import step
from tests.media import pictures
from tests.media.rendering import rendered

FRAMES, WIDTH, HEIGHT = 60, 800, 600
ROUNDS, CALLS = 7, 3
FILL = step("fill", width="400", height="300")
JPEG = Output(("jpg",))
#: The rest is recognising frames that are not decoded.
BOUND = 1.3


def moving() -> bytes:
    return pictures.animation(".gif", FRAMES, WIDTH, HEIGHT)


def first_alone(body: bytes) -> bytes:
    """The first frame in a file of its own."""
    return bytes(pyvips.Image.new_from_buffer(body, "").write_to_buffer(".gif"))


def seconds(work: Callable[[], object]) -> float:
    started = time.process_time()
    for _ in range(CALLS):
        work()
    return time.process_time() - started


def ratio(work: Callable[[], object], reference: Callable[[], object]) -> float:
    """Of the fastest rounds, taken in turns: neighbours on the machine slow down both."""
    rounds = [(seconds(work), seconds(reference)) for _ in range(ROUNDS)]
    return min(each for each, _ in rounds) / min(each for _, each in rounds)


def test_a_still_of_sixty_frames_costs_what_its_first_page_costs() -> None:
    body = moving()
    alone = first_alone(body)
    page = step("page", page="1")
    assert rendered(body, FILL, output=JPEG).body == rendered(body, page, FILL, output=JPEG).body
    found = ratio(lambda: rendered(body, FILL, output=JPEG), lambda: rendered(body, page, FILL, output=JPEG))
    lonely = ratio(lambda: rendered(body, FILL, output=JPEG), lambda: rendered(alone, FILL, output=JPEG))
    print(f"\nGIF of {FRAMES} frames → 400×300 JPEG: {found:.2f}× its first page, {lonely:.2f}× a file of that page")
    assert max(found, lonely) <= BOUND


@pytest.mark.parametrize("suffix", [".gif", ".webp"])
def test_a_still_of_sixty_frames_costs_a_fraction_of_all_of_them(suffix: str) -> None:
    body = pictures.animation(suffix, FRAMES, WIDTH, HEIGHT)
    moves = Output((suffix[1:],))
    found = seconds(lambda: rendered(body, FILL, output=moves)) / seconds(lambda: rendered(body, FILL, output=JPEG))
    print(f"\n{suffix} of {FRAMES} frames: moving costs {found:.0f}× the still")
    assert found > 10
