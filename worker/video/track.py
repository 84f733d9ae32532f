"""Frames → frames with their mattes: a batch through the network, settled by the frames before, cut as photographs are.

Without alpha matting heads and hair are not solved frame by frame: what the colours decide between two frames alike
differs by a little, and in a film that little is seen.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice

from media.config import Matting
from media.cutout import CutoutOptions
from worker.matting.matter import Matter, cut
from worker.matting.photo import Photo
from worker.matting.raster import Bytes
from worker.video.network import Range, answers_on, maps_from
from worker.video.prefetch import prefetched
from worker.video.stability import NO_MATTE, Memory, settle, settle_matte


@dataclass(frozen=True, slots=True)
class Matted:
    """A frame with the subject's ``colour`` (H×W×3), continued under its ``matte`` (H×W), and what it leaves behind."""

    colour: Bytes
    matte: Bytes
    memory: Memory


@dataclass(frozen=True, slots=True)
class Subject:
    """What is to be kept of a clip."""

    options: CutoutOptions
    clip: Range


def track(
    frames: Iterator[Bytes], matter: Matter, subject: Subject, settings: Matting, memory: Memory | None
) -> Iterator[Matted]:
    last: tuple[Bytes, Matted] | None = None
    before = memory.matte if memory else NO_MATTE
    for frame, settled in prefetched(_settled(frames, matter, subject, memory)):
        # A frame that is shown twice is cut once.
        if last is None or last[0] is not frame:
            cutout = cut(Photo(frame), maps_from(settled.answers), subject.options, settings)
            before = settle_matte(before, cutout.matte, settled)
            last = frame, Matted(cutout.colour, before, replace(settled, matte=before))
        yield last[1]


def _settled(
    frames: Iterator[Bytes], matter: Matter, subject: Subject, memory: Memory | None
) -> Iterator[tuple[Bytes, Memory]]:
    last: Bytes | None = None
    with_classes = bool(subject.options.hints)
    while batch := list(islice(frames, max(1, matter.session.max_batch))):
        answers = answers_on(matter, batch, subject.clip, with_classes=with_classes)
        for frame, answer in zip(batch, answers, strict=True):
            if memory is None or frame is not last:
                memory = settle(memory, frame, answer).memory
            last = frame
            yield frame, memory
