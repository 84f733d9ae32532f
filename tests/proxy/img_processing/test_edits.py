"""Every edit makes a new image; every bad body is a list of sentences."""

from typing import Any

import pytest

from media import errors
from proxy.dialects.img_processing.envelope import envelope
from proxy.dialects.img_processing.schema import FIELDS
from proxy.dialects.img_processing.vocabulary import EDITS
from tests.pictures import opened, photo
from tests.proxy.img_processing.conftest import Library

#: action, body → width, height, format of the result. The source is a photograph of 96×64.
ROWS: list[tuple[str, dict[str, Any], tuple[int, int, str]]] = [
    ("remove-background", {}, (96, 64, "png")),
    ("convert", {"format": "png"}, (96, 64, "png")),
    ("convert", {"format": "jpg", "quality": 40}, (96, 64, "jpeg")),
    ("convert", {"format": "webp"}, (96, 64, "webp")),
    ("resize", {"width": 40, "height": 40}, (40, 40, "jpeg")),
    ("resize", {"width": 48}, (48, 32, "jpeg")),
    ("resize", {"height": 128, "fit": "cover"}, (192, 128, "jpeg")),
    ("resize", {"width": 40, "height": 40, "fit": "cover", "position": "top-left"}, (40, 40, "jpeg")),
    ("resize", {"width": 40, "height": 40, "fit": "contain", "position": "bottom"}, (40, 40, "jpeg")),
    ("resize", {"width": 40, "height": 40, "fit": "contain", "letterbox_color": "transparent"}, (40, 40, "png")),
    ("crop", {"x1": 10, "y1": 5, "x2": 30, "y2": 60}, (20, 55, "jpeg")),
    ("rotate", {"angle": 90}, (64, 96, "jpeg")),
    ("rotate", {"angle": 3.141592653589793, "unit": "radians"}, (96, 64, "jpeg")),
    ("mirror", {"mode": "both"}, (96, 64, "jpeg")),
    ("blur", {}, (96, 64, "jpeg")),
    ("blur", {"sigma": 1000}, (96, 64, "jpeg")),
    ("modulate", {"brightness": -50, "saturation": 20, "exposure": 10, "contrast": -100}, (96, 64, "jpeg")),
    ("modulate", {"brightness": 0.5, "saturation": 0.5, "hue": 120}, (96, 64, "jpeg")),
    ("modulate", {}, (96, 64, "jpeg")),
]


@pytest.mark.parametrize(("action", "body", "expected"), ROWS, ids=[f"{row[0]}-{row[1]}" for row in ROWS])
def test_an_edit_makes_a_new_image(
    library: Library, action: str, body: dict[str, Any], expected: tuple[int, int, str]
) -> None:
    image = library.upload(name="kept")
    answer = library.edit(image, action, **body)
    made = answer.json()
    assert (answer.status_code, made["name"], made["url"]) == (201, "kept", None), made
    assert (made["width"], made["height"], made["format"]) == expected
    assert made["id"] != image["id"]
    picture = library.picture(made)
    assert (picture.width, picture.height) == expected[:2]
    assert library.ask("GET", f"/v1/images/{image['id']}").json() == image


def test_every_call_with_fields_has_a_chain_and_a_row() -> None:
    assert set(FIELDS) == set(EDITS) == {action for action, _, _ in ROWS} | {"watermark"}


def test_a_cutout_stays_transparent_through_later_edits(library: Library) -> None:
    cut = library.edit(library.upload(), "remove-background", name="cut").json()
    assert cut["name"] == "cut"
    small = library.picture(library.edit(cut, "resize", width=48).json())
    assert (small.bands, small[3](0, 0), small[3](24, 16)) == (4, [0], [255])
    flat = library.picture(library.edit(cut, "convert", format="jpeg").json())
    assert flat(0, 0) == [255, 255, 255]
    assert library.stage.matter.inferences == 1


def test_rotation_paints_the_corners_black_unless_told(library: Library) -> None:
    image = library.upload()
    corner = library.picture(library.edit(image, "rotate", angle=45).json())(1, 1)
    assert max(corner) < 20
    red = library.picture(library.edit(image, "rotate", angle=45, background_color="#ff0000").json())(1, 1)
    assert (red[0] > 230, red[1] < 30) == (True, True)


@pytest.mark.parametrize(
    ("mark", "inside", "outside"),
    [
        ({"left": 10, "top": 20}, (12, 22), (30, 22)),
        ({"left": 10, "top": 20, "width": 40}, (45, 22), (55, 22)),
        ({"repetition_mode": "repeat"}, (90, 60), None),
        ({"left": 10, "top": 20, "repetition_mode": "repeat_x"}, (2, 22), (2, 40)),
        ({"left": 10, "top": 20, "repetition_mode": "repeat_y"}, (12, 60), (30, 60)),
        ({"left": 90, "top": 60}, (95, 63), (80, 50)),
    ],
)
def test_watermarks_stand_where_they_are_told(
    library: Library, mark: dict[str, Any], inside: tuple[int, int], outside: tuple[int, int] | None
) -> None:
    logo = library.upload(_white(), "logo")
    image = library.upload(photo(format_name="png"))
    answer = library.edit(image, "watermark", watermarks=[{"id": logo["id"], **mark}])
    picture = library.picture(answer.json())
    assert (picture.width, picture.height) == (96, 64)
    assert picture(*inside)[:3] == [255, 255, 255]
    assert outside is None or picture(*outside)[:3] != [255, 255, 255]


