"""Files beside the picture: fonts and profiles that were uploaded are found, are in the key, and are missed by name."""

import pytest
from pymupdf_fonts import SpaceMono_Bold, SpaceMono_Regular

from tests.pictures import opened, photo
from tests.signing import signed
from tests.stage import Stage

REGULAR, BOLD = SpaceMono_Regular.fontbuffer, SpaceMono_Bold.fontbuffer
URL = "/demo/image/upload/l_text:fonts:ours.ttf_20:Hello/shoe.png"


def upload_file(stage: Stage, body: bytes, public_id: str, delivery_type: str) -> None:
    fields = signed({"public_id": public_id, "type": delivery_type})
    answer = stage.client.post("/v1_1/demo/raw/upload", data=fields, files={"file": (public_id, body)})
    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize("delivery_type", ["authenticated", "upload"])
def test_an_uploaded_font_draws_without_a_signature(stage: Stage, delivery_type: str) -> None:
    stage.upload(photo(), "shoe")
    upload_file(stage, REGULAR, "fonts/ours.ttf", delivery_type)
    answer = stage.client.get(URL)
    assert answer.status_code == 200, answer.headers
    assert opened(answer.content).width == 96


def test_another_font_of_the_same_name_is_another_picture(stage: Stage) -> None:
    stage.upload(photo(), "shoe")
    upload_file(stage, REGULAR, "fonts/ours.ttf", "authenticated")
    first = stage.client.get(URL)
    upload_file(stage, BOLD, "fonts/ours.ttf", "authenticated")
    second = stage.client.get(URL)
    assert first.headers["etag"] != second.headers["etag"]
    assert first.content != second.content


def test_a_missing_font_is_404_and_a_broken_one_400(stage: Stage) -> None:
    stage.upload(photo(), "shoe")
    missing = stage.client.get(URL)
    assert (missing.status_code, "fonts/ours.ttf" in missing.headers["x-cld-error"]) == (404, True)
    upload_file(stage, b"no font at all", "fonts/ours.ttf", "authenticated")
    broken = stage.client.get(URL)
    assert (broken.status_code, "fonts/ours.ttf" in broken.headers["x-cld-error"]) == (400, True)


def test_an_uploaded_profile_is_the_space_of_the_result(stage: Stage) -> None:
    stage.upload(photo(), "shoe")
    url = "/demo/image/upload/cs_icc:print:wide.icc,w_40/shoe.png"
    missing = stage.client.get(url)
    assert (missing.status_code, "print/wide.icc" in missing.headers["x-cld-error"]) == (404, True)
    profile = bytes(opened(photo()).icc_transform("p3", input_profile="srgb").get("icc-profile-data"))
    upload_file(stage, profile, "print/wide.icc", "authenticated")
    answer = stage.client.get(url)
    assert answer.status_code == 200, answer.headers
    assert bytes(opened(answer.content).get("icc-profile-data")) == profile


def test_inks_need_a_format_that_has_them(stage: Stage) -> None:
    stage.upload(photo(), "shoe")
    assert opened(stage.client.get("/demo/image/upload/cs_cmyk/shoe.jpg").content).interpretation == "cmyk"
    refused = stage.client.get("/demo/image/upload/cs_cmyk/shoe.webp")
    assert (refused.status_code, "jpg, tiff, got webp" in refused.headers["x-cld-error"]) == (400, True)
