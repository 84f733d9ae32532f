"""The add-on remove_bg: a new file of an old one, made once whatever asks, and told of."""

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import redis

from media.config import Origin, Webhooks
from proxy.dialects.uploadcare.settings import Uploadcare
from tests.conftest import MakeStage
from tests.fakes import DiscMatter
from tests.pictures import opened, photo
from tests.proxy.apis import BlindMatter, SeeingMatter
from tests.proxy.uploadcare.conftest import CLOUDS, Client, Uploads
from tests.receiver import listening
from tests.stage import Stage

EXECUTE, STATUS = "/addons/remove_bg/execute/", "/addons/remove_bg/execute/status/"


@pytest.fixture
def stage(make_stage: MakeStage) -> Iterator[Stage]:
    with make_stage(clouds=CLOUDS, origin=Origin(allow_private=True), webhooks=Webhooks(allow_private=True)) as made:
        yield made


def execute(client: Client, target: str, **params: Any) -> httpx.Response:
    return client.ask("POST", EXECUTE, json={"target": target, "params": params})


def status(client: Client, request_id: str) -> dict[str, Any]:
    answer: dict[str, Any] = client.ask("GET", f"{STATUS}?request_id={request_id}").json()
    return answer


def cut(client: Client, target: str, **params: Any) -> dict[str, Any]:
    """The new file."""
    answer = execute(client, target, **params)
    assert answer.status_code == 200, answer.text
    request_id = answer.json()["request_id"]
    assert answer.headers["x-uploadcare-request-id"] == request_id
    assert status(client, request_id) == {"status": "in_progress"}
    client.stage.work()
    done = status(client, request_id)
    assert done["status"] == "done", done
    shown: dict[str, Any] = client.ask("GET", f"/files/{done['result']['file_id']}/?include=appdata").json()
    return shown


def picture(client: Client, shown: dict[str, Any]) -> Any:
    """The pixels of a file, read from the store: delivery has tests of its own."""
    asset = client.stage.client.app.state.services.catalog.get("demo", "file", "uploadcare", shown["uuid"])  # type: ignore[attr-defined]
    blob = client.stage.store.get(f"sources/{asset.digest[:2]}/{asset.digest}")
    assert blob
    return opened(blob.body)


def test_the_result_is_a_new_file_and_the_original_stays(client: Client, uploads: Uploads) -> None:
    file_id = uploads.upload(name="cat.jpg")
    before = client.ask("GET", f"/files/{file_id}/").json()
    shown = cut(client, file_id)
    assert (shown["original_filename"], shown["mime_type"], shown["is_image"]) == ("cat.png", "image/png", True)
    image = shown["content_info"]["image"]
    assert (image["format"], image["color_mode"], image["width"], image["height"]) == ("PNG", "RGBA", 96, 64)
    assert shown["datetime_stored"], "as the project stores"
    assert client.ask("GET", f"/files/{file_id}/").json() == before
    made = picture(client, shown)
    assert (made.bands, made(0, 0)[3], made(48, 32)[3]) == (4, 0, 255)
    assert len(client.ask("GET", "/files/").json()["results"]) == 2


@pytest.mark.parametrize(
    ("params", "shape"),
    [
        ({}, (96, 64, 4)),
        ({"crop": True}, (61, 41, 4)),
        ({"crop": "true", "crop_margin": "10px"}, (81, 61, 4)),
        ({"crop": True, "crop_margin": "10px 0px"}, (61, 61, 4)),
        ({"crop": True, "crop_margin": "50%"}, (125, 85, 4)),
        ({"scale": "50%", "position": "original"}, (96, 64, 4)),
        ({"position": "0% 100%"}, (96, 64, 4)),
        ({"roi": "0% 0% 50% 100%"}, (96, 64, 4)),
        ({"roi": "0px 0px 48px 64px", "crop": True}, (31, 41, 4)),
        ({"add_shadow": True}, (96, 64, 4)),
        ({"semitransparency": False}, (96, 64, 4)),
        ({"channels": "alpha"}, (96, 64, 1)),
        ({"channels": "alpha", "crop": True}, (61, 41, 1)),
        ({"bg_color": "81d4fa"}, (96, 64, 3)),
        ({"bg_color": "81d4fa77"}, (96, 64, 4)),
        ({"bg_color": "red", "crop": True}, (61, 41, 3)),
        ({"type": "person"}, (96, 64, 4)),
        ({"type": "auto", "type_level": "latest", "format": "jpg", "unknown": 1}, (96, 64, 4)),
    ],
)
def test_every_parameter_shapes_the_result(
    client: Client, uploads: Uploads, params: dict[str, Any], shape: tuple[int, ...]
) -> None:
    shown = cut(client, uploads.upload(), **params)
    made = picture(client, shown)
    assert abs(made.width - shape[0]) <= 2
    assert abs(made.height - shape[1]) <= 2
    assert made.bands == shape[2]
    image = shown["content_info"]["image"]
    assert (image["width"], image["height"]) == (made.width, made.height)


