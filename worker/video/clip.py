"""A clip, opened: its file on this disk, the frames to be made, what is kept of it and what lies beneath."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import count, repeat
from pathlib import Path

import numpy as np

from media.config import Limits
from media.errors import LimitExceeded, RequestError, SourceError
from media.formats.source import open_source
from media.records.sources import load_source, retired_path, source_path
from media.stores.store import Store, copy
from media.video.facts import VideoFacts, read_facts
from media.video.order import VideoOrder
from worker.matting.raster import Bytes, from_vips
from worker.services import Services
from worker.video.audio import Span
from worker.video.compose import Canvas, canvas_of, fitted_grounds
from worker.video.join import GIF_MOST_RATE, Sound
from worker.video.network import SAMPLES, range_of
from worker.video.reader import Timeline, read
from worker.video.track import Subject

#: The engine makes GIFs of ten frames a second.
GIF_RATE = 10


@dataclass(frozen=True, slots=True)
class Footage:
    """A video file on this disk."""

    path: Path
    facts: VideoFacts
    max_pixels: int

    def frames(self, timeline: Timeline, first: int = 0) -> Iterator[Bytes]:
        return read(self.path, self.facts, timeline, first=first, max_pixels=self.max_pixels)


@dataclass(frozen=True, slots=True)
class Clip:
    footage: Footage
    timeline: Timeline
    canvas: Canvas
    subject: Subject | None
    beneath: Bytes | Footage | None
    sound: Sound | None

    def frames(self, first: int) -> Iterator[Bytes]:
        return self.footage.frames(self.timeline, first)

    @property
    def opaque(self) -> Bytes:
        facts = self.footage.facts
        return np.full((facts.height, facts.width), 255, np.uint8)

    def grounds(self, first: int) -> Iterator[Bytes | None]:
        """What lies beneath each frame from ``first`` on; a video is shown again from its beginning at its end."""
        if self.beneath is None:
            return repeat(None)
        if not isinstance(self.beneath, Footage):
            return repeat(next(fitted_grounds(iter([self.beneath]), self.canvas)))
        return fitted_grounds(self._looped(self.beneath, first), self.canvas)

    def _looped(self, beneath: Footage, first: int) -> Iterator[Bytes]:
        own = _whole(beneath.facts, self.timeline.rate)
        for turn in count():
            yield from beneath.frames(own, first % own.count if turn == 0 else 0)


def open_clip(services: Services, order: VideoOrder, folder: Path) -> Clip:
    """Raises SourceError or LimitExceeded for a file that is at fault, RequestError for an order that does not fit."""
    limits = services.settings.limits
    footage = _footage(services.store, order.source, folder / "source", limits)
    timeline = timeline_of(order, footage.facts, limits.max_video_frames)
    beneath = _beneath(services, order, folder)
    canvas = canvas_of(order, footage.facts.width, footage.facts.height)
    return Clip(
        footage, timeline, canvas, _subject(services, order, footage), beneath, _sound(timeline, footage, beneath)
    )


def timeline_of(order: VideoOrder, facts: VideoFacts, most: int) -> Timeline:
    """Raises RequestError if nothing is left, LimitExceeded for more than ``most`` frames: a few frames of a file may
    last for a century, and a job that makes frames is never late."""
    rate = Fraction(order.rate).limit_denominator(1001) if order.rate else facts.rate
    if order.row.codec == "gif":
        rate = min(rate, Fraction(GIF_MOST_RATE if order.rate else GIF_RATE))
    seconds = facts.duration - order.start
    if seconds <= 0:
        raise RequestError(f"The part must begin within the video's {facts.duration:.2f} seconds, got {order.start:g}.")
    seconds = min(seconds, order.duration or seconds)
    frames = max(1, round(seconds * rate))
    frames = min(frames, order.frame_limit or frames)
    if frames > most:
        raise LimitExceeded(f"A video has at most {most} frames, got {frames} in {seconds:g} seconds.")
    return Timeline(rate, facts.start + order.start, frames)


def _whole(facts: VideoFacts, rate: Fraction) -> Timeline:
    return Timeline(rate, facts.start, max(1, round(facts.duration * rate)))


def _footage(store: Store, digest: str, path: Path, limits: Limits) -> Footage:
    with path.open("wb") as file:
        found = copy(store, source_path(digest), file) or copy(store, retired_path(digest), file)
    if not found:
        raise SourceError("The source is no longer in the store.")
    return Footage(path, read_facts(path, limits), limits.max_video_pixels)


def _beneath(services: Services, order: VideoOrder, folder: Path) -> Bytes | Footage | None:
    if not order.beneath:
        return None
    limits = services.settings.limits
    if order.beneath_moves:
        return _footage(services.store, order.beneath, folder / "beneath", limits)
    body = load_source(services.store, order.beneath)
    if body is None:
        raise SourceError("The picture to lay beneath is no longer in the store.")
    picture = open_source(body, max_pixels=limits.max_source_pixels).first_frame()
    return np.asarray(from_vips(picture.flatten(background=255) if picture.hasalpha() else picture))


def _subject(services: Services, order: VideoOrder, footage: Footage) -> Subject | None:
    if order.cutout is None:
        return None
    spread = Timeline(Fraction(SAMPLES) / Fraction(footage.facts.duration), footage.facts.start, SAMPLES)
    samples = (next(footage.frames(spread, number)) for number in range(SAMPLES))
    return Subject(order.cutout, range_of(services.matter, samples))


def _sound(timeline: Timeline, footage: Footage, beneath: Bytes | Footage | None) -> Sound | None:
    """As the engine does: over a video the sound is that video's, if it has any."""
    seconds = float(timeline.count / timeline.rate)
    if isinstance(beneath, Footage) and beneath.facts.tracks:
        span = Span(beneath.facts.start, beneath.facts.start + seconds)
        return Sound(beneath.path, span, beneath.max_pixels)
    if not footage.facts.tracks:
        return None
    return Sound(footage.path, Span(timeline.start, timeline.start + seconds), footage.max_pixels)
