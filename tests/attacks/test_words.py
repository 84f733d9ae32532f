"""Bad input is a sentence: rows that were a 500 once, and their neighbours."""

from typing import Any

import httpx
import pytest

from tests.conftest import Stage
from tests.pictures import photo
from tests.signing import signed

CREDENTIALS = ("demo-key", "demo-secret")
ADMIN = "/v1_1/demo/"
PICTURE = "/demo/image/upload/shoe.jpg"
LONG = "9" * 5000
#: Not numbers to us, whatever Unicode calls them.
ODD_NUMBERS = ("²", "٣", "１", LONG, "9" * 16, "-1", "1e3", "0x10", "1_0", " 1", "")


def latin(text: str) -> bytes:
    """A header's value as raw bytes: clients send what they like."""
    return text.encode("utf-8")


@pytest.fixture
def filled(stage: Stage) -> Stage:
    stage.upload(photo(), "shoe")
    return stage


@pytest.mark.parametrize("number", ODD_NUMBERS)
def test_a_header_with_an_odd_number_is_as_good_as_none(filled: Stage, number: str) -> None:
    plain = filled.client.get(PICTURE).content
    for name, form in (
        ("range", "bytes={}-"),
        ("range", "bytes=-{}"),
        ("range", "bytes=0-{}"),
        ("prefer", "wait={}"),
        ("sec-ch-dpr", "{}"),
        ("sec-ch-width", "{}"),
        ("width", "{}"),
        ("dpr", "{}"),
        ("content-length", "{}"),
        ("accept", "image/webp;q={}"),
    ):
        answer = filled.client.get(PICTURE, headers={name: latin(form.format(number))})
        assert answer.status_code in (200, 206, 416), (name, number, answer.status_code)
        assert answer.status_code != 200 or answer.content == plain


COORDINATES = ("²,1,1,1", "1,1,1,٣", f"{LONG},1,1,1", "1,1,1", "-1,0,1,1", "1.5,0,1,1", "a,b,c,d")


@pytest.mark.parametrize("name", ["face_coordinates", "custom_coordinates"])
@pytest.mark.parametrize("text", COORDINATES)
def test_coordinates_are_whole_pixels(stage: Stage, name: str, text: str) -> None:
    answer = send(stage, "image/upload", {name: text, "public_id": "x"}, files={"file": photo()})
    assert (answer.status_code, answer.json()["error"]["message"][:20]) == (400, "Invalid coordinates ")


@pytest.mark.parametrize("number", [*ODD_NUMBERS[:-1], "0"])
def test_a_parameter_with_an_odd_number_is_refused_by_name(filled: Stage, number: str) -> None:
    for path in ("resources/image", "upload_presets", "transformations", "folders"):
        answer = filled.client.get(ADMIN + path, params={"max_results": number}, auth=CREDENTIALS)
        assert answer.status_code == 400, (path, answer.text)
        assert "max_results" in answer.json()["error"]["message"]


@pytest.mark.parametrize("number", ODD_NUMBERS[:8])
def test_a_signed_time_is_a_number(stage: Stage, number: str) -> None:
    for name in ("timestamp", "expires_at"):
        answer = send(stage, "image/destroy", {"public_id": "x", name: number})
        assert answer.status_code in (200, 400, 401), answer.text


def send(stage: Stage, action: str, fields: dict[str, str], **more: Any) -> httpx.Response:
    answer: httpx.Response = stage.client.post(f"{ADMIN}{action}", data=signed(fields), **more)
    return answer


FORM = {"content-type": "application/x-www-form-urlencoded"}
BODIES = {
    "deep": "[" * 100_000,
    "deep objects": '{"a":' * 30_000,
    "deep in a field": '{"context":' + '{"a":' * 40 + "1" + "}" * 41,
    "many lists": '{"a":[' + "[]," * 60_000 + "[]]}",
    "half a pair": '{"public_id":"\\ud800","tags":"\\udfff"}',
    "half a pair as a name": '{"\\ud800":"x"}',
    "no UTF-8": b'{"tags":"\xff\xfe"}',
    "NaN": '{"tags":NaN}',
    "a number without end": '{"tags":' + LONG + "}",
    "a list": "[1,2]",
    "a text": '"x"',
    "a list for a text": '{"public_id":["a"],"name":["a"],"expression":["a"],"uri":["a"],"token":["a"]}',
    "an object for a text": '{"public_id":{"a":1},"name":{"a":1},"expression":{"a":1},"uri":{},"token":{}}',
    "lists in lists": '{"tags":[["a"]],"public_ids":[["a"]],"assets_to_relate":[{"a":[1]}],"sort_by":[[1]]}',
}
CALLS = (
    ("POST", "resources/search"),
    ("POST", "upload_presets"),
    ("POST", "transformations"),
    ("POST", "triggers"),
    ("POST", "resources/image/upload/shoe"),
    ("DELETE", "resources/image/upload"),
    ("POST", "image/upload"),
    ("POST", "image/explicit"),
    ("POST", "image/rename"),
    ("POST", "image/destroy"),
    ("POST", "image/tags"),
    ("POST", "delete_by_token"),
    ("POST", "image/generate_archive"),
)