def test_a_colour_keeps_its_alpha(client: Client, uploads: Uploads) -> None:
    made = picture(client, cut(client, uploads.upload(), bg_color="81d4fa77"))
    assert made(0, 0) == [0x81, 0xD4, 0xFA, 0x77]


@pytest.mark.parametrize(
    ("params", "sentence"),
    [
        ({"crop": "perhaps"}, "crop must be true or false"),
        ({"crop": True, "crop_margin": "1 2 3"}, "crop_margin must be"),
        ({"scale": "5%"}, "scale must be"),
        ({"position": "left"}, "position must be"),
        ({"roi": "0 0 1"}, "roi must be"),
        ({"roi": "0px 0px 999px 10px"}, "The region must lie within"),
        ({"roi": "50% 0% 50% 100%"}, "The region must be wider"),
        ({"channels": "rgb"}, "channels must be"),
        ({"bg_color": "no-colour"}, "bg_color must be"),
    ],
)
def test_a_parameter_that_is_none_is_named(
    client: Client, uploads: Uploads, params: dict[str, Any], sentence: str
) -> None:
    answer = execute(client, uploads.upload(), **params)
    assert answer.status_code == 400
    assert answer.json()["detail"].startswith(sentence)


@pytest.mark.parametrize("body", [{}, [], {"target": 1}, {"target": "cat"}, {"target": "", "params": {}}])
def test_a_target_is_a_uuid(client: Client, body: Any) -> None:
    assert client.ask("POST", EXECUTE, json=body).status_code == 400


def test_only_pictures_of_a_size_are_cut(client: Client, uploads: Uploads, make_stage: MakeStage) -> None:
    assert execute(client, uploads.upload(b"text", "a.txt")).json() == {"detail": "The target is not an image."}
    with make_stage(Uploadcare(removal_max_bytes=100), clouds=CLOUDS) as stage:
        answer = execute(Client(stage), Uploads(stage).upload())
        assert answer.status_code == 400
        assert "too large" in answer.json()["detail"]


def test_one_call_at_a_time_works_on_a_file(client: Client, uploads: Uploads) -> None:
    file_id = uploads.upload()
    first = execute(client, file_id).json()["request_id"]
    answer = execute(client, file_id)
    assert (answer.status_code, answer.json()) == (409, {"detail": "Concurrent call attempted"})
    client.stage.work()
    assert status(client, first)["status"] == "done"
    assert execute(client, file_id).status_code == 200


def test_a_request_nobody_made_is_unknown_and_so_is_anothers(client: Client, uploads: Uploads) -> None:
    request_id = execute(client, uploads.upload()).json()["request_id"]
    shop = Client(client.stage, "shopkey", "shop-secret")
    assert status(shop, request_id) == status(client, "nothing") == {"status": "unknown"}
    assert client.ask("GET", STATUS).status_code == 400
    assert execute(shop, uploads.upload()).status_code == 404


@pytest.mark.parametrize("name", ["aws_rekognition_detect_labels", "uc_clamav_virus_scan"])
def test_other_add_ons_are_those_of_an_account_without_them(client: Client, uploads: Uploads, name: str) -> None:
    answer = client.ask("POST", f"/addons/{name}/execute/", json={"target": uploads.upload()})
    assert (answer.status_code, answer.json()) == (
        403,
        {"detail": f"The add-on {name} is not enabled for this project."},
    )
    assert client.ask("GET", f"/addons/{name}/execute/status/?request_id=1").json() == {"status": "unknown"}


