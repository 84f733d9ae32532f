"""How long work goes on after its deadline, in each operation and format: nobody waits for it then.

Run ``python -m tests.benchmarks.deadlines [names]``. The picture is as large as the budget permits, the deadline a
fifth of a second, so that it passes within the longest call.
"""

import math
import sys
import time
from collections.abc import Callable, Iterator

import pyvips

from media.budget import Budget
from media.config import Limits
from media.deadline import computed, stop_at, stopping
from media.errors import Unavailable
from media.formats.encode import encode
from media.formats.source import open_source
from media.formats.table import FORMATS, Format
from media.geometry import Size
from media.language.chain import Output, Step
from media.operations import OPERATIONS
from media.raster.picture import Picture
from tests.benchmarks.prices import applied, named, noise, priced, steps

PATIENCE_SECONDS = 0.2
SIDES = range(7000, 500, -100)


def show(name: str, side: int, work: Callable[[], object]) -> None:
    """Seconds after the deadline, negative if it was done before."""
    until = time.monotonic() + PATIENCE_SECONDS
    went = "done"
    try:
        with stop_at(until):
            work()
    except Unavailable:
        went = "stopped"
    print(f"{name:62}{side:6}² {went:8}{time.monotonic() - until:8.2f} s", flush=True)


def largest(price: Callable[[Size], float]) -> int:
    """The side of the largest square that the budget pays for."""
    return next((side for side in SIDES if price(Size(side, side)) <= Limits().max_cost), SIDES[-1])


def show_operation(chosen: Step) -> None:
    operation = OPERATIONS[chosen.operation]

    def price(size: Size) -> float:
        arguments = {**dict(chosen.arguments), "base": size}
        return operation.price(size, operation.size_after(size, arguments), arguments)

    def work() -> None:
        # What was stopped once stays so: never the picture that is kept.
        image = whole.copy()
        with stopping(image):
            after = applied(chosen, image)
        computed(after)

    side = largest(price)
    whole = noise(alpha=True, side=side)
    show(named(chosen), side, work)


def outputs(name: str) -> Iterator[Output]:
    yield Output((name,))
    yield Output((name,), quality=100)
    yield Output((name,), palette=True, lossy=True, progressive=True)


def written(frame: pyvips.Image, output: Output) -> bytes:
    return encode(Picture((frame.copy(),)), output, "png", {}, Budget(), of_animation=False).body


def show_format(row: Format) -> None:
    if not row.writable:
        return
    side = min(largest(lambda size: row.writing_price(size, frames=1)), math.isqrt(row.max_written or 10**9))
    frame = noise(alpha=row.alpha, side=side)
    for output in outputs(row.name):
        show(f"write {output}"[:60], side, lambda output=output: written(frame, output))  # type: ignore[misc]
    if row.readable:
        body = written(frame, Output((row.name,)))
        show(f"read {row.name}", side, lambda: open_source(body, max_pixels=10**9).pixels())


def main(names: list[str]) -> None:
    for chosen in (each for name in names or priced() if name in OPERATIONS for each in steps(name)):
        noise.cache_clear()
        show_operation(chosen)
    for name in names or FORMATS:
        noise.cache_clear()
        if name in FORMATS:
            show_format(FORMATS[name])


if __name__ == "__main__":
    main(sys.argv[1:])
