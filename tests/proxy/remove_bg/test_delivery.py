"""POST /v1.0/removebg over HTTP: sources, results, headers, JSON, ZIP, limits."""

import base64
import io
import zipfile
from dataclasses import replace

import pytest

from media.config import Origin
from proxy.dialects.remove_bg.settings import RemoveBg
from tests.conftest import MakeStage
from tests.pictures import opened, photo
from tests.proxy.apis import CLOUDS, IMPATIENT, BlindMatter, SeeingMatter, Site, answered
from tests.proxy.remove_bg.conftest import KEY, URL, Remove, removing
from tests.stage import Stage

FOREGROUND = ("top", "left", "width", "height")


def test_a_file_comes_back_as_a_cutout_with_its_facts(remove: Remove) -> None:
    answer = remove()
    picture = opened(answer.content)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/png")
    assert (picture.width, picture.height, picture.bands) == (96, 64, 4)
    assert picture[3](0, 0) == [0]
    assert picture[3](48, 32) == [255]
    assert (answer.headers["x-width"], answer.headers["x-height"]) == ("96", "64")
    left, top, width, height = picture[3].find_trim(threshold=8, background=[0], line_art=True)
    facts = tuple(int(answer.headers[f"x-foreground-{name}"]) for name in FOREGROUND)
    assert facts == (top, left, width, height)
    assert answer.headers["x-credits-charged"] == "0.25"
    assert answer.headers["x-ratelimit-limit"] == "500"
    assert answer.headers["x-type"] == "other"


@pytest.mark.parametrize("kind", ["image_file", "image_file_b64", "image_url", "json", "data uri"])
def test_every_kind_of_source_is_taken(impatient: Stage, site: Site, kind: str) -> None:
    encoded = base64.b64encode(photo()).decode()
    sent = {
        "image_file": {"files": {"image_file": photo()}},
        "image_file_b64": {"data": {"image_file_b64": encoded}},
        "image_url": {"data": {"image_url": site.url("/photo.jpg")}},
        "json": {"json": {"image_file_b64": encoded, "size": "auto", "crop": False}},
        "data uri": {"data": {"image_file_b64": f"data:image/jpeg;base64,{encoded}"}},
    }[kind]
    answer = answered(impatient, lambda: impatient.client.post(URL, headers=KEY, **sent))  # type: ignore[arg-type]
    assert (answer.status_code, opened(answer.content).bands) == (200, 4), answer.text


@pytest.mark.parametrize(
    ("fields", "mime", "bands"),
    [
        ({"format": "png"}, "image/png", 4),
        ({"format": "jpg"}, "image/jpeg", 3),
        ({"format": "webp"}, "image/webp", 4),
        ({"bg_color": "81d4fa"}, "image/jpeg", 3),
        ({"bg_color": "81d4fa77"}, "image/png", 4),
        ({"bg_color": "#fff", "format": "png"}, "image/png", 3),
        ({"bg_color": "coral"}, "image/jpeg", 3),
        ({"channels": "alpha"}, "image/png", 1),
        ({"channels": "alpha", "format": "jpg"}, "image/jpeg", 1),
        ({"shadow_type": "3D"}, "image/png", 4),
        ({"add_shadow": "true", "shadow_opacity": "80"}, "image/png", 4),
        ({"semitransparency": "false", "shadow_method": "legacy", "unheard_of": "1"}, "image/png", 4),
    ],
)
def test_formats_and_channels(remove: Remove, fields: dict[str, str], mime: str, bands: int) -> None:
    answer = remove(**fields)
    picture = opened(answer.content)
    assert (answer.headers["content-type"], picture.bands) == (mime, bands)
    assert (picture.width, picture.height) == (96, 64)
    assert 50 < int(answer.headers["x-foreground-width"]) < 70


def test_crop_scale_and_position_move_the_subject(remove: Remove) -> None:
    cropped = remove(crop="true", crop_margin="5px 10px")
    inner = remove(crop="true")
    facts = {name: int(cropped.headers[f"x-foreground-{name}"]) for name in FOREGROUND}
    assert (facts["top"], facts["left"]) == (5, 10)
    assert int(cropped.headers["x-width"]) == int(inner.headers["x-width"]) + 20
    placed = remove(scale="50%", position="0% 100%")
    facts = {name: int(placed.headers[f"x-foreground-{name}"]) for name in FOREGROUND}
    assert facts["height"] in (31, 32)
    assert facts["left"] <= 1
    assert facts["top"] + facts["height"] >= 63


def test_a_region_of_interest_hides_the_rest(remove: Remove) -> None:
    answer = remove(roi="0px 0px 48px 64px")
    assert int(answer.headers["x-foreground-left"]) + int(answer.headers["x-foreground-width"]) == 48


def test_a_preview_is_small_and_a_full_picture_is_not(remove: Remove) -> None:
    body = photo(1200, 800)
    preview, full = remove(body), remove(body, size="full")
    assert (preview.headers["x-width"], preview.headers["x-height"]) == ("612", "408")
    assert (full.headers["x-width"], full.headers["x-credits-charged"]) == ("1200", "1")


def test_a_background_picture_covers_the_canvas(impatient: Stage, site: Site, remove: Remove) -> None:
    site.pages["/bg.png"] = photo(40, 40, "png", shade=200)
    by_file = remove(files={"image_file": photo(), "bg_image_file": photo(40, 40, "png", shade=200)}, format="png")
    by_url = remove(bg_image_url=site.url("/bg.png"), format="png")
    assert by_file.content == by_url.content
    picture = opened(by_file.content)
    assert (picture.width, picture.height, picture[2](0, 0)) == (96, 64, [240])


