"""Faces that look at the camera are found, and only where the network sees a person."""

import numpy as np
import pytest
from skimage import data

from worker.matting.faces import PERSON, find_faces
from worker.matting.maps import Maps
from worker.matting.photo import Photo

SALIENCY = np.zeros((32, 32), np.uint8)


def seen_as_person(share: float) -> Maps:
    classes = np.zeros((16, 16, 21), np.uint8)
    classes[..., PERSON] = round(255 * share)
    return Maps(SALIENCY, classes)


@pytest.mark.parametrize("maps", [Maps(SALIENCY, None), seen_as_person(0.9)], ids=["no class map", "a person"])
def test_face_of_an_astronaut_is_found(maps: Maps) -> None:
    (face,) = find_faces(Photo(data.astronaut(), None), maps)
    assert face == pytest.approx((0.34, 0.11, 0.53, 0.32), abs=0.06)


def test_face_where_the_network_sees_no_person_is_dropped() -> None:
    assert find_faces(Photo(data.astronaut(), None), seen_as_person(0.1)) == []


@pytest.mark.parametrize("shape", [(1, 1), (1, 400), (400, 1), (3000, 40)])
def test_there_is_no_face_in_a_strip(shape: tuple[int, int]) -> None:
    assert find_faces(Photo(np.full((*shape, 3), 90, np.uint8), None), Maps(SALIENCY, None)) == []


def test_there_is_no_face_in_a_cup_of_coffee() -> None:
    assert find_faces(Photo(data.coffee(), None), Maps(SALIENCY, None)) == []
