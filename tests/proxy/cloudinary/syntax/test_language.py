"""Variables, conditions, layers and texts from URL to pixels (tests/vectors/cloudinary_sizes.tsv)."""

import numpy as np
import numpy.typing as npt
import pytest
import pyvips
from scipy import ndimage  # type: ignore[import-untyped]

from tests.pictures import opened, photo
from tests.proxy.cloudinary.vectors import read_tsv, read_yaml
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


def test_a_layer_is_measured_by_the_regions_it_lies_on(stage: Stage) -> None:
    recorded = {"custom_coordinates": "100,60,200,120", "face_coordinates": "0,0,40,30|200,150,80,60"}
    stage.upload(photo(400, 300), "shoe", **recorded)
    stage.upload(bytes(pyvips.Image.black(9, 9, bands=3).copy(interpretation="srgb").pngsave_buffer()), "black")
    for row in read_yaml("cloudinary_layers.yaml")["regions"]:
        picture = opened(stage.client.get(f"/demo/image/upload/{row['transformation']}/shoe.png").content)
        boxes = _black_boxes(picture.numpy()[..., 2] == 0)
        assert np.array(boxes) == pytest.approx(np.array(row["boxes"]), abs=row.get("within", 0)), row


def _black_boxes(black: "npt.NDArray[np.bool_]") -> list[list[int]]:
    """Left, top, right, bottom of every black part."""
    parts = ndimage.find_objects(ndimage.label(black)[0])
    return [[columns.start, rows.start, columns.stop, rows.stop] for rows, columns in parts]
