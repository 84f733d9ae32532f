"""GET and POST /api/remove over HTTP: every parameter, precedence, models, refusals."""

from typing import Any

import httpx
import pytest

from media import errors
from media.scene.classes import OBJECTS
from proxy.dialects.rembg.envelope import envelope
from proxy.dialects.rembg.models import REFUSED, SUBSTITUTED
from proxy.dialects.rembg.settings import Rembg
from tests.conftest import MakeStage
from tests.pictures import opened, photo
from tests.proxy.apis import CLOUDS, FORBIDDEN_ADDRESSES, IMPATIENT, SeeingMatter, Site, answered
from tests.stage import Stage
from worker.matting.models import MODELS

URL = "/api/remove"


def posted(
    impatient: Stage, query: dict[str, str] | None = None, body: bytes | None = None, **fields: str
) -> httpx.Response:
    files = {"file": ("photo.jpg", body or photo())}
    return answered(impatient, lambda: impatient.client.post(URL, params=query, files=files, data=fields))


def test_a_file_and_an_address_give_the_same_cutout(impatient: Stage, site: Site) -> None:
    by_file = posted(impatient)
    by_address = answered(impatient, lambda: impatient.client.get(URL, params={"url": site.url("/photo.jpg")}))
    assert (by_file.status_code, by_file.headers["content-type"]) == (200, "image/png")
    assert by_file.content == by_address.content
    picture = opened(by_file.content)
    assert (picture.bands, picture[3](0, 0), picture[3](48, 32)) == (4, [0], [255])
    assert by_file.headers["access-control-allow-origin"] == "*"
    assert impatient.matter.inferences == 1


@pytest.mark.parametrize(
    ("fields", "bands", "corner"),
    [
        ({}, 4, [0.0]),
        ({"om": "true"}, 1, [0.0]),
        ({"om": "true", "a": "true", "bgc": "255,0,0,255", "vm": "1"}, 1, [0.0]),
        ({"bgc": "255,0,0,255"}, 4, [255.0]),
        ({"bgc": "0,0,255,128"}, 4, [128.0]),
        ({"a": "true"}, 4, [0.0]),
        ({"a": "true", "af": "200", "ab": "30", "ae": "0"}, 4, [0.0]),
        ({"vm": "yes", "dc": "true"}, 4, [0.0]),
        ({"dc": "on", "extras": '{"putalpha": true}'}, 4, [0.0]),
        ({"extras": "not json"}, 4, [0.0]),
    ],
)
def test_parameters(impatient: Stage, fields: dict[str, str], bands: int, corner: list[float]) -> None:
    picture = opened(posted(impatient, **fields).content)
    assert (picture.width, picture.height, picture.bands) == (96, 64, bands)
    assert picture[bands - 1](0, 0) == corner


def test_a_cleaned_mask_is_all_or_nothing(impatient: Stage) -> None:
    mask = opened(posted(impatient, ppm="true", om="true").content)
    assert mask.hist_find().numpy().reshape(-1)[1:255].sum() == 0
    assert mask.bands == 1


def test_background_and_extras_are_taken_from_the_query_too(impatient: Stage) -> None:
    by_query = posted(impatient, {"bgc": "1,2,3,255", "extras": "{}"})
    assert by_query.content == posted(impatient, bgc="1,2,3,255").content
    refused = impatient.client.post(URL, params={"extras": '{"model_path": "/etc/passwd"}'}, files={"file": photo()})
    assert refused.status_code == 400


@pytest.mark.parametrize("name", ["", "cutout", *SUBSTITUTED])
def test_general_models_are_answered_by_the_configured_network(impatient: Stage, name: str) -> None:
    impatient.matter = SeeingMatter("person")
    answer = impatient.client.post(URL, files={"file": photo()}, data={"model": name})
    assert (answer.status_code, "in progress" in answer.json()["detail"]) == (503, True)


def test_a_model_for_people_keeps_people_only(impatient: Stage) -> None:
    impatient.matter = SeeingMatter("cat")
    assert opened(posted(impatient, model="u2net").content)[3].max() == 255
    assert opened(posted(impatient, model="u2net_human_seg").content)[3].max() == 0
    assert impatient.matter.inferences == 1


@pytest.mark.parametrize("name", [*REFUSED, "withoutbg", "atlascloud", "xu2netx", "../u2net"])
def test_other_models_are_refused_with_a_sentence(impatient: Stage, name: str) -> None:
    answer = impatient.client.post(URL, files={"file": photo()}, data={"model": name})
    assert answer.status_code == 400
    assert name in answer.json()["detail"]


