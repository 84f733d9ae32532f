"""A worker without a queue: a store in memory, a network that sees the disc of a scene as its clip has it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
import pytest

from media.config import Settings
from media.cutout import CutoutOptions
from media.derived.keys import digest
from media.derived.paths import video_path
from media.records.sources import save_source
from media.stores.memory import MemoryStore
from media.video.order import VideoOrder
from tests.fakes import MAP_SIDE, DiscMatter, services_of
from tests.video_clips import Scene
from worker.matting.maps import Maps
from worker.matting.photo import Photo
from worker.services import Services
from worker.video.make_video import work_on_video


class DoubtfulMatter(DiscMatter):
    """Sees the disc of a scene, with another doubt in every frame: blobs of ``doubt`` in each answer."""

    scene = Scene()
    doubt = 0.0

    def infer(self, photo: Photo) -> Maps:
        number, self.inferences = self.inferences, self.inferences + 1
        alpha = cv2.resize(
            self.scene.alpha(number).astype(np.float32), (MAP_SIDE, MAP_SIDE), interpolation=cv2.INTER_AREA
        )
        blobs = np.random.default_rng(number).normal(0, 1, (8, 8)).astype(np.float32)
        return Maps(_bytes(alpha + self.doubt * cv2.resize(blobs, (MAP_SIDE, MAP_SIDE))), None)


def _bytes(level: Any) -> Any:
    return np.rint(np.clip(level, 0, 1) * 255).astype(np.uint8)


@dataclass
class Shop:
    services: Services
    folder: Path
    matter: DiscMatter
    count: int = 0
    made: list[str] = field(default_factory=list)

    def keep(self, body: bytes) -> str:
        name = digest(body)
        save_source(self.services.store, name, body)
        return name

    def make(self, source: Path | str, name: str = "mov", **wanted: Any) -> Path:
        """The result of an order, as a file."""
        kept = self.keep(source.read_bytes()) if isinstance(source, Path) else source
        order = VideoOrder(kept, name, **{"cutout": CutoutOptions(), **wanted})
        while not work_on_video(self.services, order):
            pass
        blob = self.services.store.get(video_path(order.key(self.services.matting)))
        assert blob is not None
        self.count += 1
        path = self.folder / f"made-{self.count}.{order.row.extension}"
        path.write_bytes(blob.body)
        return path


@pytest.fixture
def shop(settings: Settings, tmp_path: Path) -> Shop:
    matter = DiscMatter()
    return Shop(services_of(settings, MemoryStore(), matter), tmp_path, matter)


@pytest.fixture
def doubtful(settings: Settings, tmp_path: Path) -> Callable[[Scene, float], Shop]:
    def made(scene: Scene, doubt: float) -> Shop:
        matter = DoubtfulMatter()
        matter.scene, matter.doubt = scene, doubt
        return Shop(services_of(settings, MemoryStore(), matter), tmp_path, matter)

    return made


def alphas(path: Path) -> Any:
    """N×H×W, 0…1, of a ProRes file."""
    with av.open(str(path)) as container:
        return np.stack([frame.to_ndarray(format="rgba")[..., 3] for frame in container.decode(video=0)]) / 255


def pictures(path: Path) -> list[Any]:
    """H×W×3 frames."""
    with av.open(str(path)) as container:
        return [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]
