"""Every kind of source becomes an upright 8-bit RGB photo of a bounded size."""

import numpy as np
import pytest
import pyvips

from media.errors import LimitExceeded
from worker.matting.photo import Photo, bounded, load_photo

WIDTH, HEIGHT = 24, 16


def corner(interpretation: str = "srgb") -> pyvips.Image:
    """White, with a black block in the top left corner."""
    pixels = np.full((HEIGHT, WIDTH, 3), 255, np.uint8)
    pixels[:8, :8] = 0
    return pyvips.Image.new_from_array(pixels).copy(interpretation=interpretation)


def encoded(image: pyvips.Image, suffix: str = ".png", **options: object) -> bytes:
    return bytes(image.write_to_buffer(suffix, **options))


def animated() -> bytes:
    second = corner().invert().copy(interpretation="srgb")
    frames = pyvips.Image.arrayjoin([corner(), second], across=1).copy()
    frames.set_type(pyvips.GValue.gint_type, "page-height", HEIGHT)
    return encoded(frames, ".gif")


def load(body: bytes) -> Photo:
    return load_photo(body, max_source_pixels=10_000_000, max_pixels=4_194_304)


KINDS = {
    "jpeg": lambda: encoded(corner(), ".jpg", Q=95),
    "grey": lambda: encoded(corner().colourspace("b-w")),
    "grey with alpha": lambda: encoded(corner().colourspace("b-w").bandjoin(255)),
    "16 bit": lambda: encoded(corner().colourspace("rgb16")),
    "cmyk": lambda: encoded(corner().colourspace("cmyk"), ".jpg", Q=95),
    "palette": lambda: encoded(corner(), ".png", palette=True),
    "animated": animated,
    "webp": lambda: encoded(corner(), ".webp", lossless=True),
    "tiff": lambda: encoded(corner(), ".tif"),
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_source_becomes_eight_bit_rgb(kind: str) -> None:
    photo = load(KINDS[kind]())
    assert photo.rgb.shape == (HEIGHT, WIDTH, 3)
    assert photo.rgb.dtype == np.uint8
    assert photo.rgb[2, 2].max() < 60
    assert photo.rgb[12, 20].min() > 220
    assert photo.alpha is None


# Where the stored top left corner is to be seen, as (row, column) of the upright photo.
ORIENTATIONS = {1: (0, 0), 2: (0, -1), 3: (-1, -1), 4: (-1, 0), 5: (0, 0), 6: (0, -1), 7: (-1, -1), 8: (-1, 0)}


@pytest.mark.parametrize("orientation", ORIENTATIONS)
def test_photos_stand_upright(orientation: int) -> None:
    image = corner().copy()
    image.set_type(pyvips.GValue.gint_type, "orientation", orientation)
    photo = load(encoded(image, ".jpg", Q=95))
    assert (photo.width, photo.height) == ((WIDTH, HEIGHT) if orientation < 5 else (HEIGHT, WIDTH))
    dark = {place for place in ((0, 0), (0, -1), (-1, 0), (-1, -1)) if photo.rgb[place].max() < 90}
    assert dark == {ORIENTATIONS[orientation]}


def test_transparency_is_kept_apart() -> None:
    alpha = np.full((HEIGHT, WIDTH), 255, np.uint8)
    alpha[:, 12:] = 7
    photo = load(encoded(corner().bandjoin(pyvips.Image.new_from_array(alpha))))
    assert photo.alpha is not None
    assert np.array_equal(photo.alpha, alpha)


SIZES = [
    # width, height, most pixels → size of the same proportions
    (100, 50, 5000, (100, 50)),
    (100, 50, 1250, (50, 25)),
    (4000, 3000, 4_194_304, (2364, 1773)),
    (3000, 4000, 4_194_304, (1773, 2364)),
    (1, 100, 10, (1, 10)),
    (100_000, 1, 1000, (1000, 1)),
    (1, 1, 1, (1, 1)),
]


@pytest.mark.parametrize(("width", "height", "most", "size"), SIZES)
def test_large_photos_are_bounded_in_proportion(width: int, height: int, most: int, size: tuple[int, int]) -> None:
    assert bounded(width, height, most) == size
    assert size[0] * size[1] <= most


def test_a_photo_over_the_limit_is_scaled_down_with_its_alpha() -> None:
    body = encoded(corner().bandjoin(128))
    photo = load_photo(body, max_source_pixels=1000, max_pixels=96)
    assert photo.rgb.shape == (8, 12, 3)
    assert photo.alpha is not None
    assert set(np.unique(photo.alpha)) == {128}


def test_a_source_over_the_source_limit_is_refused() -> None:
    with pytest.raises(LimitExceeded):
        load_photo(encoded(corner()), max_source_pixels=100, max_pixels=100)
