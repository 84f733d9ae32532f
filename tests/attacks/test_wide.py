"""Pictures longer than a format holds: a sentence, or a smaller picture that was made from a smaller one."""

import pytest
import pyvips

from tests.conftest import Stage

#: WebP and AVIF hold sides of 16,383 pixels, JPEG of 65,500; the PNGs that are sent hold any.
SIDES = [(16_500, 40), (40, 16_500), (70_000, 20), (20, 70_000)]
FORMATS = ("webp", "avif", "jpg", "gif", "jp2", "ico", "png", "tiff", "bmp", "pdf", "eps", "tga")
BROWSER = {"accept": "image/avif,image/webp"}


def strip(width: int, height: int) -> bytes:
    picture = pyvips.Image.black(width, height, bands=3)
    body: bytes = picture.draw_circle([200, 0, 0], width // 2, height // 2, 9, fill=True).pngsave_buffer()
    return body


@pytest.mark.parametrize("side", SIDES)
def test_a_side_that_a_format_does_not_hold_is_a_sentence(stage: Stage, side: tuple[int, int]) -> None:
    stage.upload(strip(*side), "strip")
    urls = [f"strip.{name}" for name in FORMATS] + ["f_auto/strip", "w_1.0/f_auto/strip", "e_sepia/q_auto,f_auto/strip"]
    for url in urls:
        answer = stage.client.get(f"/demo/image/upload/{url}", headers=BROWSER)
        assert answer.status_code == 200 or (400 <= answer.status_code < 500 and answer.headers["x-cld-error"]), url


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("removal", ["e_background_removal", "e_background_removal:fineedges_y"])
def test_a_cutout_is_made_of_a_picture_of_any_side(stage: Stage, side: tuple[int, int], removal: str) -> None:
    stage.upload(strip(*side), "strip")
    url = f"/demo/image/upload/{removal}/c_limit,h_100,w_100/strip.png"
    assert stage.client.get(url).status_code == 423
    stage.work()
    assert stage.client.get(url).status_code == 200
