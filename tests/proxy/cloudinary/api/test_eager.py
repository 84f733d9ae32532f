"""Eager batches, their progress, and notifications: signed, tried again, never a hindrance."""

import hashlib
import hmac
import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
import redis

from media.config import Webhooks
from media.records.catalog import Catalog
from media.work.jobs import NOTICES, NOTICES_DUE
from proxy.dialects.cloudinary.signature import verify_notification
from tests.conftest import MakeStage, Stage
from tests.pictures import photo
from tests.proxy.cloudinary.api.conftest import ROOT, Api
from tests.receiver import Receiver
from worker.notices import schedule_kept

EAGER = "e_background_removal/c_pad,h_50,w_50/png|w_20/webp"


def test_a_batch_is_made_by_the_worker_and_told_of(api: Api, stage: Stage, receiver: Receiver) -> None:
    answer: Any = stage.upload(photo(), "shoe", eager=EAGER, eager_async="true", eager_notification_url=receiver.url)
    progress = f"{ROOT}/batches/{answer['batch_id']}"
    before = stage.client.get(progress).json()
    assert (before["status"], before["done"], before["total"]) == ("processing", 0, 2)
    stage.work()
    after = stage.client.get(progress).json()
    assert (after["status"], after["done"]) == ("complete", 2)
    told = receiver.wait("eager").document
    assert (told["batch_id"], told["public_id"]) == (answer["batch_id"], "shoe")
    assert [(row["width"], row["format"]) for row in told["eager"]] == [(50, "png"), (20, "webp")]
    # Found by the delivery URL whatever the order of its parameters; nothing is rendered again.
    stored = len(stage.store.keys("derived/"))
    served = stage.client.get("/demo/image/upload/e_background_removal/w_50,h_50,c_pad/shoe.png")
    assert served.headers["content-length"] == str(told["eager"][0]["bytes"])
    assert len(stage.store.keys("derived/")) == stored == 2
    listed = api.admin("GET", "resources/image/upload/shoe")["derived"]
    assert {row["format"] for row in listed} == {"png", "webp"}


def test_a_presets_notification_url_counts(api: Api, stage: Stage, receiver: Receiver) -> None:
    api.admin(
        "POST",
        "upload_presets",
        name="loud",
        unsigned=True,
        eager="w_9",
        eager_async=True,
        notification_url=receiver.url,
    )
    fields = {"upload_preset": "loud", "public_id": "shoe"}
    assert stage.client.post(f"{ROOT}/image/upload", data=fields, files={"file": photo()}).status_code == 200
    stage.work()
    assert receiver.wait("upload").document["notification_context"]["triggered_by"]["source"] == "unsigned"
    assert receiver.wait("eager").document["eager"][0]["width"] == 9


def test_progress_comes_as_events_until_all_is_done(stage: Stage) -> None:
    answer: Any = stage.upload(photo(), "shoe", eager="w_20/webp", eager_async="true")
    stage.work()
    url = f"{ROOT}/batches/{answer['batch_id']}"
    with stage.client.stream("GET", url, headers={"Accept": "text/event-stream"}) as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        events = "".join(stream.iter_text())
    assert events.startswith("event: progress\ndata: ")
    assert json.loads(events.partition("data: ")[2])["status"] == "complete"
    assert stage.client.get(f"{ROOT}/batches/{'0' * 64}").status_code == 404


def test_a_row_that_cannot_be_made_is_reported_and_holds_up_no_other(
    api: Api, stage: Stage, receiver: Receiver
) -> None:
    stage.upload(photo(), "gone")
    answer: Any = stage.upload(
        photo(shade=3), "shoe", eager="c_crop,w_10,x_5000|w_20/png", eager_async="true", notification_url=receiver.url
    )
    (source,) = [key for key in stage.store.keys("sources/") if hashlib.sha256(photo(shade=3)).hexdigest() in key]
    stage.store.delete(source)
    stage.work()
    told = receiver.wait("eager").document
    assert {row["status"] for row in told["eager"]} == {"failed"}
    state = stage.client.get(f"{ROOT}/batches/{answer['batch_id']}").json()
    assert state["status"] == "complete"
    assert all("no longer in the store" in row["reason"] for row in state["eager"])


