"""Every error code of remove.bg has a row here, and every class of our errors has a code."""

from typing import Any

import pytest

from media import errors
from proxy.dialects.remove_bg.envelope import envelope
from proxy.dialects.remove_bg.errors import ERRORS
from tests.conftest import MakeStage
from tests.pictures import photo
from tests.proxy.apis import CLOUDS, FORBIDDEN_ADDRESSES, IMPATIENT, Site
from tests.proxy.remove_bg.conftest import KEY, URL
from tests.stage import Stage

PHOTO = {"image_file": photo()}
#: code → (files, fields). ``SITE`` in a value stands for an origin that has only /photo.jpg and /text.txt.
ROWS: list[tuple[str, dict[str, bytes], dict[str, str]]] = [
    ("missing_source", {}, {"size": "full"}),
    ("multiple_sources", PHOTO, {"image_url": "https://example.com/a.jpg"}),
    ("multiple_bg_sources", PHOTO, {"bg_color": "fff", "bg_image_url": "https://example.com/a.jpg"}),
    ("failed_image_download", {}, {"image_url": "SITE/none.jpg"}),
    ("failed_bg_download", PHOTO, {"bg_image_url": "SITE/none.jpg"}),
    ("failed_to_read_image", {"image_file": photo()[:-200]}, {}),
    ("failed_to_read_image", {}, {"image_file_b64": "a"}),
    ("invalid_add_shadow", PHOTO, {"add_shadow": "maybe"}),
    ("invalid_bg_color", PHOTO, {"bg_color": "blurple"}),
    ("invalid_bg_color", PHOTO, {"bg_color": "12345"}),
    ("invalid_bg_image_url", PHOTO, {"bg_image_url": "ftp://example.com/a.jpg"}),
    ("invalid_channels", PHOTO, {"channels": "rgb"}),
    ("invalid_crop", PHOTO, {"crop": "2"}),
    ("invalid_crop_margin", PHOTO, {"crop": "true", "crop_margin": "1px 2px 3px"}),
    ("invalid_crop_margin", PHOTO, {"crop": "true", "crop_margin": "-1px"}),
    ("invalid_file_type", {"image_file": b"<svg/>"}, {}),
    ("invalid_file_type", {"image_file": b"%PDF-1.7"}, {}),
    ("invalid_file_type", {}, {"image_file": "text"}),
    ("invalid_file_type", {}, {"image_url": "SITE/text.txt"}),
    ("invalid_format", PHOTO, {"format": "tiff"}),
    ("invalid_image_url", {}, {"image_url": "not a url"}),
    ("invalid_position", PHOTO, {"position": "101%"}),
    ("invalid_position", PHOTO, {"position": "1px"}),
    ("invalid_roi", PHOTO, {"roi": "1 2 3"}),
    ("invalid_roi", PHOTO, {"roi": "a b c d"}),
    ("invalid_scale", PHOTO, {"scale": "9%"}),
    ("invalid_scale", PHOTO, {"scale": "NaN"}),
    ("invalid_semitransparency", PHOTO, {"semitransparency": "perhaps"}),
    ("invalid_shadow_opacity", PHOTO, {"shadow_type": "3D", "shadow_opacity": "101"}),
    ("invalid_size", PHOTO, {"size": "huge"}),
    ("roi_exceeds_bounds", PHOTO, {"roi": "0px 0px 97px 64px"}),
    ("roi_exceeds_bounds", PHOTO, {"roi": "0% 0% 101% 100%"}),
    ("roi_region_empty", PHOTO, {"roi": "10px 0px 10px 64px"}),
]
#: Codes that other tests bring about, and one that this server has no use for.
ELSEWHERE = {
    "auth_failed",
    "file_too_large",
    "insufficient_credits",
    "internal_error",
    "invalid_body",
    "invalid_dimensions",
    "not_found",
    "rate_limit_exceeded",
    "resolution_too_high",
    "service_unavailable",
    "unknown_foreground",
}


def test_every_code_is_brought_about() -> None:
    assert {code for code, _, _ in ROWS} | ELSEWHERE == set(ERRORS)


@pytest.mark.parametrize(("code", "files", "fields"), ROWS, ids=[f"{row[0]}-{list(row[2].items())}" for row in ROWS])
def test_a_bad_request_has_its_code(
    impatient: Stage, site: Site, code: str, files: dict[str, bytes], fields: dict[str, str]
) -> None:
    site.pages["/text.txt"] = b"hello"
    filled = {name: text.replace("SITE", f"http://{site.host}") for name, text in fields.items()}
    answer = impatient.client.post(URL, files=files or None, data=filled, headers=KEY)
    [error] = answer.json()["errors"]
    assert (answer.status_code, error["code"]) == (ERRORS[code].status, code)
    assert set(error) == {"title", "code", "detail"}
    assert (answer.headers["cache-control"], answer.headers["x-credits-charged"]) == ("no-store", "0")


@pytest.mark.parametrize(("method", "path"), [("GET", "/v1.0/removebg"), ("POST", "/v1.0/nothing")])
def test_another_call_is_not_found_in_the_vendors_words(impatient: Stage, method: str, path: str) -> None:
    answer = impatient.client.request(method, path, headers=KEY)
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (404, "not_found")


@pytest.mark.parametrize("key", [None, "", "unknown", "demo-token2", "demo-key", "live_demo", "dëmo"])
def test_without_a_key_nothing_is_read(impatient: Stage, key: str | None) -> None:
    headers = {} if key is None else {"X-Api-Key": key.encode()}
    answer = impatient.client.post(URL, files=PHOTO, headers=headers)  # type: ignore[arg-type]
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (403, "auth_failed")


@pytest.mark.parametrize("body", [b"{", b"[]", b"null", b'{"a":' * 5000])
def test_a_broken_body_is_a_sentence(impatient: Stage, body: bytes) -> None:
    answer = impatient.client.post(URL, content=body, headers={**KEY, "Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (400, "invalid_body")


@pytest.mark.parametrize("field", ["image_url", "bg_image_url"])
def test_private_addresses_are_refused(careful: Stage, field: str) -> None:
    files = PHOTO if field == "bg_image_url" else None
    for name, address in FORBIDDEN_ADDRESSES.items():
        answer = careful.client.post(URL, data={field: address}, files=files, headers=KEY)
        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (400, f"invalid_{field}"), name


@pytest.fixture(scope="module")
def refusals() -> list[Any]:
    return [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, errors.MediaError)]


def test_every_class_of_error_has_a_code(refusals: list[Any]) -> None:
    for kind in refusals:
        made = envelope(kind("why"))
        assert made.status >= 400
        assert made.headers["Cache-Control"] == "no-store"
        assert (b"why" in made.body) == kind.public
        assert ("Retry-After" in made.headers) == issubclass(kind, errors.Retryable)


@pytest.fixture
def careful(make_stage: MakeStage) -> Any:
    with make_stage(delivery=IMPATIENT, clouds=CLOUDS) as made:
        yield made
