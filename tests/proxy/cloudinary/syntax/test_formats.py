"""Every row of the format table over HTTP: as extension, as ``f_``, described, and back as an upload."""

import json

import numpy as np
import pytest

from media.formats.table import EXTENSIONS, FORMATS, sniff
from tests.media.formats.photoshop import PaintedLayer, document
from tests.pictures import opened, photo
from tests.signing import signed
from tests.stage import Stage

WRITTEN = [row.name for row in FORMATS.values() if row.writable]
READ_AGAIN = [name for name in WRITTEN if FORMATS[name].readable]
#: Extensions that Cloudinary's URLs have, too.
NAMED = sorted(set(EXTENSIONS) & {"jpg", "bmp", "ico", "tga", "jp2", "jpc", "pdf", "eps", "ps", "tif", "avif"})


def written_as(name: str) -> str:
    """What a URL says to have a picture in a format; a drawing is made only of what is traced."""
    return f"e_vectorize/f_{name}" if FORMATS[name].traced else f"f_{name}"


@pytest.mark.parametrize("extension", NAMED)
def test_the_extension_chooses_the_format_and_its_type(stage: Stage, extension: str) -> None:
    stage.upload(photo(), "shoe")
    answer = stage.client.get(f"/demo/image/upload/c_scale,w_40/shoe.{extension}")
    assert answer.status_code == 200, answer.headers
    assert answer.headers["content-type"].partition(";")[0] == EXTENSIONS[extension].mime
    assert sniff(answer.content) is EXTENSIONS[extension]


@pytest.mark.parametrize("name", WRITTEN)
def test_every_format_is_described(stage: Stage, name: str) -> None:
    stage.upload(photo(), "shoe")
    facts = stage.client.get(f"/demo/image/upload/c_fill,h_30,w_40/{written_as(name)}/fl_getinfo/shoe").json()["output"]
    assert (facts["format"], facts["width"], facts["height"]) == (name, 40, 30)


def test_an_eager_document_is_measured(stage: Stage) -> None:
    fields = signed({"public_id": "shoe", "eager": "c_fill,h_30,w_40/pdf|c_fill,h_30,w_40/eps"})
    answer = stage.client.post("/v1_1/demo/image/upload", data=fields, files={"file": photo()})
    made = [(each["format"], each["width"], each["height"]) for each in answer.json()["eager"]]
    assert made == [("pdf", 40, 30), ("eps", 40, 30)], json.dumps(answer.json())


@pytest.mark.parametrize("name", READ_AGAIN)
def test_what_was_delivered_can_be_uploaded(stage: Stage, name: str) -> None:
    stage.upload(photo(), "shoe")
    body = stage.client.get(f"/demo/image/upload/c_scale,w_40/f_{name}/shoe").content
    answer = stage.client.post("/v1_1/demo/image/upload", data=signed({"public_id": "again"}), files={"file": body})
    assert (answer.json()["format"], answer.json()["width"]) == (name, 40)
    again = stage.client.get("/demo/image/upload/c_scale,w_20/again.png")
    assert again.status_code == 200, again.headers


@pytest.mark.parametrize("name", sorted(set(WRITTEN) - set(READ_AGAIN)))
def test_a_document_is_stored_raw_and_never_as_an_image(stage: Stage, name: str) -> None:
    stage.upload(photo(), "shoe")
    body = stage.client.get(f"/demo/image/upload/{written_as(name)}/shoe").content
    refused = stage.client.post("/v1_1/demo/image/upload", data=signed({"public_id": "a"}), files={"file": body})
    assert 400 <= refused.status_code < 500
    assert f"{name} are written here, but not read" in refused.json()["error"]["message"]
    kept = stage.client.post("/v1_1/demo/auto/upload", data=signed({"public_id": "b"}), files={"file": body})
    assert kept.json()["resource_type"] == "raw"


WITH_LAYERS = document(
    [np.full((40, 60), value, np.uint8) for value in (250, 120, 10)],
    (PaintedLayer("Sky, sea", (200, 20, 20), (10, 0, 30, 30)), PaintedLayer("Möwe", (20, 200, 20), (10, 20, 30, 50))),
)
MERGED, SKY, GULL = (250, 120, 10), (200, 20, 20), (20, 200, 20)
#: What is asked of a Photoshop file → a place in the answer, and its colour.
LAYERS = [
    ("art.png", (5, 20), MERGED),
    ("pg_1/art.png", (5, 20), MERGED),
    ("pg_2/art.png", (5, 20), SKY),
    ("pg_3/c_scale,w_30/art.png", (20, 10), GULL),
    ("pg_name:M%C3%B6we/art.png", (40, 20), GULL),
    ("pg_name:M%25C3%25B6we/art.png", (40, 20), GULL),
    ("pg_name:Sky%252C%20sea;M%C3%B6we/art.png", (5, 20), SKY),
    ("l_art,pg_2/fl_layer_apply,g_north_west/art.png", (5, 20), SKY),
]


@pytest.mark.parametrize(("path", "place", "expected"), LAYERS)
def test_layers_of_a_photoshop_file_are_chosen(
    stage: Stage, path: str, place: tuple[int, int], expected: tuple[int, int, int]
) -> None:
    stage.upload(WITH_LAYERS, "art")
    answer = stage.client.get(f"/demo/image/upload/{path}")
    assert answer.status_code == 200, answer.headers
    assert tuple(opened(answer.content).getpoint(*place))[:3] == expected


def test_a_photoshop_file_itself_is_delivered_under_its_extension(stage: Stage) -> None:
    stage.upload(WITH_LAYERS, "art")
    for path in ("art", "art.psd"):
        answer = stage.client.get(f"/demo/image/upload/{path}")
        assert (answer.content, answer.headers["content-type"]) == (WITH_LAYERS, FORMATS["psd"].mime)
    for path in ("w_10/art.psd", "f_psd/art"):
        assert stage.client.get(f"/demo/image/upload/{path}").status_code in (400, 415)


def test_a_photograph_has_no_layers_with_names(stage: Stage) -> None:
    stage.upload(photo(), "shoe")
    refused = stage.client.get("/demo/image/upload/pg_name:Sky/shoe.png")
    assert (refused.status_code, "needs a Photoshop file" in refused.headers["x-cld-error"]) == (400, True)
