"""Videos measured: `python -m tests.benchmarks.video [--frames 100 1000]`.

* flicker (mean change of alpha from frame to frame where the truth stands still) and error near edges, with our
  temporal filter and frame by frame, on a clip of exactly known alpha with the bundled network;
* frames a second of the whole way, and of the way of the vendor's engine on the same network: 320 lines, each batch
  stretched to its own range, the matte enlarged;
* peak memory of a 1080p clip by its length, each in a process of its own (decode, compose, encode; no network).
"""

import argparse
import hashlib
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import skimage.data

from media.config import Matting, RedisSettings, Settings
from media.cutout import CutoutOptions
from media.derived.keys import digest
from media.derived.paths import video_path
from media.records.sources import save_source, source_path
from media.stores.filesystem import FilesystemStore
from media.video.order import VideoOrder
from proxy.commands.embedded_redis import embedded_redis
from tests.video_clips import Scene, write
from tests.worker.video.conftest import alphas, pictures
from worker.matting.matter import Matter, cut
from worker.matting.models import locate, resolve
from worker.matting.photo import Photo
from worker.matting.session import open_session
from worker.services import Services, connect
from worker.video.make_video import work_on_video
from worker.video.network import Range
from worker.video.track import Subject, track

WIDTH, HEIGHT, FRAMES, NOISE = 480, 360, 24, 4.0


def network() -> Matter:
    settings = Matting()
    found = resolve(settings.model, settings.model_dir), locate(settings.model, settings.model_dir)
    return Matter(open_session(*found, settings))


def film(matter: Matter) -> tuple[list[Any], Any]:
    """A photograph's own cutout, moved over a wall; frames and alpha."""
    photo = Photo(np.ascontiguousarray(skimage.data.astronaut()))
    cutout = cut(photo, matter.infer(photo), CutoutOptions(), Matting())
    size = (HEIGHT, HEIGHT)
    colour, matte = cv2.resize(cutout.colour, size).astype(float), cv2.resize(cutout.matte, size) / 255.0
    wall = cv2.resize(skimage.data.brick(), (WIDTH, HEIGHT))[..., None] * np.array([0.5, 0.7, 0.9])
    random, frames, truth = np.random.default_rng(0), [], []
    for number in range(FRAMES):
        left, alpha, front = 10 + 4 * number, np.zeros((HEIGHT, WIDTH)), np.zeros((HEIGHT, WIDTH, 3))
        width = min(HEIGHT, WIDTH - left)
        alpha[:, left : left + width], front[:, left : left + width] = matte[:, :width], colour[:, :width]
        mixed = front * alpha[..., None] + wall * (1 - alpha[..., None]) + random.normal(0, NOISE, front.shape)
        frames.append(np.clip(mixed, 0, 255).astype(np.uint8))
        truth.append(alpha)
    return frames, np.stack(truth)


def made(services: Services, body: bytes, **wanted: Any) -> bytes:
    name = digest(body)
    save_source(services.store, name, body)
    order = VideoOrder(name, **wanted)
    while not work_on_video(services, order):
        pass
    blob = services.store.get(video_path(order.key(services.matting)))
    assert blob is not None
    return blob.body


