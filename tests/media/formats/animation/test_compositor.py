"""Only what is seen is decoded, and nothing that a later frame hides or takes back."""

import numpy as np
import pytest

from media.formats.animation.compositor import CLEAR, LEAVE, OVER, REVERT, SOURCE, Frame, composed
from media.geometry import Box, Size

CANVAS = Size(4, 2)
FULL, CORNER = Box(0, 0, 4, 2), Box(0, 0, 1, 1)


def key(disposal: int = LEAVE) -> Frame:
    return Frame(FULL, 100, disposal, SOURCE)


def patch(disposal: int = LEAVE) -> Frame:
    return Frame(CORNER, 100, disposal, OVER)


#: frames, those asked for → those decoded
DECODED = [
    ([key(), key(), key()], [2], [2]),
    ([key(), patch(), patch()], [0], [0]),
    ([key(), patch(), patch()], [2], [0, 1, 2]),
    ([key(), patch(), key(), patch()], [3], [2, 3]),
    ([key(), patch(REVERT), patch()], [2], [0, 2]),
    ([key(), patch(CLEAR), patch()], [2], [0, 2]),
    ([key(CLEAR), patch(), patch()], [2], [1, 2]),
    ([patch(), Frame(FULL, 100, CLEAR, OVER), patch()], [2], [2]),
    ([patch(), Frame(FULL, 100, CLEAR, OVER), patch()], [1], [0, 1]),
    ([patch(), key(REVERT), patch()], [2], [0, 2]),
    ([patch(), Frame(Box(0, 0, 9, 9), 100, LEAVE, SOURCE), patch()], [2], [1, 2]),
    ([patch(), Frame(Box(0, 0, 4, 1), 100, LEAVE, SOURCE), patch()], [2], [0, 1, 2]),
    ([key(), patch(), key(), patch(), key(), patch()], [1, 5], [0, 1, 4, 5]),
    ([key(), patch(), patch()], [2, 0, 2], [0, 1, 2]),
    ([key()] * 5, range(5), [0, 1, 2, 3, 4]),
]


@pytest.mark.parametrize(("frames", "numbers", "decoded"), DECODED)
def test_only_what_is_seen_is_decoded(frames: list[Frame], numbers: list[int], decoded: list[int]) -> None:
    asked: list[int] = []

    def read(number: int) -> np.ndarray:
        asked.append(number)
        return np.full((frames[number].box.height, frames[number].box.width, 4), 255, np.uint8)

    assert len(list(composed(frames, CANVAS, numbers, read))) == len(set(numbers))
    assert asked == decoded


@pytest.mark.parametrize("seed", range(30))
def test_a_frame_alone_is_what_it_is_among_all(seed: int) -> None:
    chance = np.random.default_rng(seed)
    boxes = [Box(*(int(value) for value in chance.integers((0, 0, 0, 0), (3, 2, 5, 3)))) for _ in range(8)]
    frames = [
        Frame(FULL if chance.random() < 0.3 else box, 100, int(chance.integers(3)), int(chance.integers(2)))
        for box in boxes
    ]
    pixels = [chance.integers(0, 256, (frame.box.height, frame.box.width, 4), np.uint8) for frame in frames]
    together = list(composed(frames, CANVAS, range(8), pixels.__getitem__))
    for number in range(8):
        (alone,) = composed(frames, CANVAS, [number], pixels.__getitem__)
        assert np.array_equal(alone, together[number])
