"""Images come in, are listed by stage, published, classified and deleted."""

import re
from dataclasses import replace

import pytest

from media.records.catalog import Catalog
from proxy.dialects.img_processing.identity import created_at, mirrored, new_id
from proxy.dialects.img_processing.settings import ImgProcessing
from tests.conftest import MakeStage
from tests.pictures import photo
from tests.proxy.apis import CLOUDS, FORBIDDEN_ADDRESSES, IMPATIENT, SeeingMatter, Site
from tests.proxy.img_processing.conftest import Library
from tests.stage import Stage


def test_an_upload_is_an_image_object(library: Library) -> None:
    body = photo()
    image = library.upload(body, "my shoe")
    assert re.fullmatch(r"image_[a-zA-Z0-9]{24}", image["id"])
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", image.pop("created_at"))
    image.pop("id")
    assert image == {"name": "my shoe", "url": None, "width": 96, "height": 64, "format": "jpeg", "size": len(body)}


def test_an_address_is_fetched(library: Library, site: Site) -> None:
    answer = library.ask("POST", "/v1/images", json={"name": "far", "url": site.url("/photo.jpg")})
    assert (answer.status_code, answer.json()["width"]) == (201, 96)
    assert library.ask("POST", "/v1/images", json={"name": "far", "url": site.url("/none.jpg")}).status_code == 404


def test_what_was_uploaded_is_retrieved_and_downloaded(library: Library) -> None:
    body = photo(format_name="png")
    image = library.upload(body)
    assert library.ask("GET", f"/v1/images/{image['id']}").json() == image
    answer = library.ask("GET", f"/v1/images/{image['id']}/download")
    assert (answer.content, answer.headers["content-type"]) == (body, "image/png")


def test_a_list_is_walked_forth_and_back(library: Library) -> None:
    made = [library.upload(name=f"n{number}")["id"] for number in range(5)][::-1]
    first = library.ask("GET", "/v1/images", params={"take": "2"}).json()
    newest = sorted(made)
    assert [image["id"] for image in first["data"]] == newest[:2]
    assert first["links"]["previous"] is None
    assert first["links"]["next"] == f"http://testserver/v1/images?take=2&from={newest[2]}"
    second = library.ask("GET", first["links"]["next"]).json()
    assert [image["id"] for image in second["data"]] == newest[2:4]
    assert second["links"]["previous"].endswith(newest[0])
    last = library.ask("GET", second["links"]["next"]).json()
    assert ([image["id"] for image in last["data"]], last["links"]["next"]) == (newest[4:], None)
    assert last["links"]["previous"].endswith(newest[2])
    assert library.ask("GET", "/v1/images", params={"from": newest[1]}).json()["links"]["previous"].endswith(newest[0])


def test_links_can_name_the_vendors_origin(make_stage: MakeStage) -> None:
    settings = ImgProcessing(links_origin="https://api.img-processing.com")
    with make_stage(settings, delivery=IMPATIENT, clouds=CLOUDS) as impatient:
        library = Library(impatient)
        library.upload()
        library.upload()
        links = library.ask("GET", "/v1/images", params={"take": "1"}).json()["links"]
        assert links["next"].startswith("https://api.img-processing.com/v1/images?take=1&from=image_")


def test_keys_stages_and_clouds_do_not_see_each_other(library: Library) -> None:
    image = library.upload()
    for key in ("live_other", "test_demo", "shop-token"):
        other = replace(library, key=key)
        assert other.ask("GET", "/v1/images").json()["data"] == []
        refused = other.ask("GET", f"/v1/images/{image['id']}")
        assert (refused.status_code, refused.json()["message"]) == (404, f"Image with id {image['id']} not found.")
        assert other.ask("DELETE", f"/v1/images/{image['id']}").status_code == 404
    assert library.stage.client.get(f"/demo/image/img_processing_live_live_demo/{image['id']}").status_code == 404


def test_a_published_image_has_a_public_address_until_it_is_taken_back(library: Library) -> None:
    body = photo()
    image = library.upload(body)
    path = f"/v1/images/{image['id']}"
    published = library.stage.client.post(f"{path}/publish", headers={"x-api-key": library.key})
    assert published.status_code == 201
    url = published.json()["url"]
    assert url == f"http://testserver/images/{image['id']}"
    public = library.stage.client.get(url)
    assert (public.content, public.headers["cache-control"]) == (body, "public, max-age=60")
    assert library.stage.client.head(url).headers["content-length"] == str(len(body))
    assert library.ask("POST", f"{path}/unpublish").json()["url"] is None
    assert library.stage.client.get(url).status_code == 404


def test_a_deleted_image_is_gone_everywhere(library: Library) -> None:
    image, kept = library.upload(), library.upload()
    path = f"/v1/images/{image['id']}"
    url = library.ask("POST", f"{path}/publish").json()["url"]
    assert library.ask("DELETE", path).status_code == 204
    assert [library.ask("GET", each).status_code for each in (path, url)] == [404, 404]
    listed = library.ask("GET", "/v1/images", params={"from": kept["id"]}).json()
    assert ([each["id"] for each in listed["data"]], listed["links"]["previous"]) == ([kept["id"]], None)


def test_classes_come_from_the_networks_answer(library: Library) -> None:
    library.stage.matter = SeeingMatter("cat")
    image = library.upload()
    answer = library.ask("POST", f"/v1/images/{image['id']}/classify", json={}).json()
    assert (answer["main_label"], answer["secondary_labels"]) == ("cat", [])
    assert answer["main_score"] > 0.9
    library.edit(image, "remove-background")
    assert library.stage.matter.inferences == 1


