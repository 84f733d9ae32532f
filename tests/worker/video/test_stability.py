"""The matte holds still where the film does, and is as exact as the network's own where it moves."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from typing import Any

import cv2
import numpy as np
import pytest

from media.config import Matting
from media.cutout import CutoutOptions
from tests.fakes import FakeSession
from tests.video_clips import Scene
from tests.worker.video.conftest import DoubtfulMatter
from worker.matting.matter import cut
from worker.matting.photo import Photo
from worker.video.network import Range, answers_on, range_of
from worker.video.stability import SIDE, Memory, settle
from worker.video.track import Subject, track

DOUBT = 0.15
FRAMES = 24
#: How much of the flicker without smoothing may be left.
MOST_FLICKER = 1 / 3


def matter_of(scene: Scene) -> Any:
    matter = DoubtfulMatter()
    matter.scene, matter.doubt = scene, DOUBT
    return matter


def followed(scene: Scene) -> Iterator[tuple[Any, Any, Any]]:
    """Frame by frame: the network's own answer, the settled one, the truth; each 256×256."""
    matter, memory = matter_of(scene), None
    for number in range(scene.frames):
        rgb = scene.rgb(number)
        [answer] = answers_on(matter, [rgb], Range(), with_classes=False)
        memory = settle(memory, rgb, answer).memory
        truth = cv2.resize(scene.alpha(number).astype(np.float32), (SIDE, SIDE), interpolation=cv2.INTER_AREA)
        yield answer[0], memory.answers[0], truth


STILL = {
    "nothing moves": Scene(frames=FRAMES, noise=4, width=192, height=128),
    "a subject moves": Scene(frames=FRAMES, noise=4, width=192, height=128, x=lambda number: 0.3 + 0.015 * number),
}
MOVING = {
    "slowly": Scene(frames=FRAMES, width=192, height=128, x=lambda number: 0.3 + 0.01 * number),
    "fast": Scene(frames=FRAMES, width=192, height=128, x=lambda number: 0.2 + 0.03 * number),
    "with noise": Scene(frames=FRAMES, noise=5, width=192, height=128, x=lambda number: 0.2 + 0.02 * number),
    "the camera pans": Scene(frames=FRAMES, width=192, height=128, pan=3),
    "in and out": Scene(frames=FRAMES, width=192, height=128, x=lambda number: -0.3 + 0.07 * number),
}


@pytest.mark.parametrize("name", STILL)
def test_flicker_of_what_stands_still_is_a_third_at_most(name: str) -> None:
    frames = [*followed(STILL[name])][4:]
    own, settled, truth = (np.stack(each) for each in zip(*frames, strict=True))
    still = np.ptp(truth, axis=0) == 0
    flicker = [np.abs(np.diff(each, axis=0))[:, still].mean() for each in (own, settled)]
    assert flicker[1] <= MOST_FLICKER * flicker[0], flicker


def test_the_finished_matte_holds_still_too() -> None:
    """Its edges are found anew in the colours of each frame, and those have noise."""
    matter, scene = matter_of(STILL["nothing moves"]), replace(STILL["nothing moves"], frames=12)
    frames = [scene.rgb(number) for number in range(scene.frames)]
    subject = Subject(CutoutOptions(), Range())
    settled = np.stack([each.matte for each in track(iter(frames), matter, subject, Matting(), None)])[4:].astype(float)
    again = matter_of(scene)
    own = np.stack([cut(Photo(each), again.infer(Photo(each)), CutoutOptions(), Matting()).matte for each in frames])
    flicker = [np.abs(np.diff(each, axis=0)).mean() for each in (own[4:].astype(float), settled)]
    assert flicker[1] <= MOST_FLICKER * flicker[0], flicker


@pytest.mark.parametrize("name", MOVING)
def test_moving_edges_trail_nothing(name: str) -> None:
    frames = [*followed(MOVING[name])][2:]
    own, settled, truth = (np.stack(each) for each in zip(*frames, strict=True))
    near = (
        np.stack([cv2.dilate(((each > 0.02) & (each < 0.98)).astype(np.uint8), np.ones((9, 9))) for each in truth]) > 0
    )
    errors = [np.abs(each - truth)[near].mean() for each in (own, settled)]
    assert errors[1] <= errors[0], errors


def test_a_cut_begins_anew() -> None:
    scene = Scene(frames=6, cut=3)
    memory: Memory | None = None
    cuts = []
    for number in range(scene.frames):
        settled = settle(memory, scene.rgb(number), np.full((1, SIDE, SIDE), 0.5, np.float32))
        memory = settled.memory
        cuts.append(settled.is_cut)
    assert cuts == [True, False, False, True, False, False]


@pytest.mark.parametrize("stretches", [True, False])
def test_a_clip_has_one_scale(stretches: bool) -> None:
    """A network that hesitates: photograph by photograph its answers would be stretched by other amounts."""

    asked = count(1)

    class Hesitant(DoubtfulMatter):
        def infer(self, photo: Photo) -> Any:
            maps = super().infer(photo)
            scale = 0.5 + 0.1 * (next(asked) % 3)
            return type(maps)((maps.saliency_bytes * scale).astype(np.uint8), None)

    matter: Any = Hesitant()
    matter.session = FakeSession(replace(matter.session.model, stretches=stretches))
    clip = range_of(matter, (Scene().rgb(number) for number in range(3)))
    assert (clip.low, round(clip.high, 1)) == ((0, 0.7) if stretches else (0, 1))
    answers = answers_on(matter, [Scene().rgb(0)] * 3, clip, with_classes=False)
    highest = [round(float(each.max()), 1) for each in answers]
    assert (max(highest) == 1.0) == stretches
    assert len(set(highest)) > 1
