"""background_removal on upload and update: pending, then a PNG in a new version; both versions kept."""

import json
from typing import Any

import redis

from media.work.batch import Replacement
from media.work.jobs import MATTE_QUEUE, REPLACE_JOB, REPLACEMENTS
from tests.conftest import Stage
from tests.fakes import enqueue
from tests.pictures import opened, photo
from tests.proxy.cloudinary.api.conftest import Api
from tests.receiver import Receiver

INFO = ("info", "background_removal", "cloudinary_ai")


def state(document: dict[str, Any]) -> dict[str, Any]:
    for name in INFO:
        document = document[name]
    return document


def details(api: Api, **fields: str) -> dict[str, Any]:
    return api.admin("GET", "resources/image/upload/shoe", **fields)


def test_an_upload_is_replaced_by_its_cutout(api: Api, stage: Stage, receiver: Receiver) -> None:
    body = photo()
    answer = stage.upload(
        body, "shoe", background_removal="cloudinary_ai:dog:fine_edges", notification_url=receiver.url, tags="kept"
    )
    assert state(answer) == {"status": "pending"}
    assert state(details(api)) == {"status": "pending"}
    assert stage.client.get("/demo/image/upload/shoe").content == body
    stage.work()
    found = details(api, versions="true")
    done = state(found)
    assert done["status"] == "complete"
    assert 0 <= done["data"]["confidence_score"] <= 1
    assert (found["format"], found["asset_id"], found["tags"], found["backup"]) == (
        "png", answer["asset_id"], ["kept"], True,
    )  # fmt: skip
    assert found["version"] > int(str(answer["version"]))
    assert [version["format"] for version in found["versions"]] == ["jpg", "png"]
    assert opened(stage.client.get(found["url"]).content).hasalpha()
    told = receiver.wait("info").document
    assert (told["info_kind"], told["info_status"], told["url"]) == ("cloudinary_ai", "complete", found["url"])
    assert told["info_data"] == {
        "cloudinary_ai_hints": ["dog"],
        "cloudinary_ai_fine_edges": True,
        "confidence_score": done["data"]["confidence_score"],
    }
    assert (told["version"], told["etag"]) == (found["version"], found["etag"])
    delivered = stage.client.get("/demo/image/upload/e_background_removal/shoe.png")
    assert delivered.status_code in (200, 423)


def test_an_update_replaces_an_asset_that_was_there_and_a_restore_brings_it_back(api: Api, stage: Stage) -> None:
    body = photo()
    stage.upload(body, "shoe")
    answer = api.admin("POST", "resources/image/upload/shoe", background_removal="cloudinary_ai")
    assert state(answer) == {"status": "pending"}
    stage.work()
    versions = details(api, versions="true")["versions"]
    restored = api.admin(
        "POST", "resources/image/upload/restore", public_ids=["shoe"], versions=[versions[0]["version_id"]]
    )
    assert restored["shoe"]["format"] == "jpg"
    assert stage.client.get("/demo/image/upload/shoe").content == body


def test_a_removal_that_fails_leaves_the_original(api: Api, stage: Stage, receiver: Receiver) -> None:
    body = photo()
    stage.matter.failure = RuntimeError("out of memory")
    stage.upload(body, "shoe", background_removal="cloudinary_ai", notification_url=receiver.url)
    for _ in range(stage.settings.queue.max_attempts):
        stage.work()
    assert state(details(api))["status"] == "failed"
    assert stage.client.get("/demo/image/upload/shoe").content == body
    assert receiver.wait("info").document["info_status"] == "failed"
    assert not stage.store.keys(f"catalog/records/{REPLACEMENTS}")


def test_an_upload_meanwhile_is_not_overwritten(api: Api, stage: Stage) -> None:
    stage.upload(photo(), "shoe", background_removal="cloudinary_ai")
    newer = photo(shade=9)
    stage.upload(newer, "shoe")
    stage.work()
    assert stage.client.get("/demo/image/upload/shoe").content == newer
    assert details(api)["format"] == "jpg"


def test_a_redis_that_forgot_the_job_is_reminded_by_whoever_asks(api: Api, stage: Stage) -> None:
    stage.upload(photo(), "shoe", background_removal="cloudinary_ai")
    with redis.Redis.from_url(stage.settings.redis.url) as connection:
        connection.flushall()
    assert state(details(api))["status"] == "pending"
    stage.work()
    assert state(details(api))["status"] == "complete"


def test_a_job_that_runs_twice_replaces_once(api: Api, stage: Stage) -> None:
    stage.upload(photo(), "shoe", background_removal="cloudinary_ai")
    (key,) = stage.store.keys(f"catalog/records/{REPLACEMENTS}")
    record = stage.store.get(key)
    assert record is not None
    stage.work()
    first = details(api, versions="true")
    stage.store.put(key, record.body)
    enqueue(stage.settings, MATTE_QUEUE, REPLACE_JOB, Replacement.from_document(json.loads(record.body)).id)
    stage.work()
    again = details(api, versions="true")
    assert (again["version"], len(again["versions"])) == (first["version"], 2)