def test_a_network_without_classes_names_none(library: Library) -> None:
    image = library.upload()
    answer = library.ask("POST", f"/v1/images/{image['id']}/classify")
    assert answer.json() == {"main_label": "other", "main_score": 0.0, "secondary_labels": []}


def test_live_keys_are_billed_for_every_image_made(library: Library) -> None:
    uploaded = library.ask("POST", "/v1/images/upload", data={"name": "a"}, files={"image": photo()})
    removed = library.edit(uploaded.json(), "remove-background")
    assert [each.headers["x-image-processing-usage"] for each in (uploaded, removed)] == ["1", "3"]
    assert "x-image-processing-usage" not in library.ask("GET", "/v1/images").headers
    test = replace(library, key="test_demo")
    free = test.ask("POST", "/v1/images/upload", data={"name": "a"}, files={"image": photo()})
    assert "x-image-processing-usage" not in free.headers


def test_the_rate_of_a_stage_is_bounded(make_stage: MakeStage) -> None:
    settings = ImgProcessing(test_requests_per_minute=2)
    with make_stage(settings, delivery=IMPATIENT, clouds=CLOUDS) as impatient:
        answers = [impatient.client.get("/v1/images", headers={"x-api-key": "test_demo"}) for _ in range(4)]
        assert answers[-1].status_code == 429
        assert answers[-1].json()["error"] == "Too Many Requests"
        assert int(answers[-1].headers["retry-after"]) > 0
        assert impatient.client.get("/v1/images", headers={"x-api-key": "live_demo"}).status_code == 200


def test_private_addresses_are_refused(make_stage: MakeStage) -> None:
    with make_stage(delivery=IMPATIENT, clouds=CLOUDS) as impatient:
        for name, address in FORBIDDEN_ADDRESSES.items():
            answer = Library(impatient).ask("POST", "/v1/images", json={"name": "a", "url": address})
            assert answer.status_code in (400, 403), name
            assert answer.json()["status"] == answer.status_code


def test_ids_sort_newest_first_and_know_their_time() -> None:
    ids = [new_id(moment) for moment in (1_700_000_000.25, 1_795_222_137.5, 1_900_000_000.0)]
    assert sorted(ids) == ids[::-1]
    assert sorted(map(mirrored, ids)) == [mirrored(each) for each in ids]
    assert created_at(ids[0]) == "2023-11-14T22:13:20.250Z"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("PUT", "/v1/images"),
        ("GET", "/v1/images/"),
        ("PATCH", "/v1/images/image_a"),
        ("GET", "/v1/images/a/b/c"),
        ("POST", "/v1/images/a/no"),
    ],
)
def test_every_error_is_json_whatever_is_asked(library: Library, method: str, path: str) -> None:
    answer = library.ask(method, path)
    assert (answer.status_code, answer.json()["status"]) == (404, 404)


@pytest.fixture
def nobody(impatient: Stage) -> Library:
    return Library(impatient, key="nobody")


def test_without_a_key_every_path_is_401(nobody: Library) -> None:
    image = "/v1/images/image_" + "a" * 24
    asked = [
        ("GET", "/v1/images"),
        ("POST", "/v1/images"),
        ("POST", "/v1/images/upload"),
        ("POST", "/v1/images/imagine"),
    ]
    asked += [("GET", image), ("DELETE", image), ("GET", f"{image}/download"), ("POST", f"{image}/publish")]
    asked += [("POST", f"{image}/{action}") for action in ("unpublish", "classify", "resize", "visualize", "nonsense")]
    for method, path in asked:
        answer = nobody.ask(method, path)
        assert (answer.status_code, answer.json()["error"]) == (401, "Unauthorized"), path


def kept_before_keys(library: Library, image_id: str) -> None:
    """Move an image to where it lay before images belonged to keys."""
    catalog = Catalog(library.stage.store)
    asset = catalog.get("demo", "image", "img_processing_live_live_demo", image_id)
    assert asset is not None
    catalog.delete(asset.ref)
    catalog.records("img_processing_order/demo/live_live_demo").delete(mirrored(image_id))
    catalog.save(replace(asset, type="img_processing_live"))
    catalog.records("img_processing_order/demo/live").put(mirrored(image_id), {"id": image_id})


def test_images_that_were_stored_before_they_had_keys_belong_to_the_stage(library: Library) -> None:
    ids = [library.upload()["id"] for _ in range(5)]
    old = ids[1:4:2]
    for image_id in old:
        kept_before_keys(library, image_id)
    other = replace(library, key="live_other")
    assert [each["id"] for each in other.ask("GET", "/v1/images").json()["data"]] == old[::-1]
    assert other.ask("GET", f"/v1/images/{old[0]}/download").status_code == 200
    assert replace(library, key="test_demo").ask("GET", f"/v1/images/{old[0]}").status_code == 404
    seen, page = [], library.ask("GET", "/v1/images", params={"take": "2"}).json()
    while page["links"]["next"]:
        seen += page["data"]
        page = library.ask("GET", page["links"]["next"]).json()
    seen += page["data"]
    assert [each["id"] for each in seen] == ids[::-1]
    back = library.ask("GET", page["links"]["previous"]).json()
    assert [each["id"] for each in back["data"]] == ids[::-1][2:4]
    assert library.ask("DELETE", f"/v1/images/{old[0]}").status_code == 204
    assert [each["id"] for each in other.ask("GET", "/v1/images").json()["data"]] == old[1:]
