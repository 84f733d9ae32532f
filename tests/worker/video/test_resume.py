"""A video goes on where it was left: after a kill, another's turn, a cancellation; nothing half is ever there."""

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import redis
from rq import Queue as RqQueue
from rq import Retry
from rq.serializers import JSONSerializer

from media.config import RedisSettings, Settings, StoreSettings
from media.cutout import CutoutOptions
from media.derived.keys import digest
from media.derived.paths import parts_prefix, video_path
from media.records.sources import save_source
from media.stores.filesystem import FilesystemStore
from media.video.order import VideoOrder
from media.work.jobs import Progress, cancelled_key, progress_stream
from tests.fakes import DiscMatter, services_of
from tests.video_clips import Scene, clip
from tests.worker.video.conftest import Shop, alphas
from worker.video import make_video
from worker.video.make_video import Cancelled, work_on_video
from worker.video.parts import reached

LONG = Scene(frames=14, x=lambda number: 0.3 + 0.02 * number)


class Killed(BaseException):
    """As sudden as a signal."""


class MortalMatter(DiscMatter):
    """Dies at an inference, once."""

    dies_at = 0

    def infer(self, photo: object) -> object:  # type: ignore[override]
        made = super().infer(photo)  # type: ignore[arg-type]
        if self.inferences == self.dies_at:
            raise Killed
        return made


@pytest.fixture
def short_segments(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(make_video, "SEGMENT_FRAMES", 4)


def test_a_killed_job_goes_on_from_its_last_segment(shop: Shop, tmp_path: Path, short_segments: None) -> None:
    source = clip(tmp_path / "a.mp4", LONG)
    whole = alphas(shop.make(source))
    mortal = MortalMatter()
    mortal.dies_at = 11
    again = Shop(replace(shop.services, matter=mortal), tmp_path, mortal, count=10)
    order = VideoOrder(digest(source.read_bytes()), "mov", CutoutOptions())
    key = order.key(shop.services.matting)
    shop.services.store.delete(video_path(key))
    with pytest.raises(Killed):
        work_on_video(again.services, order)
    left = reached(shop.services.store, key)
    assert left.segments >= 1
    assert left.frames == 4 * left.segments
    assert shop.services.store.stat(video_path(key)) is None
    made = alphas(again.make(source))
    assert mortal.inferences <= 11 + LONG.frames - left.frames
    assert np.abs(made - whole).max() < 0.02
    assert not list(shop.services.store.keys(parts_prefix(key)))


def test_a_called_off_video_leaves_nothing(shop: Shop, tmp_path: Path) -> None:
    source = shop.keep(clip(tmp_path / "a.mp4").read_bytes())
    order = VideoOrder(source, "mov", CutoutOptions())
    key = order.key(shop.services.matting)
    shop.services.redis.set(cancelled_key(key), 1)
    with pytest.raises(Cancelled):
        work_on_video(shop.services, order)
    assert not [*shop.services.store.keys("parts/"), *shop.services.store.keys("videos/")]
    assert work_on_video(shop.services, order)


def test_progress_is_told(shop: Shop, tmp_path: Path) -> None:
    source = shop.keep(clip(tmp_path / "a.mp4").read_bytes())
    order = VideoOrder(source, "mattekey", CutoutOptions())
    work_on_video(shop.services, order)
    [(_, fields)] = shop.services.redis.xrange(progress_stream(order.key(shop.services.matting)))  # type: ignore[misc]
    progress = Progress.from_fields(fields)
    assert (progress.frames, progress.total, progress.percent) == (6, 6, 99)
    assert progress.rate > 0


_WORKER = """
import sys
from media.config import Queue, RedisSettings, Settings, StoreSettings
from media.stores import open_store
from tests.fakes import BurstWorker, DiscMatter, services_of
from worker import jobs
from worker.video import make_video
import time

class SlowMatter(DiscMatter):
    def infer(self, photo):
        time.sleep(0.05)
        return super().infer(photo)

make_video.SEGMENT_FRAMES = 4
settings = Settings(
    redis=RedisSettings(url=sys.argv[1]), store=StoreSettings(path=sys.argv[2]), queue=Queue(lease_seconds=1)
)
services = services_of(settings, open_store(settings.store), SlowMatter())
jobs.use(services)
worker = BurstWorker(services.redis, settings.queue, functions=jobs.FUNCTIONS, on_last_failure=jobs.give_up)
worker.work(burst=len(sys.argv) < 4)
"""


def test_a_worker_killed_in_the_middle_is_taken_over(redis_url: str, tmp_path: Path) -> None:
    """Two processes, one of them ended by SIGKILL once a segment is stored; the other finishes what is left."""

    from proxy.runtime.queue import JobQueue  # noqa: F401  the message below is what it writes

    store = FilesystemStore(tmp_path / "store")
    body = clip(tmp_path / "a.mp4", LONG).read_bytes()
    save_source(store, digest(body), body)
    settings = Settings(redis=RedisSettings(url=redis_url), store=StoreSettings(path=str(tmp_path / "store")))
    services = services_of(settings, store, DiscMatter())
    order = VideoOrder(digest(body), "mov", CutoutOptions())
    key = order.key(services.matting)
    queue = RqQueue("video", connection=redis.Redis.from_url(redis_url), serializer=JSONSerializer)
    queue.enqueue_call("worker.jobs.video", args=[order.to_json()], job_id=key, retry=Retry(max=2))
    command = [sys.executable, "-c", _WORKER, redis_url, str(tmp_path / "store")]
    first = subprocess.Popen(command, env={**os.environ})
    until = time.monotonic() + 60
    while reached(store, key).segments < 1 and time.monotonic() < until:
        time.sleep(0.05)
    first.send_signal(signal.SIGKILL)
    first.wait()
    left = reached(store, key)
    assert left.segments >= 1
    assert store.stat(video_path(key)) is None
    second = subprocess.Popen([*command, "on"], env={**os.environ})
    while store.stat(video_path(key)) is None and time.monotonic() < until:
        time.sleep(0.1)
    second.terminate()
    second.wait(20)
    assert store.stat(video_path(key)) is not None
    path = tmp_path / "made.mov"
    found = store.get(video_path(key))
    assert found is not None
    path.write_bytes(found.body)
    assert len(alphas(path)) == LONG.frames
