"""Automatic quality is searched for each picture, within bounds."""

import numpy as np
import pytest
import pyvips

from media.formats.automatic.quality import BOUNDS, TARGETS, encoder_quality, sample, similarity
from media.formats.table import FORMATS
from media.raster.picture import Picture
from tests.media import pictures


def noisy(sigma: float) -> Picture:
    grain = pyvips.Image.gaussnoise(400, 300, mean=0, sigma=sigma, seed=3)
    return Picture(((pictures.colours(400, 300) + grain).cast("uchar").copy(interpretation="srgb").copy_memory(),))


@pytest.mark.parametrize("name", BOUNDS)
def test_found_quality_lies_within_the_bounds_of_its_level(name: str) -> None:
    for level, bounds in BOUNDS[name].items():
        found = encoder_quality(noisy(2), FORMATS[name], f"auto:{level}")
        assert bounds.low <= found <= bounds.high


def test_flat_areas_get_less_than_texture() -> None:
    flat = Picture((pictures.colours(400, 300).crop(0, 0, 40, 40).resize(10).copy_memory(),))
    for level in TARGETS:
        assert encoder_quality(flat, FORMATS["jpg"], f"auto:{level}") <= BOUNDS["jpg"][level].low + 2
    assert encoder_quality(noisy(2), FORMATS["jpg"], "auto:low") > BOUNDS["jpg"]["low"].low + 2


def test_numbers_are_taken_as_they_are_and_lossless_formats_have_none() -> None:
    assert encoder_quality(noisy(2), FORMATS["jpg"], 37) == 37
    assert encoder_quality(noisy(2), FORMATS["png"], "auto:low") == 0


def test_levels_are_ordered() -> None:
    assert list(TARGETS.values()) == sorted(TARGETS.values(), reverse=True)
    for levels in BOUNDS.values():
        assert [each.high for each in levels.values()] == sorted((each.high for each in levels.values()), reverse=True)


def test_similarity_is_one_for_equals_and_falls_with_noise() -> None:
    first = np.asarray(noisy(0.1).frames[0][1].numpy(), dtype=np.float32)
    second = np.asarray(noisy(8).frames[0][1].numpy(), dtype=np.float32)
    assert similarity(first, first) == pytest.approx(1)
    assert similarity(first, second) < 0.95


@pytest.mark.parametrize(("width", "height"), [(1, 1), (7, 900), (900, 7), (128, 128), (129, 2000)])
def test_pictures_of_any_shape_have_a_sample(width: int, height: int) -> None:
    seen = sample(pictures.colours(width, height))
    assert seen.width <= 128
    assert seen.height <= 128
    assert encoder_quality(Picture((pictures.colours(width, height),)), FORMATS["webp"], "auto") > 0
