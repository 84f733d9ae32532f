"""What the network says of the frames of a clip, on one scale for all of them.

Some networks' answers are stretched to their own range, photograph by photograph (U²-Net): in a video every frame would
have another scale. Here the range is that of a few frames of the whole clip.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from media.scene.maps import EMPTY_SCENE_MAXIMUM
from worker.matting.maps import Maps
from worker.matting.matter import Matter
from worker.matting.photo import Photo
from worker.matting.raster import Bytes, Floats, resize
from worker.video.stability import SIDE

#: Frames of a clip that its range is read from.
SAMPLES = 8


@dataclass(frozen=True, slots=True)
class Range:
    """What counts as no and as full saliency."""

    low: float = 0.0
    high: float = 1.0


def range_of(matter: Matter, frames: Iterator[Bytes]) -> Range:
    """The range of the answers on ``frames``; the whole one for a network whose answers are not stretched."""
    if not matter.session.model.stretches:
        return Range()
    levels = [maps.saliency for frame in frames for maps in _unstretched(matter).infer_all([Photo(frame)])]
    if not levels or max(float(level.max()) for level in levels) <= EMPTY_SCENE_MAXIMUM:
        return Range()
    return Range(min(float(level.min()) for level in levels), max(float(level.max()) for level in levels))


def answers_on(matter: Matter, frames: Sequence[Bytes], clip: Range, *, with_classes: bool) -> list[Floats]:
    """For each frame n×256×256: its saliency, and the probabilities of the classes if they are wanted and known."""
    return [
        _layers(maps, clip, with_classes) for maps in _unstretched(matter).infer_all([Photo(each) for each in frames])
    ]


def maps_from(answers: Floats) -> Maps:
    saliency, *classes = np.rint(answers * 255).astype(np.uint8)
    return Maps(saliency, np.stack(classes, axis=-1) if classes else None)


def _unstretched(matter: Matter) -> Matter:
    session = matter.session
    if not session.model.stretches:
        return matter
    return replace(matter, session=replace(session, model=replace(session.model, stretches=False)))


def _layers(maps: Maps, clip: Range, with_classes: bool) -> Floats:
    level = np.clip((maps.saliency - clip.low) / (clip.high - clip.low), 0, 1).astype(np.float32)
    classes = maps.classes
    beside = list(np.moveaxis(classes, -1, 0)) if with_classes and classes is not None else []
    return np.stack([resize(np.ascontiguousarray(each), SIDE, SIDE) for each in (level, *beside)])
