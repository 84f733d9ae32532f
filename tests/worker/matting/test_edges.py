"""Edges against pictures whose alpha and colours are known to the bit."""

import numpy as np
import pymatting
import pytest
from scipy import ndimage

from media.config import Matting
from media.cutout import CutoutOptions
from tests.worker.matting.pictures import KINDS, SIDE, Picture, picture
from worker.matting import closed_form, guided, refine
from worker.matting.foreground import clean_foreground
from worker.matting.judge import unknown_band
from worker.matting.maps import Maps
from worker.matting.matter import cut
from worker.matting.photo import Photo
from worker.matting.raster import resize

#: What a network sees of the picture: this many pixels, and a blur of its own (pixels).
MAP_SIDE, MAP_BLUR = 72, 0.5
PLAIN = CutoutOptions()
FINE = CutoutOptions(fine_edges=True)
SETTINGS = Matting()


def degraded(truth: Picture) -> Maps:
    small = resize(truth.alpha, MAP_SIDE, MAP_SIDE).astype(np.float32)
    return Maps(np.rint(ndimage.gaussian_filter(small, MAP_BLUR)).astype(np.uint8), None)


def differences(truth: Picture, matte: np.ndarray) -> float:
    """Sum of absolute differences in the unknown band."""
    return float(np.abs(matte / 255 - truth.alpha / 255)[unknown_band(truth.alpha)].sum())


def colour_error(truth: Picture, colour: np.ndarray) -> float:
    """Mean difference from the true foreground where it is half covered, weighted by how visible it is."""
    mixed = (truth.alpha > 12) & (truth.alpha < 243)
    weight = truth.alpha[mixed, None] / 255
    return float((weight * np.abs(colour[mixed].astype(float) - truth.foreground[mixed])).sum() / weight.sum())


@pytest.mark.parametrize("kind", KINDS)
def test_fine_edges_lower_the_error_by_two_fifths(kind: str) -> None:
    truth = picture(kind)
    maps = degraded(truth)
    fine = cut(Photo(truth.rgb), maps, FINE, SETTINGS)
    plain = resize(maps.saliency_bytes, SIDE, SIDE)
    assert differences(truth, fine.matte) <= 0.6 * differences(truth, plain)


@pytest.mark.parametrize("kind", ["hair", "fur", "lace"])
def test_default_edges_beat_plain_upsampling(kind: str) -> None:
    truth = picture(kind)
    maps = degraded(truth)
    default = cut(Photo(truth.rgb), maps, PLAIN, SETTINGS)
    plain = resize(maps.saliency_bytes, SIDE, SIDE)
    assert differences(truth, default.matte) < 0.9 * differences(truth, plain)


