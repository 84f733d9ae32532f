"""Variables, conditions, layers and texts from URL to pixels (tests/vectors/cloudinary_sizes.tsv)."""

import numpy as np
import pyvips

from tests.pictures import opened, photo
from tests.proxy.cloudinary.vectors import read_tsv
from tests.stage import Stage


def test_pictures_have_the_sizes_their_authors_expect(stage: Stage) -> None:
    stage.upload(photo(400, 300), "shoe")
    stage.upload(photo(40, 20), "docs/logo")
    rows = read_tsv("cloudinary_sizes.tsv")
    found = {row["transformation"]: _size(stage, row["transformation"]) for row in rows}
    assert found == {row["transformation"]: row["size"] for row in rows}


def _size(stage: Stage, transformation: str) -> str:
    answer = stage.client.get(f"/demo/image/upload/{transformation}/v1/shoe.png")
    if answer.status_code != 200:
        return f"{answer.status_code} {answer.headers.get('x-cld-error')}"
    picture = opened(answer.content)
    return f"{picture.width}x{picture.height}"


def test_a_layer_covers_the_recorded_region_however_large_the_picture(stage: Stage) -> None:
    stage.upload(photo(400, 300), "shoe", custom_coordinates="200,60,80,40")
    stage.upload(bytes(pyvips.Image.black(9, 9, bands=3).copy(interpretation="srgb").pngsave_buffer()), "black")
    for width in (400, 100):
        url = f"/demo/image/upload/w_{width}/l_black,c_scale,w_1.0,h_1.0,fl_region_relative,g_custom/shoe.png"
        picture = opened(stage.client.get(url).content)
        rows, columns = np.nonzero(picture.numpy()[..., 2] == 0)
        found = columns.min(), rows.min(), columns.max() + 1, rows.max() + 1
        assert found == tuple(width * share // 40 for share in (20, 6, 28, 10))
