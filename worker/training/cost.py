"""What inference alone costs, measured in a fresh process: `python -m worker.training.cost NAME WEIGHTS SIDE`."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np

from media.config import Matting
from worker.matting.models import Model, resolve
from worker.matting.session import open_session

TIMED_RUNS = 30
SETTINGS = Matting(device="cpu", threads=1)


@dataclass(frozen=True, slots=True)
class Cost:
    """Median milliseconds of processor time on one thread; megabytes of the whole process at rest and at most."""

    milliseconds: float
    resident: float
    peak: float


def measure_alone(name: str, weights: Path, side: int) -> Cost:
    """The cost in a process that does nothing else; `name` is a row of `worker.matting.models`."""
    command = [sys.executable, "-m", __name__, name, str(weights), str(side)]
    answer = subprocess.run(command, check=True, capture_output=True, text=True)
    return Cost(**json.loads(answer.stdout))


def measure(model: Model, weights: Path) -> Cost:
    session = open_session(model, weights, SETTINGS)
    kind = np.uint8 if model.mean is None else np.float32
    photo = np.random.default_rng(1).integers(0, 256, (3, model.input_size, model.input_size)).astype(kind)
    milliseconds = []
    for _ in range(TIMED_RUNS):
        started = time.process_time()  # not the clock on the wall, which a busy machine slows down
        session.run([photo])
        milliseconds.append((time.process_time() - started) * 1000)
    return Cost(statistics.median(milliseconds), _megabytes("VmRSS"), _megabytes("VmHWM"))


def _megabytes(field: str) -> float:
    """Of this program only; `getrusage` would count what its parent held before it started."""
    status = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 / 1e6 for line in status if line.startswith(f"{field}:"))


if __name__ == "__main__":
    name, weights, side = sys.argv[1:]
    print(json.dumps(asdict(measure(replace(resolve(name, ""), input_size=int(side)), Path(weights)))))