def _white() -> bytes:
    picture = opened(photo(10, 10, "png")).new_from_image([255, 255, 255])
    return bytes(picture.cast("uchar").copy(interpretation="srgb").write_to_buffer(".png"))


@pytest.mark.parametrize(
    ("action", "body", "fault"),
    [
        ("convert", {"format": "jpeg", "quality": 101}, "quality must be an integer 1..100, got 101"),
        ("convert", {"format": "bmp"}, 'format must be one of jpeg, jpg, png, webp, got "bmp"'),
        ("convert", {}, "format is required: one of jpeg, jpg, png, webp"),
        ("resize", {}, "width or height must be given"),
        ("resize", {"width": 0}, "width must be an integer 1..10000, got 0"),
        ("resize", {"width": "40"}, 'width must be an integer 1..10000, got "40"'),
        ("resize", {"width": True}, "width must be an integer 1..10000, got true"),
        ("resize", {"width": 40, "wdth": 1}, "wdth is not a parameter of this call"),
        ("resize", {"width": 40, "letterbox_color": "blurple"}, "letterbox_color must be a colour name"),
        ("crop", {"x1": 0.5, "y1": 0, "x2": 10, "y2": 10}, "x1 must be an integer 0..1000000, got 0.5"),
        ("crop", {"x1": 10, "y1": 0, "x2": 10, "y2": 10}, "x1 must be less than x2"),
        ("crop", {"x1": 0, "y1": 0, "x2": 97, "y2": 10}, "the crop must lie within the 96×64 image, got 97,10"),
        ("rotate", {"angle": "90"}, "angle must be a number"),
        ("rotate", {"angle": 1, "unit": "turns"}, "unit must be one of degrees, radians"),
        ("mirror", {"mode": "diagonal"}, "mode must be one of horizontal, vertical, both"),
        ("blur", {"sigma": -1}, "sigma must be a number 0.05..1000, got -1"),
        ("modulate", {"hue": 120.5}, "hue must be an integer"),
        ("watermark", {"watermarks": []}, "watermarks must be a list of 1..20 watermarks, got []"),
        ("watermark", {"watermarks": [{"id": "../x"}]}, "watermarks.id must be an image id"),
        ("mirror", {"mode": "both", "name": "x" * 31}, "name must be a text of 1..30 characters"),
    ],
)
def test_a_bad_body_is_a_list_of_sentences(library: Library, action: str, body: dict[str, Any], fault: str) -> None:
    answer = library.edit(library.upload(), action, **body)
    document = answer.json()
    assert (answer.status_code, document["error"], document["status"]) == (400, "Bad Request", 400)
    assert document["type"] == "https://docs.img-processing.com/errors/bad-request"
    assert any(sentence.startswith(fault) for sentence in document["errors"]), document


@pytest.mark.parametrize(
    ("body", "status"), [(b"", 400), (b"[]", 400), (b"{", 400), (b'{"name": NaN}', 400), (b"{}", 201)]
)
def test_json_must_be_an_object(library: Library, body: bytes, status: int) -> None:
    path = f"/v1/images/{library.upload()['id']}/blur"
    answer = library.ask("POST", path, content=body, headers={"content-type": "application/json"})
    assert answer.status_code == status


@pytest.mark.parametrize("query", [{"take": "0"}, {"take": "101"}, {"take": "ten"}, {"from": "image_x"}])
def test_a_list_refuses_bad_bounds(library: Library, query: dict[str, str]) -> None:
    assert library.ask("GET", "/v1/images", params=query).status_code == 400


@pytest.mark.parametrize(
    "body", [b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"GIF89a", b"%PDF", photo(format_name="tiff")]
)
def test_only_the_three_formats_are_taken(library: Library, body: bytes) -> None:
    answer = library.ask("POST", "/v1/images/upload", data={"name": "a"}, files={"image": ("a.png", body)})
    assert (answer.status_code, answer.json()["error"]) == (415, "Unsupported Media Type")


def test_a_name_and_a_file_are_required(library: Library) -> None:
    answer = library.ask("POST", "/v1/images/upload", files={"image": photo()})
    assert answer.json()["errors"] == ["name is required: a text of 1..30 characters"]
    answer = library.ask("POST", "/v1/images/upload", data={"name": "a"})
    assert answer.json()["errors"] == ["image is required: a jpeg, png or webp file"]


def test_generative_calls_are_not_implemented(library: Library) -> None:
    path = f"/v1/images/{library.upload()['id']}"
    for each in ("/v1/images/imagine", f"{path}/visualize", f"{path}/extract-text", f"{path}/extract-formatted-text"):
        answer = library.ask("POST", each, json={"prompt": "a cat"})
        assert (answer.status_code, answer.json()["error"]) == (501, "Not Implemented")


def test_every_class_of_error_is_said_in_the_vendors_words() -> None:
    for kind in vars(errors).values():
        if isinstance(kind, type) and issubclass(kind, errors.MediaError):
            made = envelope(kind("why"))
            assert made.status >= 400
            assert (b"why" in made.body) == kind.public
            assert ("Retry-After" in made.headers) == issubclass(kind, errors.Retryable)