def quality(services: Services, folder: Path) -> None:
    matter = services.matter
    frames, truth = film(matter)
    random = np.random.default_rng(1)
    still_film = [np.clip(frames[5] + random.normal(0, NOISE, frames[5].shape), 0, 255) for _ in range(12)]
    flickers = [np.abs(np.diff(each[4:].astype(float), axis=0)).mean() for each in _static(services, still_film)]
    print(f"a film in which nothing moves: flicker is {flickers[1] / flickers[0]:.2f} of that frame by frame")
    body = write(folder / "film.mp4", frames, rate=25, pixels="yuv444p").read_bytes()
    started = time.process_time()
    (folder / "ours.mov").write_bytes(made(services, body, format="mov", cutout=CutoutOptions()))
    ours_seconds = time.process_time() - started
    ours = alphas(folder / "ours.mov")
    # As the codec left them: what it costs is no fault of a matte.
    frames = pictures(folder / "film.mp4")
    own = np.stack([by_itself(matter, each) for each in frames]) / 255
    started = time.process_time()
    theirs = np.stack([engine(matter, each) for each in frames])
    theirs_seconds = time.process_time() - started
    still = np.ptp(truth, axis=0) == 0
    soft = [((each > 0.02) & (each < 0.98)).astype(np.uint8) for each in truth]
    edges = np.stack([cv2.dilate(each, np.ones((9, 9))) for each in soft]) > 0
    for name, alpha in (("ours", ours), ("frame by frame", own), ("the engine's way", theirs)):
        flicker = np.abs(np.diff(alpha, axis=0))[:, still].mean()
        error, all_over = np.abs(alpha - truth)[edges].mean(), np.abs(alpha - truth).mean()
        print(f"{name}: flicker {flicker:.5f}, error at edges {error:.4f}, over all {all_over:.4f}")
    rates = FRAMES / ours_seconds, FRAMES / theirs_seconds
    print(f"frames per second of CPU: the whole of ours {rates[0]:.2f}, the engine's mattes alone {rates[1]:.2f}")


def engine(matter: Matter, frame: Any) -> Any:
    height, width = frame.shape[:2]
    small = cv2.resize(frame, (round(width * 320 / height), 320))
    level = matter.infer(Photo(np.ascontiguousarray(small))).saliency
    level = (level - level.min()) / max(float(np.ptp(level)), 1e-6)
    return cv2.resize(level.astype(np.float32), (width, height))


def memory(services: Services, path: Path) -> None:
    with path.open("rb") as file:
        name = hashlib.file_digest(file, "sha256").hexdigest()
        services.store.put_file(source_path(name), file)
    before = peak_kib()
    order = VideoOrder(name, "mp4")
    while not work_on_video(services, order):
        pass
    print(f"{path.stem} frames of 1080p: peak {peak_kib() / 1024:.0f} MiB, {before / 1024:.0f} MiB before", flush=True)


def peak_kib() -> int:
    """Of this program: ``ru_maxrss`` is that of the process that started it, too."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))


def long_film(folder: Path, frames: int) -> Path:
    scene = Scene(1920, 1080, frames=8)
    pictures = Repeated([scene.rgb(number) for number in range(8)], frames)
    options = {"crf": "20", "preset": "ultrafast"}
    return write(folder / f"{frames}.mp4", pictures, rate=25, pixels="yuv420p", options=options)


def by_itself(matter: Matter, frame: Any) -> Any:
    return cut(Photo(frame), matter.infer(Photo(frame)), CutoutOptions(), Matting()).matte


def _static(services: Services, frames: list[Any]) -> tuple[Any, Any]:
    """Mattes frame by frame, and ours."""
    shown = [each.astype(np.uint8) for each in frames]
    own = np.stack([by_itself(services.matter, each) for each in shown])
    subject = Subject(CutoutOptions(), Range())
    return own, np.stack([each.matte for each in track(iter(shown), services.matter, subject, Matting(), None)])


class Repeated(list[Any]):
    """A long clip of few pictures."""

    def __init__(self, pictures: list[Any], count: int) -> None:
        super().__init__(pictures)
        self._count = count

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Any:
        return (self[number % 8] for number in range(self._count))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--frames", type=int, nargs="*", default=[100, 1000])
    parser.add_argument("--memory", type=Path, help="measure this file in this process")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, embedded_redis() as url:
        folder = Path(name)
        settings = Settings(redis=RedisSettings(url=url))
        services = Services(settings, FilesystemStore(folder / "store"), connect(settings.redis), network())
        if chosen.memory:
            memory(services, chosen.memory)
            return
        quality(services, folder)
        for frames in chosen.frames:
            path = long_film(folder, frames)
            subprocess.run([sys.executable, "-m", "tests.benchmarks.video", "--memory", str(path)], check=True)


if __name__ == "__main__":
    main()