def test_a_notification_proves_where_it_comes_from(api: Api, stage: Stage, receiver: Receiver) -> None:
    answer = stage.upload(photo(), "shoe", notification_url=receiver.url, tags="a")
    stage.work()
    told = receiver.wait("upload")
    timestamp = int(told.headers["x-cld-timestamp"])
    assert abs(time.time() - timestamp) < 60
    assert verify_notification(told.body, timestamp, told.headers["x-cld-signature"], "demo-secret")
    fields = dict(part.split("=") for part in told.headers["x-cutout-signature"].split(","))
    own = hmac.new(b"demo-secret", f"{fields['t']}.".encode() + told.body, hashlib.sha256).hexdigest()
    assert fields["v1"] == own
    document = told.document
    assert (document["public_id"], document["asset_id"], document["tags"]) == ("shoe", answer["asset_id"], ["a"])
    assert document["notification_context"]["triggered_by"]["source"] == "api"


EVENTS: list[tuple[str, str, dict[str, Any], str]] = [
    ("image/tags", "resource_tags_changed", {"command": "add", "tag": "x", "public_ids": ["shoe"]}, "tags"),
    ("image/context", "resource_context_changed",
     {"command": "add", "context": "k=v", "public_ids": ["shoe"]}, "context"),
    ("image/rename", "rename", {"from_public_id": "shoe", "to_public_id": "boot"}, "to_public_id"),
    ("image/destroy", "delete", {"public_id": "shoe"}, "resources"),
    ("image/explicit", "eager", {"public_id": "shoe", "type": "upload", "eager": "w_10"}, "eager"),
]  # fmt: skip


@pytest.mark.parametrize(("action", "event", "fields", "key"), EVENTS)
def test_whoever_subscribed_to_an_event_is_told(
    api: Api, stage: Stage, receiver: Receiver, action: str, event: str, fields: dict[str, Any], key: str
) -> None:
    trigger = api.admin("POST", "triggers", uri=receiver.url, event_type=event)
    stage.upload(photo(), "shoe")
    api.call(action, **fields)
    stage.work()
    assert key in json.dumps(receiver.wait(event).document)
    assert [each.document["notification_type"] for each in receiver.received] == [event]
    assert api.admin("PUT", f"triggers/{trigger['id']}", new_uri="https://x.example/")["message"]
    assert api.admin("GET", "triggers")["triggers"][0]["uri"] == "https://x.example/"
    api.admin("DELETE", f"triggers/{trigger['id']}")
    assert api.admin("GET", "triggers") == {"triggers": []}


def test_a_receiver_that_refuses_is_asked_again_later_and_then_given_up(stage: Stage, receiver: Receiver) -> None:
    receiver.statuses += [500, 302]
    stage.upload(photo(), "shoe", notification_url=receiver.url)
    stage.work()
    assert len(receiver.received) == 1
    with redis.Redis.from_url(stage.settings.redis.url) as connection:
        ((name, due),) = connection.zrange(NOTICES_DUE, 0, -1, withscores=True)
        assert 2 < due - time.time() <= 3
        connection.zadd(NOTICES_DUE, {name: 0})
        stage.work()
        assert len(receiver.received) == 2
        assert connection.zcard(NOTICES_DUE) == 0
    assert not stage.store.keys(f"catalog/records/{NOTICES}")


@pytest.fixture
def guarded(make_stage: MakeStage) -> Iterator[Stage]:
    with make_stage(webhooks=Webhooks(max_attempts=1)) as made:
        yield made


def test_a_private_address_is_never_notified_unless_permitted(guarded: Stage, receiver: Receiver) -> None:
    guarded.upload(photo(), "shoe", notification_url=receiver.url)
    guarded.work()
    assert receiver.received == []
    answer = Api(guarded).ask("POST", "triggers", uri="http://localhost/hook", event_type="all")
    assert answer.status_code == 400


def test_a_redis_that_forgot_is_reminded_of_notices_by_their_records(stage: Stage, receiver: Receiver) -> None:
    stage.upload(photo(), "shoe", notification_url=receiver.url)
    with redis.Redis.from_url(stage.settings.redis.url) as connection:
        connection.flushall()
        schedule_kept(connection, Catalog(stage.store))
    stage.work()
    assert receiver.wait("upload").document["public_id"] == "shoe"
