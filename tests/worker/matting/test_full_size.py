"""A cutout has its photograph's size, its pixels in their place, and is the same in tiles as in one piece."""

import numpy as np
import pytest
from scipy import ndimage

from media.config import Limits, Matting
from media.cutout import CutoutOptions
from media.derived.cutouts import load_cutout, save_cutout
from media.formats.cutout import open_cutout
from media.language.chain import Chain, Output, Step
from media.operations import step
from media.render.plan import plan
from media.render.render import render
from media.stores.memory import MemoryStore
from tests.media import pictures
from tests.media.rendering import files, opened
from worker.cutouts import encode
from worker.matting import guided, refine
from worker.matting.maps import Maps
from worker.matting.matter import cut
from worker.matting.photo import load_photo
from worker.matting.raster import Bytes, resize, to_vips
from worker.matting.tiles import SIDE, tiles, touched

WIDTH, HEIGHT = 2600, 1730
SETTINGS = Matting(device="cpu")
CROPS = [(0, 0, 300, 200), (777, 501, 333, 251), (1200, 800, 200, 150), (2300, 1530, 300, 200)]


def disc(side: int = 208) -> Maps:
    axis = np.linspace(-1, 1, side)
    return Maps(((axis[:, None] ** 2 + axis**2 < 0.5) * 255).astype(np.uint8), None)


@pytest.fixture(scope="module")
def body() -> bytes:
    """More than four megapixels."""
    return pictures.jpeg(WIDTH, HEIGHT)


@pytest.mark.parametrize(("pixels", "size"), [(SETTINGS.max_input_pixels, (WIDTH, HEIGHT)), (4_194_304, (2510, 1670))])
def test_cutout_has_the_size_of_its_source_within_the_configured_pixels(
    body: bytes, pixels: int, size: tuple[int, int]
) -> None:
    photo = load_photo(body, max_source_pixels=100_000_000, max_pixels=pixels)
    made = cut(photo, disc(), CutoutOptions(), SETTINGS)
    assert made.matte.shape == size[::-1]
    assert made.colour.shape == (*size[::-1], 3)


@pytest.mark.parametrize(
    ("pixels", "noise"), [(SETTINGS.max_input_pixels, 12), (4_194_304, 40)], ids=["full", "scaled"]
)
def test_pixel_crop_after_a_removal_is_the_crop_of_the_originals_place(body: bytes, pixels: int, noise: int) -> None:
    original = load_photo(body, max_source_pixels=100_000_000, max_pixels=SETTINGS.max_input_pixels)
    photo = load_photo(body, max_source_pixels=100_000_000, max_pixels=pixels)
    store = MemoryStore()
    save_cutout(store, "key", encode(cut(photo, disc(), CutoutOptions(), SETTINGS), photo.scaled_from))
    stored = load_cutout(store, "key")
    assert stored is not None
    for left, top, width, height in CROPS:
        place = {"x": str(left), "y": str(top), "width": str(width), "height": str(height)}
        chain = Chain((step("background_removal"), step("crop", gravity="north_west", **place)), Output(("png",)))
        source = open_cutout(stored, max_pixels=100_000_000)
        rendered = opened(render(plan(chain, source.info, Limits()), source, files({})).body).first_frame().numpy()
        here = np.s_[top : top + height, left : left + width]
        assert rendered.shape == (height, width, 4)
        solid = rendered[..., 3] == 255
        # Colours are kept as JPEG of quality 95, so they differ by its noise; a shift by one pixel shows at the edges.
        away = np.abs(rendered[..., :3].astype(int) - original.rgb[here])[solid]
        assert not solid.any() or (away.mean() < 1.5 and np.percentile(away, 99) <= noise)


def textured(height: int, width: int) -> Bytes:
    noise = np.random.default_rng(3).integers(0, 256, (height // 8 + 1, width // 8 + 1, 3), dtype=np.uint8)
    return resize(noise, width, height)


@pytest.mark.parametrize("size", [(3, 5), (SIDE, SIDE), (SIDE + 1, 3 * SIDE - 1), (5 * SIDE + 7, 4 * SIDE)])
def test_a_matte_in_tiles_is_the_matte_in_one_piece(size: tuple[int, int]) -> None:
    height, width = size
    photo, saliency = textured(height, width), ndimage.gaussian_filter(disc().saliency, 1)
    coefficients = refine.followed(resize(photo, *refine.guide_size(width, height)), saliency)
    whole = (guided.spread(coefficients, to_vips(photo)) - 0.25).numpy().reshape(height, width) * 2
    drawn = refine.default_matte(photo, saliency, coefficients)
    assert np.abs(drawn / 255 - np.clip(whole, 0, 1)).max() <= 1 / 255


@pytest.mark.parametrize(("width", "height"), [(1, 1), (SIDE, SIDE), (SIDE + 1, 2 * SIDE), (1000, 333)])
def test_every_pixel_is_of_one_tile(width: int, height: int) -> None:
    count = np.zeros((height, width), int)
    for tile in tiles(width, height):
        count[tile.place] += 1
    assert (count == 1).all()
    assert len(list(touched(np.ones((3, 3), np.bool_), width, height))) == len(list(tiles(width, height)))


@pytest.mark.parametrize(
    ("steps", "size"),
    [
        ((), (WIDTH, HEIGHT)),
        ((step("fit", width="1300", height="865"),), (1300, 865)),
        ((step("scale", width="2550"),), (2550, 1697)),
        ((step("crop", width="0.5", height="0.5"),), (1300, 865)),
    ],
    ids=["whole", "smaller", "between", "share"],
)
def test_a_cutout_that_was_scaled_down_counts_in_pixels_of_its_source(
    body: bytes, steps: tuple[Step, ...], size: tuple[int, int]
) -> None:
    photo = load_photo(body, max_source_pixels=100_000_000, max_pixels=1_000_000)
    stored = encode(cut(photo, disc(), CutoutOptions(), SETTINGS), photo.scaled_from)
    source = open_cutout(stored, max_pixels=100_000_000)
    chain = Chain((step("background_removal"), *steps), Output(("png",)))
    made = opened(render(plan(chain, source.info, Limits()), source, files({})).body)
    assert (made.info.width, made.info.height) == size