@pytest.mark.parametrize("kernel", ["linear", "cubic"])
@pytest.mark.parametrize(("small", "large"), [(16, 32), (26, 61), (208, 1000), (100, 33), (16, 17), (17, 16)])
def test_a_ramp_stays_in_its_place_at_every_size(small: int, large: int, kernel: str) -> None:
    across = ((np.arange(small) + 0.5) / small).astype(np.float32)
    for ramp in (np.tile(across, (4, 1)), np.tile(across[:, None], (1, 4))):
        along = ramp.shape.index(small)
        resized = resize(ramp, *((large, 4) if along else (4, large)), kernel=kernel)
        middle = resized.take(1, axis=1 - along)[large // 4 : -large // 4]
        wanted = ((np.arange(large) + 0.5) / large)[large // 4 : -large // 4]
        assert abs(float((middle - wanted).mean())) < 0.02 / large


PATTERNS = {
    "stripes": lambda y, x: x // 3 % 2 * 255,
    "checks": lambda y, x: (x // 2 + y // 2) % 2 * 255,
    "seams": lambda y, x: (x % 40 < 2) * 255,
    "grey": lambda y, x: 128 + 0 * x,
    "gradient": lambda y, x: x * 255 // 400,
}


@pytest.mark.parametrize("ground", [0, 128, 255])
@pytest.mark.parametrize("pattern", PATTERNS)
def test_colourless_subject_keeps_its_body(pattern: str, ground: int) -> None:
    y, x = np.mgrid[0:400, 0:400]
    inside = np.hypot(y - 200, x - 200) < 120
    grey = np.where(inside, PATTERNS[pattern](y, x), ground).astype(np.uint8)
    maps = Maps(np.rint(inside.reshape(100, 4, 100, 4).mean(axis=(1, 3)) * 255).astype(np.uint8), None)
    kept = cut(Photo(np.repeat(grey[..., None], 3, axis=2)), maps, PLAIN, SETTINGS).matte >= 128
    assert (kept & inside).sum() / (kept | inside).sum() > 0.98


def test_no_window_makes_a_map_of_colourless_extremes_anything_but_numbers() -> None:
    grey = np.random.default_rng(1).choice([0, 255], (64, 64, 1)).astype(np.uint8).repeat(3, axis=2)
    target = np.random.default_rng(2).random((64, 64)).astype(np.float32)
    coefficients = guided.fit(grey, target, radius=2, smoothness=1e-12)
    assert np.isfinite(coefficients.slope).all()
    assert np.isfinite(coefficients.offset).all()
    assert np.abs(guided.apply(coefficients, grey)).max() < 2


def test_a_map_that_its_colours_would_lose_is_given_itself() -> None:
    target = np.zeros((64, 64), np.float32)
    target[16:48, 16:48] = 1
    lost = guided.Coefficients(np.zeros((64, 64, 3), np.float32), np.zeros((64, 64), np.float32))
    guide = np.full((64, 64, 3), 90, np.uint8)
    held = guided.apply(guided.held(lost, guide, target, radius=3), guide)
    assert held[32, 32] == 1
    assert held[2, 2] == 0


@pytest.mark.parametrize("kind", KINDS)
def test_foreground_estimation_halves_the_colour_error(kind: str) -> None:
    truth = picture(kind)
    cleaned = clean_foreground(truth.rgb, truth.alpha, truth.rgb)
    assert colour_error(truth, cleaned) <= 0.5 * colour_error(truth, truth.rgb)


def test_opaque_pixels_keep_their_colour_to_the_bit() -> None:
    truth = picture("hair")
    opaque = truth.alpha == 255
    assert np.array_equal(clean_foreground(truth.rgb, truth.alpha, truth.rgb)[opaque], truth.rgb[opaque])


def test_colours_go_on_smoothly_under_the_transparent_part() -> None:
    truth = picture("fur")
    cleaned = clean_foreground(truth.rgb, truth.alpha, truth.rgb).astype(int)
    outside = ndimage.binary_erosion(truth.alpha == 0, iterations=3)
    steps = np.abs(np.diff(cleaned, axis=0)).max(axis=2)[outside[1:] & outside[:-1]]
    assert np.percentile(steps, 99) <= 6
    assert cleaned[outside].mean(axis=0)[0] > cleaned[outside].mean(axis=0)[2], "the subject's orange, not the blue"


def test_banded_matting_agrees_with_pymatting() -> None:
    truth = picture("fur")
    window = np.s_[30:130, 70:190]
    alpha = truth.alpha[window]
    subject = ndimage.minimum_filter(alpha == 255, 9)
    background = ndimage.minimum_filter(alpha == 0, 9)
    unknown = ~(subject | background)
    trimap = np.where(unknown, 0.5, subject).astype(np.float64)
    colour = truth.rgb[window] / 255
    reference = pymatting.estimate_alpha_cf(colour, trimap)
    assert np.abs(closed_form.solve(colour, trimap, unknown, np.zeros(alpha.shape)) - reference).mean() < 0.002


TRIMAPS = [
    # options, expected share of unknown pixels: larger erosion and wider thresholds widen the band
    (CutoutOptions(foreground_threshold=240, background_threshold=10, erode=0), (0.0, 0.3)),
    (CutoutOptions(foreground_threshold=240, background_threshold=10, erode=20), (0.3, 0.5)),
    (CutoutOptions(erode=40), (0.5, 0.95)),
]


@pytest.mark.parametrize(("options", "share"), TRIMAPS)
def test_thresholds_and_erosion_set_the_unknown_band(options: CutoutOptions, share: tuple[float, float]) -> None:
    ramp = np.clip(np.linspace(-2, 3, 100), 0, 1) * np.ones((100, 1))
    band = refine.trimap(ramp, 100, 100, options, source_pixel=1.0).unknown
    assert share[0] <= band.mean() < share[1]


@pytest.mark.parametrize(
    ("base_size", "max_pixels", "size"), [(0, 10_000, (100, 50)), (60, 10_000, (60, 30)), (0, 1250, (50, 25))]
)
def test_matting_size_is_bounded_by_base_size_and_pixels(
    base_size: int, max_pixels: int, size: tuple[int, int]
) -> None:
    assert refine.matting_size(100, 50, base_size, max_pixels) == size


def test_semitransparency_off_hardens_glass_but_not_the_edge() -> None:
    truth = picture("glass")
    hard = cut(
        Photo(truth.rgb), degraded(truth), CutoutOptions(fine_edges=True, semitransparency=False), Matting()
    ).matte
    pane = ndimage.binary_erosion((truth.alpha > 50) & (truth.alpha < 100), iterations=12)
    assert pane.any()
    assert not hard[pane].any()
    assert ((hard > 0) & (hard < 255)).any()