@pytest.mark.parametrize("name", BODIES)
def test_a_body_that_is_no_flat_object_is_a_sentence_at_every_call(filled: Stage, name: str) -> None:
    for method, path in CALLS:
        answer = filled.client.request(
            method, ADMIN + path, content=BODIES[name], headers={"content-type": "application/json"}, auth=CREDENTIALS
        )
        assert 400 <= answer.status_code < 500, (method, path, answer.text)
        assert answer.json()["error"]["message"]


@pytest.mark.parametrize(
    "repeated", ["upload_preset", "public_id", "type", "timestamp", "signature", "eager", "format"]
)
def test_a_parameter_given_twice_is_no_text(stage: Stage, repeated: str) -> None:
    for name in (repeated, f"{repeated}[]", f"{repeated}[0]"):
        body = f"file=http%3A%2F%2Fexample.com%2F&{name}=a&{name}=b&api_key=demo-key"
        for path in ("image/upload", "image/explicit", "image/destroy"):
            answer = stage.client.post(ADMIN + path, content=body, headers=FORM)
            assert answer.status_code == 400, (path, name, answer.text)
            assert f"parameter {repeated}" in answer.json()["error"]["message"]


@pytest.mark.parametrize("name", ["file", "url", "name", "tags[]", "sample_data", "context"])
def test_a_file_in_the_place_of_a_text_is_refused_at_every_call(filled: Stage, name: str) -> None:
    for method, path in CALLS:
        may_be_a_file = name == "file" and path.startswith(("image/", "delete_by_token"))
        if not may_be_a_file:
            answer = filled.client.request(method, ADMIN + path, files={name: ("a.jpg", photo())}, auth=CREDENTIALS)
            assert answer.status_code == 400, (method, path, answer.text)
            assert answer.json()["error"]["message"].endswith("expected text, got a file")


LAYERS = (
    "l_fetch:é",
    "l_fetch:%C3%A9",
    "l_fetch:²",
    "l_fetch:=",
    "l_fetch:AAAA",
    "l_fetch:",
    "u_fetch:é",
    "l_fetch:_w==",
)


@pytest.mark.parametrize("layer", LAYERS)
def test_a_layer_that_is_no_address_is_a_sentence(filled: Stage, layer: str) -> None:
    answer = filled.client.get(f"/demo/image/upload/{layer}/shoe.jpg")
    assert 400 <= answer.status_code < 500, answer.headers
    assert answer.headers["x-cld-error"]


@pytest.mark.parametrize("credentials", ["é", "²", "////", "=", "AAAA=", "Ojo6"])
def test_odd_credentials_are_wrong_credentials(stage: Stage, credentials: str) -> None:
    headers = {"Authorization": latin(f"Basic {credentials}")}
    assert stage.client.get(f"{ADMIN}ping", headers=headers).status_code == 401


EFFECTS = (
    f"e_blur:{LONG}", "e_blur:+-5", "e_blur:²", "e_blur:--5", "e_sepia:1..2", f"w_{LONG}", "w_²", "w_٣", f"pg_{LONG}",
    "pg_²", f"a_{LONG}", f"o_{LONG}", f"r_{LONG}", f"dpr_{LONG}", f"e_tint:{LONG}:red", f"e_tint:red:{LONG}p",
    f"g_auto:cat_{LONG}", f"l_text:Arial_{LONG}:x", "l_text:Arial_٣:x", f"w_mul_{LONG}", f"if_w_gt_{LONG}/w_10/if_end",
    f"w_auto:{LONG}", f"c_crop,g_auto:face_{LONG},w_10,h_10", f"b_auto:border:{LONG}", f"q_{LONG}",
    f"l_text:Arial_10_{LONG}:x", f"l_text:Arial_10_stroke_bo_{LONG}px_solid_red:x",
)  # fmt: skip


@pytest.mark.parametrize("chain", EFFECTS)
def test_an_odd_number_in_a_transformation_is_never_our_fault(filled: Stage, chain: str) -> None:
    answer = filled.client.get(f"/demo/image/upload/{chain}/shoe.jpg")
    assert answer.status_code < 500, answer.headers
