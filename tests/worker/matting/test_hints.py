"""Hints on drawn maps: two squares of known classes, one of them salient, or both."""

import numpy as np
import pytest

from media.scene.classes import CLASSES, OBJECTS
from worker.matting.confidence import confidence
from worker.matting.hints import select, with_whole_bodies
from worker.matting.maps import Maps

LEFT, RIGHT = np.s_[10:40, 6:30], np.s_[10:40, 50:74]
SHAPE = (50, 80)


def scene(left: str, right: str, salient: str) -> Maps:
    saliency = np.zeros(SHAPE, np.uint8)
    classes = np.zeros((*SHAPE, 21), np.uint8)
    classes[..., 0] = 255
    for name, place, side in ((left, LEFT, "left"), (right, RIGHT, "right")):
        classes[place][..., 0] = 0
        classes[place][..., CLASSES.index(name)] = 255
        if side in salient:
            saliency[place] = 240
    return Maps(saliency, classes[::2, ::2])


ROWS = [
    # left, right, salient, hints → keeps left, keeps right, found
    ("cat", "dog", "left right", (), True, True, True),
    ("cat", "dog", "left right", ("cat",), True, False, True),
    ("cat", "dog", "left right", ("dog",), False, True, True),
    ("cat", "dog", "left right", ("cat", "dog"), True, True, True),
    ("cat", "dog", "left right", ("bus",), False, False, False),
    ("cat", "dog", "left", ("cat",), True, False, True),
    ("cat", "dog", "left", ("dog",), False, True, True),
    ("cat", "background", "left right", ("cat",), True, False, True),
    ("dining-table", "potted-plant", "left right", ("dining_table",), True, False, True),
    ("dining-table", "potted-plant", "left right", ("potted-plant", "cow"), False, True, True),
]


@pytest.mark.parametrize(("left", "right", "salient", "hints", "keeps_left", "keeps_right", "found"), ROWS)
def test_hints_keep_the_asked_classes_of_the_salient_subject(
    left: str, right: str, salient: str, hints: tuple[str, ...], keeps_left: bool, keeps_right: bool, found: bool
) -> None:
    selection = select(scene(left, right, salient), hints)
    kept = selection.saliency > 0.5
    assert (kept[25, 18], kept[25, 62]) == (keeps_left, keeps_right)
    assert selection.found == found


CANDIDATES = [
    # what the class map says of the subject, the hint, whether the subject is the answer
    ({}, "chair", True),
    ({"chair": 30}, "chair", True),
    ({"chair": 40, "sofa": 60}, "chair", False),
    ({"cat": 250}, "chair", False),
    ({"cat": 30}, "chair", True),
    ({"cat": 60}, "chair", False),
]


@pytest.mark.parametrize(("named", "hint", "is_kept"), CANDIDATES)
def test_the_only_candidate_is_the_answer_if_the_class_map_has_no_other_name_for_it(
    named: dict[str, int], hint: str, is_kept: bool
) -> None:
    maps = scene("background", "background", "left")
    classes = maps.class_bytes.copy()
    classes[..., 0] = 255 - sum(named.values())
    for name, value in named.items():
        classes[..., CLASSES.index(name)] = value
    selection = select(Maps(maps.saliency_bytes, classes), (hint,))
    assert (selection.found, selection.named) == (is_kept, not is_kept)
    assert bool(selection.saliency[25, 18] > 0.5) is is_kept
    if is_kept:
        plain = confidence(select(maps, ()))
        assert 0.6 * plain < confidence(selection) < 0.9 * plain


def test_a_model_without_a_class_head_keeps_the_salient_subject() -> None:
    maps = Maps(np.full(SHAPE, 200, np.uint8), None)
    assert np.array_equal(select(maps, ("cat",)).saliency, maps.saliency)


@pytest.mark.parametrize("name", OBJECTS)
def test_every_object_name_is_a_class_of_the_network_in_both_spellings(name: str) -> None:
    maps = scene(name, "background", "left")
    for spelling in (name, name.replace("-", "_")):
        assert select(maps, (spelling,)).saliency[25, 18] > 0.5


def test_coarse_class_regions_take_the_outline_of_the_subject() -> None:
    maps = scene("cat", "background", "left")
    saliency = maps.saliency_bytes.copy()
    saliency[10:40, 27:30] = 0
    kept = select(Maps(saliency, maps.class_bytes), ("cat",)).saliency > 0.5
    assert kept[25, 25]
    assert not kept[25, 28]


@pytest.mark.parametrize(
    ("name", "covered", "filled"),
    [("person", 0.95, True), ("cat", 0.95, True), ("chair", 0.95, False), ("person", 0.3, False)],
)
def test_hole_in_a_body_that_is_kept_is_filled(name: str, covered: float, filled: bool) -> None:
    saliency = np.zeros((96, 96), np.float32)
    saliency[16:80, 24:72] = covered
    saliency[40:52, 40:52] = 0.2
    classes = np.zeros((48, 48, 21), np.uint8)
    classes[8:40, 12:36, CLASSES.index(name)] = 255
    whole = with_whole_bodies(Maps((saliency * 255).astype(np.uint8), classes), saliency)
    assert bool(whole[46, 46] > 0.9) is filled
    assert whole[5, 5] == 0


@pytest.mark.parametrize("touches", [True, False])
def test_bystander_of_the_same_class_is_not_taken_for_a_hole(touches: bool) -> None:
    saliency = np.zeros((96, 96), np.float32)
    saliency[16:80, 8:48] = 0.95
    classes = np.zeros((96, 96, 21), np.uint8)
    classes[16:80, 8:48, CLASSES.index("person")] = 255
    classes[30:80, 48 if touches else 52 : 80, CLASSES.index("person")] = 255
    whole = with_whole_bodies(Maps((saliency * 255).astype(np.uint8), classes), saliency)
    assert whole[50, 66] == 0
    assert whole[50, 30] > 0.9