@pytest.mark.parametrize(
    ("seen", "level", "expected"),
    [
        ("cat", "1", "animal"), ("person", "latest", "person"), ("bus", "1", "other"), ("bus", "2", "transportation"),
        ("bottle", "1", "product"), ("cat", None, None), ("cat", "none", None),
    ],
)  # fmt: skip
def test_what_was_seen_is_told_if_it_is_asked_for(
    client: Client, uploads: Uploads, seen: str, level: str | None, expected: str | None
) -> None:
    client.stage.matter = SeeingMatter(seen)
    file_id = uploads.upload(name="a.jpg")
    shown = cut(client, file_id, **({"type_level": level} if level else {}))
    source = client.ask("GET", f"/files/{file_id}/?include=appdata").json()
    for each in (shown, source):
        told = each["appdata"]["remove_bg"]
        assert told["data"] == ({"foreground_type": expected} if expected else {})
        assert (told["version"], told["datetime_created"] == told["datetime_updated"]) == ("1.0", True)


def test_the_second_removal_keeps_when_the_first_was(client: Client, uploads: Uploads) -> None:
    file_id = uploads.upload()
    path = f"/files/{file_id}/?include=appdata"
    cut(client, file_id)
    first = client.ask("GET", path).json()["appdata"]["remove_bg"]
    cut(client, file_id, type_level="1")
    second = client.ask("GET", path).json()["appdata"]["remove_bg"]
    assert second["datetime_created"] == first["datetime_created"] < second["datetime_updated"]


def test_a_picture_that_shows_nothing_is_an_error_and_no_file(client: Client, uploads: Uploads) -> None:
    client.stage.matter = BlindMatter()
    request_id = execute(client, uploads.upload()).json()["request_id"]
    client.stage.work()
    assert status(client, request_id) == {"status": "error"}
    assert len(client.ask("GET", "/files/").json()["results"]) == 1


def test_a_type_that_is_not_there_is_a_hint_only(client: Client, uploads: Uploads) -> None:
    client.stage.matter = SeeingMatter("cat")
    made = picture(client, cut(client, uploads.upload(), type="person"))
    assert made(48, 32)[3] > 200


def test_a_redis_that_was_emptied_loses_time_and_no_work(client: Client, uploads: Uploads, redis_url: str) -> None:
    request_id = execute(client, uploads.upload()).json()["request_id"]
    with redis.Redis.from_url(redis_url) as connection:
        connection.flushall()
    client.stage.work()
    assert status(client, request_id) == {"status": "in_progress"}
    client.stage.work()
    assert status(client, request_id)["status"] == "done"


def test_a_worker_that_fails_for_good_says_so(client: Client, uploads: Uploads) -> None:
    client.stage.matter = DiscMatter()
    client.stage.matter.failure = RuntimeError("the network is broken")
    request_id = execute(client, uploads.upload()).json()["request_id"]
    for _ in range(4):
        client.stage.work()
    assert status(client, request_id) == {"status": "error"}


def test_the_new_file_and_the_changed_one_are_told_with_the_add_on_as_initiator(
    client: Client, uploads: Uploads
) -> None:
    client.stage.matter = SeeingMatter("cat")
    with listening() as receiver:
        file_id = uploads.upload()
        for event in ("file.uploaded", "file.stored", "file.info_updated"):
            client.ask("POST", "/webhooks/", data={"target_url": receiver.url, "event": event})
        request_id = execute(client, file_id, type_level="1").json()["request_id"]
        client.stage.work()
        told = {json.loads(each.body)["hook"]["event"]: each.document for each in receiver.received}
    assert set(told) == {"file.uploaded", "file.stored", "file.info_updated"}
    detail = {"request_id": request_id, "addon_name": "remove_bg", "source_file_uuid": file_id}
    assert all(each["initiator"] == {"type": "addon", "detail": detail} for each in told.values())
    new_id = status(client, request_id)["result"]["file_id"]
    assert told["file.uploaded"]["data"] == client.ask("GET", f"/files/{new_id}/?include=appdata").json()
    assert told["file.uploaded"]["data"]["appdata"]["remove_bg"]["data"] == {"foreground_type": "animal"}
    assert told["file.info_updated"]["data"] == client.ask("GET", f"/files/{file_id}/?include=appdata").json()
    assert told["file.info_updated"]["previous_values"] == {"appdata": {}}


def test_a_photograph_that_another_api_has_cut_asks_the_network_no_more(client: Client, uploads: Uploads) -> None:
    body = photo(120, 90)
    client.stage.upload(body, "shoe")
    client.stage.client.get("/demo/image/upload/e_background_removal/shoe.png")
    client.stage.work()
    assert client.stage.matter.inferences == 1
    first = cut(client, uploads.upload(body))
    cut(client, uploads.upload(body, "again.jpg"), crop=True, type_level="1")
    assert client.stage.matter.inferences == 1
    assert first["content_info"]["image"]["width"] == 120
