"""work_on_video(): a video, as far as it gets until another queue's turn has come.

Walk::

    work_on_video
      ├ locked(key) · stat                     one worker at a time; made meanwhile? done
      ├ open_clip                              store → file on this disk; its facts, read in a child; what is to be made
      ├ reached                                segments that are there, whoever made them
      ├ _make_segment, one after the other     read → track → compose → encode, each a thread ahead; stored when whole
      │   └ _step                              progress told, the time-out begun anew, cancelled?
      └ _finish                                segments and sound joined; stored under the final name, segments deleted
"""

import contextlib
import logging
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from media.derived.paths import video_path
from media.derived.units import note_made
from media.errors import MediaError
from media.video.order import VideoOrder
from media.work.jobs import MADE, QUEUES, VIDEO_QUEUE, Progress, cancelled_key
from media.work.lanes import waiting_key
from worker.matting.raster import Bytes
from worker.outcomes import tell_progress
from worker.renewal import locked, restart_time_out
from worker.services import Services
from worker.upkeep.marks import check_room, count_stored
from worker.video import parts
from worker.video.clip import Clip, open_clip
from worker.video.compose import composed
from worker.video.encode import Encoder, codec_of
from worker.video.join import Sound, join
from worker.video.parts import Reached
from worker.video.prefetch import prefetched
from worker.video.stability import Memory
from worker.video.track import track

log = logging.getLogger("cutout.worker")

#: A segment ends after so many frames, or so many seconds of work: what a killed worker loses.
SEGMENT_FRAMES = 64
SEGMENT_SECONDS = 15.0
#: A video works so long at least, and ten times what opening it took, before others have their turn.
SLICE_SECONDS = 20.0
OPENING_FACTOR = 10


class Cancelled(Exception):
    """Nobody wants the video any more."""


@dataclass(frozen=True, slots=True)
class Picture:
    """What is encoded of a frame, and what the frame leaves to the next one."""

    pixels: Bytes
    memory: Memory | None = None


@dataclass(slots=True)
class Run:
    """One stretch of work on a video."""

    services: Services
    order: VideoOrder
    key: str
    clip: Clip
    started: float = field(default_factory=time.monotonic)
    made: int = 0

    def step(self, frames: int) -> None:
        """A frame more is made, ``frames`` in all."""
        self.made += 1
        restart_time_out()
        rate = self.made / max(1e-3, time.monotonic() - self.started)
        tell_progress(
            self.services.redis,
            self.services.settings.queue,
            self.key,
            Progress(frames, self.clip.timeline.count, rate),
        )
        if self.services.redis.exists(cancelled_key(self.key)):
            raise Cancelled


def work_on_video(services: Services, order: VideoOrder) -> bool:
    """Whether the video is whole and stored.

    Raises SourceError or RequestError if a source or the order is at fault, Cancelled if it was cancelled.
    """
    key = order.key(services.matting)
    with locked(services.redis, key, services.settings.queue.lease_seconds):
        if services.store.stat(video_path(key)):
            return True
        with tempfile.TemporaryDirectory(prefix="cutout-video-") as folder:
            try:
                check_wanted(services, key)
                return _work(services, order, key, Path(folder))
            except Cancelled:
                services.redis.delete(cancelled_key(key))
                parts.delete_all(services.store, key)
                raise


def check_wanted(services: Services, key: str) -> None:
    """Raises Cancelled if nobody wants the video any more."""
    if services.redis.exists(cancelled_key(key)):
        raise Cancelled


def _work(services: Services, order: VideoOrder, key: str, folder: Path) -> bool:
    check_room(services.redis, services.settings.store, MADE)
    opening = time.monotonic()
    run = Run(services, order, key, open_clip(services, order, folder))
    until = time.monotonic() + max(SLICE_SECONDS, OPENING_FACTOR * (time.monotonic() - opening))
    done = parts.reached(services.store, key)
    with contextlib.closing(prefetched(_pictures(run, done))) as pictures:
        while done.frames < run.clip.timeline.count:
            done = _make_segment(run, pictures, done, folder / "segment")
            if time.monotonic() > until and _others_wait(services):
                return False
    _finish(run, folder)
    return True


def _make_segment(run: Run, pictures: Iterator[Picture], done: Reached, path: Path) -> Reached:
    memory, until = done.memory, time.monotonic() + SEGMENT_SECONDS
    codec = codec_of(run.order.row, run.order.coarser)
    with Encoder(path, codec, run.clip.canvas, run.clip.timeline.rate) as encoder:
        for picture in islice(pictures, SEGMENT_FRAMES):
            encoder.add(picture.pixels)
            memory = picture.memory
            run.step(done.frames + encoder.count)
            if time.monotonic() > until:
                break
    if not encoder.count:
        raise MediaError(f"the video {run.key} ends before its time")
    after = Reached(done.segments + 1, done.frames + encoder.count, memory)
    parts.save(run.services.store, run.key, path, after)
    return after


def _pictures(run: Run, done: Reached) -> Iterator[Picture]:
    """From the frame that is reached on."""
    clip, frames = run.clip, run.clip.frames(done.frames)
    grounds = clip.grounds(done.frames)
    if clip.subject is None:
        for frame in frames:
            yield Picture(composed(run.order, clip.canvas, frame, clip.opaque, next(grounds)))
        return
    services = run.services
    for matted in track(frames, services.matter, clip.subject, services.settings.matting, done.memory):
        pixels = composed(run.order, clip.canvas, matted.colour, matted.matte, next(grounds))
        yield Picture(pixels, matted.memory)


def _finish(run: Run, folder: Path) -> None:
    services, row, key = run.services, run.order.row, run.key
    segments, result = parts.load_all(services.store, key, folder), folder / f"result.{row.extension}"
    total = run.clip.timeline.count
    join(segments, row, run.clip.timeline.rate, _sound(run), result, _ticking(run, total))
    note_made(services.store, run.order.source, "videos", key)
    with result.open("rb") as file:
        services.store.put_file(video_path(key), file)
    count_stored(services.redis, MADE, result.stat().st_size)
    parts.delete_all(services.store, key)
    log.info("video %s of %d frames is made", key[:12], total)


def _ticking(run: Run, total: int) -> Callable[[], None]:
    return lambda: run.step(total)


def _sound(run: Run) -> Sound | None:
    return None if run.order.mute else run.clip.sound


def _others_wait(services: Services) -> bool:
    """Whether another queue has a job: then it is its turn."""
    others = [queue for queue in QUEUES if queue != VIDEO_QUEUE]
    listed: Any = [services.redis.llen(f"rq:queue:{queue}") for queue in others]
    lanes: Any = [services.redis.exists(waiting_key(queue)) for queue in QUEUES]
    return any(listed) or any(lanes)
