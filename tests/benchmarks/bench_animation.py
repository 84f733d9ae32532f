"""An animation that ends as a still costs what its first frame costs (`make bench`)."""

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import pyvips

from media.isolation.children import InProcess, instead
from media.language.chain import Output
from media.operations import step
from tests.media import pictures
from tests.media.rendering import rendered

FRAMES, WIDTH, HEIGHT = 60, 800, 600
ROUNDS, CALLS = 3, 20
FILL = step("fill", width="400", height="300")
JPEG = Output(("jpg",))
#: The rest is recognising frames that are not decoded.
BOUND = 1.3


def moving() -> bytes:
    return pictures.animation(".gif", FRAMES, WIDTH, HEIGHT)


def first_alone(body: bytes) -> bytes:
    """The first frame in a file of its own."""
    return bytes(pyvips.Image.new_from_buffer(body, "").write_to_buffer(".gif"))


def cpu_seconds() -> float:
    """Of this process and the children that decode for it, so that neighbours on the machine count little."""
    children = [pid for path in Path("/proc/self/task").glob("*/children") for pid in path.read_text().split()]
    fields = (Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split() for pid in children)
    # utime and stime: fields 14 and 15 of proc(5), counted from the name's end.
    return time.process_time() + sum(int(each[11]) + int(each[12]) for each in fields) / os.sysconf("SC_CLK_TCK")


def seconds(work: Callable[[], object]) -> float:
    work()
    started = cpu_seconds()
    for _ in range(CALLS):
        work()
    return cpu_seconds() - started


def ratio(work: Callable[[], object], reference: Callable[[], object]) -> float:
    """Of the fastest rounds, taken in turns."""
    rounds = [(seconds(work), seconds(reference)) for _ in range(ROUNDS)]
    return min(each for each, _ in rounds) / min(each for _, each in rounds)


def test_a_still_of_sixty_frames_costs_what_its_first_page_costs() -> None:
    body = moving()
    alone = first_alone(body)
    page = step("page", page="1")
    assert rendered(body, FILL, output=JPEG).body == rendered(body, page, FILL, output=JPEG).body
    found = ratio(lambda: rendered(body, FILL, output=JPEG), lambda: rendered(body, page, FILL, output=JPEG))
    crossing = ratio(lambda: rendered(body, FILL, output=JPEG), lambda: rendered(alone, FILL, output=JPEG))
    # Megabytes that cross to the child cost what they cost, whatever is decoded of them.
    with instead(InProcess()):
        lonely = ratio(lambda: rendered(body, FILL, output=JPEG), lambda: rendered(alone, FILL, output=JPEG))
    print(f"\nGIF of {FRAMES} frames, {len(body) / 1e6:.1f} MB → 400×300 JPEG: {found:.2f}× its first page")
    print(f"{lonely:.2f}× a file of that page alone, {crossing:.2f}× if both are decoded by a child")
    assert max(found, lonely) <= BOUND


@pytest.mark.parametrize("suffix", [".gif", ".webp"])
def test_a_still_of_sixty_frames_costs_a_fraction_of_all_of_them(suffix: str) -> None:
    body = pictures.animation(suffix, FRAMES, WIDTH, HEIGHT)
    moves = Output((suffix[1:],))
    found = seconds(lambda: rendered(body, FILL, output=moves)) / seconds(lambda: rendered(body, FILL, output=JPEG))
    print(f"\n{suffix} of {FRAMES} frames: moving costs {found:.0f}× the still")
    assert found > 10
