"""What large photos cost beside small ones (`make bench`); ratios and memory are asserted, seconds are printed.

``python -m tests.benchmarks.bench_matting SIDE`` measures one cutout in a process of its own.
"""

import json
import resource
import subprocess
import sys
import time

import pytest
import pyvips

from media.config import Matting
from media.cutout import CutoutOptions
from tests.worker.matting.pictures import KINDS, SIDE, picture
from tests.worker.matting.test_edges import colour_error, degraded, differences
from worker.cutouts import encode
from worker.matting.closed_form import warm_up
from worker.matting.foreground import clean_foreground
from worker.matting.matter import Matter, cut
from worker.matting.models import locate, resolve
from worker.matting.photo import Photo, load_photo
from worker.matting.raster import resize
from worker.matting.session import open_session

SETTINGS = Matting(device="cpu")
SIDES = {"1 MP": 1000, "12 MP": 3464}
WORST_RATIO = 4.0
#: A photo of 36 megapixels: this many times the seconds of one of 4, and this much memory of the worker.
FULL_SIDES = {"4 MP": 2048, "36 MP": 6000}
FULL_RATIO, FULL_MEGABYTES = 6.0, 1500
MEGAPIXELS = 100_000_000
EDGES = {"default": CutoutOptions(), "fine": CutoutOptions(fine_edges=True)}


def source(side: int) -> bytes:
    """The generated fur ball, enlarged to ``side`` pixels, as a JPEG."""
    image = pyvips.Image.new_from_array(picture("fur").rgb)
    return bytes(image.resize(side / image.width).cast("uchar").jpegsave_buffer(Q=90))


def seconds(matter: Matter, body: bytes, options: CutoutOptions) -> float:
    """Processor time of one cutout, from the bytes on."""
    started = time.process_time()
    photo = load_photo(body, max_source_pixels=MEGAPIXELS, max_pixels=SETTINGS.max_input_pixels)
    cut(photo, matter.infer(photo), options, SETTINGS)
    return time.process_time() - started


@pytest.mark.parametrize("edges", EDGES)
def test_twelve_megapixels_cost_at_most_four_times_one(edges: str) -> None:
    warm_up()
    matter = Matter(open_session(resolve("cutout", ""), locate("cutout", ""), SETTINGS))
    cost = {name: min(seconds(matter, source(side), EDGES[edges]) for _ in range(2)) for name, side in SIDES.items()}
    ratio = cost["12 MP"] / cost["1 MP"]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    figures = ", ".join(f"{name} {value:.2f} s" for name, value in cost.items())
    print(f"\n{edges} edges: {figures}, ratio {ratio:.2f} (processor time); peak memory so far {peak} MB")
    assert ratio <= WORST_RATIO


def measure(side: int) -> dict[str, float]:
    """Processor seconds from a photo's bytes to the bytes that are stored, and megabytes of this process at most."""
    warm_up()
    matter = Matter(open_session(resolve("cutout", ""), locate("cutout", ""), SETTINGS))
    body, cost = source(side), []
    for _ in range(2):
        started = time.process_time()
        photo = load_photo(body, max_source_pixels=MEGAPIXELS, max_pixels=SETTINGS.max_input_pixels)
        encode(cut(photo, matter.infer(photo), CutoutOptions(), SETTINGS))
        cost.append(time.process_time() - started)
    return {"seconds": min(cost), "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}


def measured_alone(side: int) -> dict[str, float]:
    command = [sys.executable, "-m", __name__, str(side)]
    found: dict[str, float] = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return found


def test_full_size_keeps_its_bounds_of_time_and_memory() -> None:
    cost = {name: measured_alone(side) for name, side in FULL_SIDES.items()}
    ratio = cost["36 MP"]["seconds"] / cost["4 MP"]["seconds"]
    rows = ", ".join(f"{name} {row['seconds']:.2f} s, {row['megabytes']:.0f} MB" for name, row in cost.items())
    print(f"\nfrom bytes to stored bytes: {rows}; ratio {ratio:.1f} (processor time)")
    assert ratio <= FULL_RATIO
    assert cost["36 MP"]["megabytes"] <= FULL_MEGABYTES


@pytest.mark.parametrize("kind", KINDS)
def test_edges_of_generated_pictures(kind: str) -> None:
    """Prints what the tests only bound: by how much edges and colours come closer to the truth."""
    truth = picture(kind)
    maps, photo = degraded(truth), Photo(truth.rgb)
    plain = differences(truth, resize(maps.saliency_bytes, SIDE, SIDE))
    default, fine = (differences(truth, cut(photo, maps, options, SETTINGS).matte) for options in EDGES.values())
    mixed = colour_error(truth, truth.rgb)
    cleaned = colour_error(truth, clean_foreground(truth.rgb, truth.alpha, truth.rgb))
    print(
        f"\n{kind}: error of plain upsampling lowered by {1 - default / plain:.0%} with default edges, "
        f"by {1 - fine / plain:.0%} with fine ones; colour error by {1 - cleaned / mixed:.0%}"
    )
    assert fine < plain


if __name__ == "__main__":
    print(json.dumps(measure(int(sys.argv[1]))))
