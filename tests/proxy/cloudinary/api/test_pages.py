"""How many pages a source has: in the upload's answer, the details, the facts of a delivery, and in conditions."""

import numpy as np
import pytest

from tests.media import pictures
from tests.media.formats import photoshop
from tests.media.formats.photoshop import PaintedLayer
from tests.pictures import opened
from tests.proxy.cloudinary.api.conftest import Api, ok

LAYER = PaintedLayer("one", (9, 9, 9), (0, 0, 30, 20))
#: what → the source and its pages: frames, pages of a document, the whole picture and its layers
SOURCES = {
    "a still": (pictures.jpeg(), 1),
    "a gif": (pictures.animation(".gif", frames=4), 4),
    "a webp": (pictures.animation(".webp", frames=5), 5),
    "a tiff of one page": (pictures.document((60, 40)), 1),
    "a tiff of three pages": (pictures.document((60, 40), (60, 40), (60, 40)), 3),
    "a Photoshop file": (photoshop.document([np.zeros((20, 30), np.uint8)] * 3, [LAYER, LAYER]), 3),
}


@pytest.mark.parametrize("name", SOURCES)
def test_pages_are_counted_and_decided_by(api: Api, name: str) -> None:
    body, count = SOURCES[name]
    uploaded = ok(api.post("image/upload", {"public_id": "shoe"}, files={"file": body}))
    assert uploaded["pages"] == api.admin("GET", "resources/image/upload/shoe")["pages"] == count
    delivery = "/demo/image/upload"
    facts = api.stage.client.get(f"{delivery}/w_20/fl_getinfo/shoe.png").json()
    assert facts["input"]["pages"] == count
    answer = api.stage.client.get(f"{delivery}/if_pc_eq_{count},w_10/if_else,w_20/shoe.png")
    assert opened(answer.content).width == 10
    answer = api.stage.client.get(f"{delivery}/w_30/if_pc_gt_{count},w_10/if_else,w_20/shoe.png")
    assert opened(answer.content).width == 20


def test_a_page_of_a_tiff_is_chosen(api: Api) -> None:
    body = pictures.document((60, 40), (60, 40), (60, 40))
    ok(api.post("image/upload", {"public_id": "scan"}, files={"file": body}))
    for page, color in ((1, [255, 0, 0]), (2, [0, 255, 0]), (3, [0, 0, 255])):
        answer = api.stage.client.get(f"/demo/image/upload/pg_{page},w_30/scan.png")
        assert opened(answer.content)(3, 3) == color
    refused = api.stage.client.get("/demo/image/upload/pg_4/scan.png")
    assert refused.status_code == 400
    assert "1..3" in refused.headers["x-cld-error"]


#: transformation of a document of 120×80, 60×90 and 200×10 pixels → the size of the result
SIZES = {
    "pg_1": (120, 80),
    "pg_2": (60, 90),
    "pg_3": (200, 10),
    "pg_2;3": (60, 90),
    "pg_2,w_30": (30, 45),
    "pg_2/c_scale,w_0.5": (30, 45),
    "pg_3/c_fill,w_20,h_10": (20, 10),
    "pg_3/c_crop,w_150,h_5": (150, 5),
    "pg_2/if_w_gt_100,w_10/if_else,w_20": (20, 30),
    "pg_3/if_w_gt_100,w_10/if_else,w_20": (10, 1),
    "if_w_gt_100/w_10/if_else/w_20/if_end/pg_2": (20, 30),
    "if_w_gt_100,w_10/if_else,w_20": (10, 7),
    "pg_2/$side_w_mul_0.5/w_$side": (30, 45),
    "w_0.5/pg_3": (100, 5),
}  # fmt: skip


@pytest.mark.parametrize("transformation", SIZES)
def test_a_page_has_a_size_of_its_own(api: Api, transformation: str) -> None:
    body = pictures.document((120, 80), (60, 90), (200, 10))
    ok(api.post("image/upload", {"public_id": "scan"}, files={"file": body}))
    answer = api.stage.client.get(f"/demo/image/upload/{transformation}/scan.png")
    assert answer.status_code == 200, answer.headers
    assert (opened(answer.content).width, opened(answer.content).height) == SIZES[transformation]