def test_a_zip_holds_colours_and_matte(remove: Remove) -> None:
    answer = remove(format="zip")
    assert answer.headers["content-type"] == "application/zip"
    archive = zipfile.ZipFile(io.BytesIO(answer.content))
    assert sorted(archive.namelist()) == ["alpha.png", "color.jpg"]
    alpha, color = opened(archive.read("alpha.png")), opened(archive.read("color.jpg"))
    assert (alpha.bands, color.bands, alpha.width, color.height) == (1, 3, 96, 64)


def test_json_is_answered_to_who_accepts_it(remove: Remove) -> None:
    answer = remove(headers={"Accept": "application/json"})
    document = answer.json()["data"]
    assert opened(base64.b64decode(document["result_b64"])).bands == 4
    assert document["foreground_width"] == int(answer.headers["x-foreground-width"])


@pytest.mark.parametrize("accept", ["*/*", "image/png", "application/json, text/plain, */*"])
def test_everybody_else_gets_the_picture(remove: Remove, accept: str) -> None:
    assert remove(headers={"Accept": accept}).headers["content-type"] == "image/png"


@pytest.mark.parametrize(
    ("object_name", "level", "kind"),
    [
        ("person", "1", "person"),
        ("cat", "1", "animal"),
        ("car", "2", "car"),
        ("bus", "1", "other"),
        ("bus", "latest", "transportation"),
        ("bottle", "2", "product"),
    ],
)
def test_the_type_is_what_the_network_saw(
    impatient: Stage, remove: Remove, object_name: str, level: str, kind: str
) -> None:
    impatient.matter = SeeingMatter(object_name)
    assert remove(type_level=level).headers["x-type"] == kind
    assert "x-type" not in remove(type_level="none").headers


def test_a_type_that_is_not_there_is_only_a_hint(impatient: Stage, remove: Remove) -> None:
    impatient.matter = SeeingMatter("cat")
    assert remove(type="person").content == remove().content
    assert impatient.matter.inferences == 1


def test_nothing_to_be_seen_is_an_unknown_foreground(impatient: Stage, remove: Remove) -> None:
    impatient.matter = BlindMatter()
    answer = remove()
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (400, "unknown_foreground")
    assert answer.headers["x-credits-charged"] == "0"


def test_one_photograph_is_shown_to_the_network_once(impatient: Stage, remove: Remove) -> None:
    for fields in ({}, {"size": "full"}, {"crop": "true"}, {"semitransparency": "false"}, {"format": "zip"}):
        assert remove(**fields).status_code == 200
    assert impatient.matter.inferences == 1


def test_credits_run_out_and_errors_cost_none(make_stage: MakeStage) -> None:
    with make_stage(RemoveBg(credits=1), delivery=IMPATIENT, clouds=CLOUDS) as impatient:
        remove = removing(impatient)
        assert remove(format="nonsense").status_code == 400
        assert total(impatient) == 1
        assert remove().status_code == 200
        assert total(impatient) == 0.75
        refused = remove(size="full")
        assert (refused.status_code, refused.json()["errors"][0]["code"]) == (402, "insufficient_credits")


def total(impatient: Stage) -> float:
    answer = impatient.client.get("/v1.0/account", headers=KEY).json()["data"]["attributes"]
    assert answer["api"]["sizes"] == "all"
    return float(answer["credits"]["total"])


def test_the_rate_is_counted_in_started_megapixels(make_stage: MakeStage) -> None:
    with make_stage(RemoveBg(megapixels_per_minute=3), delivery=IMPATIENT, clouds=CLOUDS) as impatient:
        remove = removing(impatient)
        assert remove(photo(1200, 1000)).status_code in (200, 429)
        refused = remove(photo(1200, 1000))
        assert (refused.status_code, refused.json()["errors"][0]["code"]) == (429, "rate_limit_exceeded")
        assert 0 < int(refused.headers["retry-after"]) <= 60


def test_pictures_to_learn_from_are_kept(impatient: Stage) -> None:
    answer = impatient.client.post(
        "/v1.0/improve",
        headers=KEY,
        files={"image_file": ("a.jpg", photo())},
        data={"tag": "hair", "image_filename": "b.jpg"},
    )
    identity = answer.json()["id"]
    [key] = [key for key in impatient.store.keys("catalog/assets/") if identity in key]
    blob = impatient.store.get(key)
    assert blob is not None
    assert b"hair" in blob.body


def test_a_bearer_token_is_a_key_too(impatient: Stage) -> None:
    assert impatient.client.get("/v1.0/account", headers={"Authorization": "Bearer demo-token"}).status_code == 200


def test_a_source_that_is_too_large_is_refused(make_stage: MakeStage) -> None:
    small = RemoveBg(max_source_bytes=100)
    with make_stage(small, delivery=IMPATIENT, clouds=CLOUDS, origin=Origin(allow_private=True)) as impatient:
        assert removing(impatient)().json()["errors"][0]["code"] == "file_too_large"
    few = replace(small, max_source_bytes=10_000_000, max_source_pixels=100)
    with make_stage(few, delivery=IMPATIENT, clouds=CLOUDS) as impatient:
        assert removing(impatient)().json()["errors"][0]["code"] == "resolution_too_high"