def test_without_substitutes_only_the_configured_network_answers(make_stage: MakeStage) -> None:
    with make_stage(Rembg(substitutes=False), delivery=IMPATIENT, clouds=CLOUDS) as impatient:
        answer = impatient.client.post(URL, files={"file": photo()}, data={"model": "u2net"})
        assert (answer.status_code, answer.json()["detail"]) == (
            400, "The model u2net is not loaded; this server runs cutout.",
        )  # fmt: skip


def test_every_network_of_the_worker_is_known_here() -> None:
    assert set(MODELS) <= {"cutout", *SUBSTITUTED, *REFUSED}
    assert {name for names in SUBSTITUTED.values() for name in names} <= set(OBJECTS)


@pytest.mark.parametrize(
    ("name", "value", "kind"),
    [
        ("a", "maybe", "bool_parsing"),
        ("af", "many", "int_parsing"),
        ("af", "256", "int_parsing"),
        ("ab", "-1", "int_parsing"),
        ("ab", "1e3", "int_parsing"),
        ("ae", "99999999999999999999", "int_parsing"),
        ("om", "2", "bool_parsing"),
        ("bgc", "red", "value_error"),
        ("bgc", "1,2,3", "value_error"),
        ("bgc", "256,0,0,0", "value_error"),
        ("bgc", "-1,0,0,0", "value_error"),
    ],
)
def test_a_value_of_the_wrong_type_is_422(impatient: Stage, name: str, value: str, kind: str) -> None:
    answer = impatient.client.post(URL, files={"file": photo()}, data={name: value})
    [fault] = answer.json()["detail"]
    assert (answer.status_code, fault["type"], fault["loc"], fault["input"]) == (422, kind, ["body", name], value)


@pytest.mark.parametrize(("method", "place", "name"), [("GET", "query", "url"), ("POST", "body", "file")])
def test_without_a_source_it_is_422(impatient: Stage, method: str, place: str, name: str) -> None:
    answer = impatient.client.request(method, URL)
    assert (answer.status_code, answer.json()["detail"][0]["loc"]) == (422, [place, name])


@pytest.mark.parametrize(
    "extras", ['{"model_path": "/etc/passwd"}', '{"api_key": "x"}', '{"api_url": "http://10.0.0.1"}', '{"u2net": 1}']
)
def test_unsafe_extras_are_refused(impatient: Stage, extras: str) -> None:
    answer = impatient.client.get(URL, params={"url": "https://example.com/a.jpg", "extras": extras})
    assert (answer.status_code, "extras may hold" in answer.json()["detail"]) == (400, True)


def test_private_addresses_are_refused(make_stage: MakeStage) -> None:
    with make_stage(delivery=IMPATIENT, clouds=CLOUDS) as careful:
        for name, address in FORBIDDEN_ADDRESSES.items():
            answer = careful.client.get(URL, params={"url": address})
            assert (answer.status_code, isinstance(answer.json()["detail"], str)) == (400, True), name


@pytest.mark.parametrize(
    ("body", "status"), [(b"<html>", 415), (b"<svg/>", 415), (photo()[:-200], 422), (b"", 415)], ids=str
)
def test_what_is_no_picture_is_a_sentence(impatient: Stage, body: bytes, status: int) -> None:
    answer = impatient.client.post(URL, files={"file": ("a.jpg", body)})
    assert (answer.status_code, isinstance(answer.json()["detail"], str)) == (status, True)


def test_keys_can_be_asked_for(make_stage: MakeStage) -> None:
    with make_stage(Rembg(needs_key=True), delivery=IMPATIENT, clouds=CLOUDS) as impatient:
        sent: dict[str, Any] = {"files": {"file": photo()}}
        statuses = {
            key: impatient.client.post(URL, headers={"X-Api-Key": key}, **sent).status_code
            for key in ("demo-token", "demo-key", "live_demo", "shop-token", "wrong", "")
        }
        assert statuses == {"demo-token": 503, **dict.fromkeys(list(statuses)[1:], 403)}


def test_every_class_of_error_is_said_in_fastapis_words() -> None:
    for kind in vars(errors).values():
        if isinstance(kind, type) and issubclass(kind, errors.MediaError):
            made = envelope(kind("why"))
            assert made.status >= 400
            assert (b"why" in made.body) == kind.public
            assert ("Retry-After" in made.headers) == issubclass(kind, errors.Retryable)
