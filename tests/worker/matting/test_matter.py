"""From a photo to its cutout: what every photo and every option must give."""

import numpy as np
import pytest

from media.config import Matting
from media.cutout import CutoutOptions
from worker.matting.confidence import NOTHING_FOUND, agreement, confidence
from worker.matting.hints import Selection
from worker.matting.maps import Maps, maps_of
from worker.matting.matter import Matter, cut
from worker.matting.models import locate, resolve
from worker.matting.photo import Photo
from worker.matting.raster import resize
from worker.matting.session import Answer, open_session
from worker.matting.subject import cleaned, with_solid_areas

SETTINGS = Matting(device="cpu")
OPTIONS = [
    CutoutOptions(),
    CutoutOptions(fine_edges=True),
    CutoutOptions(hints=("cat", "dog")),
    CutoutOptions(fine_edges=True, foreground_threshold=200, background_threshold=20, erode=5, base_size=50),
    CutoutOptions(semitransparency=False),
]
SIZES = [(1, 1), (1, 40), (40, 1), (2, 2), (3, 300)]


@pytest.fixture(scope="module")
def matter() -> Matter:
    return Matter(open_session(resolve("cutout", ""), locate("cutout", ""), SETTINGS))


def disc(side: int = 200) -> tuple[Photo, Maps]:
    """A red disc on grey, and the maps of a network that finds it and calls it a cat."""
    y, x = np.mgrid[0:side, 0:side] / side - 0.5
    inside = np.hypot(y, x) < 0.3
    rgb = np.where(inside[..., None], (200, 40, 30), (110, 112, 118)).astype(np.uint8)
    small = inside[:: side // 50, :: side // 50]
    classes = np.zeros((*small.shape, 21), np.uint8)
    classes[..., 8], classes[..., 0] = small * 255, ~small * 255
    return Photo(rgb), Maps((small * 255).astype(np.uint8), classes)


@pytest.mark.parametrize("options", OPTIONS, ids=CutoutOptions.to_json)
@pytest.mark.parametrize("size", SIZES)
def test_smallest_photos_get_a_cutout_of_their_size(size: tuple[int, int], options: CutoutOptions) -> None:
    random = np.random.default_rng(1)
    photo = Photo(random.integers(0, 256, (*size, 3), dtype=np.uint8))
    maps = Maps(random.integers(0, 256, (48, 48), dtype=np.uint8), random.integers(0, 99, (6, 6, 21), dtype=np.uint8))
    cutout = cut(photo, maps, options, SETTINGS)
    assert cutout.matte.shape == size
    assert cutout.colour.shape == (*size, 3)
    assert 0 <= cutout.confidence <= 1


@pytest.mark.parametrize("options", OPTIONS, ids=CutoutOptions.to_json)
def test_cutouts_from_stored_and_from_fresh_maps_are_equal(matter: Matter, options: CutoutOptions) -> None:
    photo, _ = disc()
    fresh = matter.infer(photo)
    stored = Maps.unpack(fresh.pack())
    first, second = (cut(photo, maps, options, SETTINGS) for maps in (fresh, stored))
    assert np.array_equal(first.matte, second.matte)
    assert np.array_equal(first.colour, second.colour)
    assert first.confidence == second.confidence


def test_photos_in_one_batch_get_the_answers_they_get_alone(matter: Matter) -> None:
    photos = [Photo(np.full((30, 40, 3), shade, np.uint8)) for shade in (0, 90, 255)]
    together = matter.infer_all(photos)
    assert [maps.pack() for maps in together] == [matter.infer(photo).pack() for photo in photos]


@pytest.mark.parametrize("shade", [0, 128, 255])
def test_an_empty_scene_gives_an_empty_cutout_and_low_confidence(matter: Matter, shade: int) -> None:
    photo = Photo(np.full((90, 120, 3), shade, np.uint8))
    cutout = cut(photo, matter.infer(photo), CutoutOptions(), SETTINGS)
    assert cutout.matte.max() == 0
    assert cutout.confidence == NOTHING_FOUND


def test_a_faint_answer_is_not_scaled_up_to_a_subject() -> None:
    faint = np.random.default_rng(1).uniform(0, 0.25, (20, 20)).astype(np.float32)
    assert maps_of(Answer(faint, None), stretches=True).saliency.max() < 0.26
    strong = np.linspace(0.1, 0.6, 400, dtype=np.float32).reshape(20, 20)
    assert maps_of(Answer(strong, None), stretches=True).saliency.max() == 1.0


def test_alpha_of_the_source_stays_transparent() -> None:
    photo, maps = disc()
    alpha = np.full(photo.rgb.shape[:2], 255, np.uint8)
    alpha[:, :100] = 0
    cutout = cut(Photo(photo.rgb, alpha), maps, CutoutOptions(), SETTINGS)
    assert cutout.matte[:, :100].max() == 0
    assert cutout.matte[100, 120] == 255


def test_a_class_that_is_not_in_the_picture_gives_nothing_with_low_confidence() -> None:
    photo, maps = disc()
    cutout = cut(photo, maps, CutoutOptions(hints=("bus",)), SETTINGS)
    assert cutout.matte.max() == 0
    assert cutout.confidence == NOTHING_FOUND


def test_islands_and_pinholes_are_cleaned_and_real_holes_stay() -> None:
    saliency = np.zeros((60, 60), np.float32)
    saliency[10:50, 10:50] = 0.95
    saliency[20:23, 20:23] = 0.3  # a slip
    saliency[30:36, 30:36] = 0.0  # a hole one can see through
    saliency[2:4, 2:4] = 0.9  # an island
    clean = with_solid_areas(cleaned(saliency))
    assert clean[21, 21] >= 0.5
    assert clean[33, 33] == 0
    assert clean[2, 2] == 0


@pytest.mark.parametrize(("second", "kept"), [(0.95, True), (0.7, False)])
def test_second_thing_is_kept_where_the_network_is_sure_of_it(second: float, kept: bool) -> None:
    saliency = np.zeros((60, 60), np.float32)
    saliency[10:50, 5:35] = 0.95
    saliency[30:50, 42:56] = second
    assert bool(cleaned(saliency)[40, 50] > 0) is kept


def test_only_thing_is_kept_whatever_the_doubt() -> None:
    saliency = np.zeros((60, 60), np.float32)
    saliency[10:50, 5:35] = 0.7
    assert cleaned(saliency)[30, 20] > 0


def test_confidence_falls_with_the_doubt_of_the_network() -> None:
    saliency = np.zeros((50, 50), np.float32)
    scores = []
    for level, rest in ((0.99, 0.0), (0.9, 0.02), (0.7, 0.1), (0.55, 0.3)):
        saliency[:], saliency[10:40, 10:40] = rest, level
        scores.append(confidence(Selection(saliency, saliency)))
    assert scores == sorted(scores, reverse=True)
    assert scores[0] > 0.95
    assert scores[-1] < 0.5


def test_confidence_says_if_a_matte_lost_a_region_of_its_map() -> None:
    saliency = np.zeros((50, 50), np.float32)
    saliency[10:40, 10:40] = 1
    matte = (resize(saliency, 300, 400) > 0.5) * np.uint8(255)
    lost = matte.copy()
    lost[:200] = 0
    assert agreement(matte, saliency) == 1
    assert agreement(lost, saliency) < 0.7
