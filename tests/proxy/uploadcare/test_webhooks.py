"""Webhooks: subscribed, told of everything that happens to files, signed by their own secrets."""

import hashlib
import hmac
import json
from collections.abc import Iterator
from typing import Any

import pytest

from media.config import Origin, Webhooks
from tests.conftest import MakeStage
from tests.proxy.uploadcare.conftest import CLOUDS, PUBLIC, Client, Uploads
from tests.receiver import Receiver, listening
from tests.stage import Stage


@pytest.fixture
def stage(make_stage: MakeStage) -> Iterator[Stage]:
    hooks = Webhooks(allow_private=True, max_attempts=2)
    with make_stage(clouds=CLOUDS, origin=Origin(allow_private=True), webhooks=hooks) as made:
        yield made


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with listening() as made:
        yield made


def subscribe(client: Client, url: str, event: str = "file.uploaded", **fields: Any) -> dict[str, Any]:
    answer = client.ask("POST", "/webhooks/", data={"target_url": url, "event": event, **fields})
    assert answer.status_code == 201, answer.text
    hook: dict[str, Any] = answer.json()
    return hook


def test_a_hook_is_made_changed_and_taken_back(client: Client) -> None:
    hook = subscribe(client, "http://hooks.example.com/1", signing_secret="s3cret")
    assert {name: hook[name] for name in ("id", "event", "is_active", "signing_secret", "version")} == {
        "id": 1, "event": "file.uploaded", "is_active": True, "signing_secret": "s3cret", "version": "0.7",
    }  # fmt: skip
    changed = client.ask("PUT", "/webhooks/1/", json={"is_active": False, "event": "file.stored"}).json()
    assert (changed["is_active"], changed["event"], changed["target_url"]) == (False, "file.stored", hook["target_url"])
    assert client.ask("GET", "/webhooks/").json() == [changed]
    assert client.ask("DELETE", "/webhooks/1/").status_code == 204
    assert client.ask("GET", "/webhooks/").json() == []
    assert subscribe(client, hook["target_url"])["id"] == 2, "a number is never given twice"


def test_all_events_of_an_address_are_unsubscribed_together(client: Client) -> None:
    for event in ("file.uploaded", "file.deleted", "file.infected"):
        subscribe(client, "http://hooks.example.com/1", event)
    subscribe(client, "http://hooks.example.com/2")
    for body in ({"data": {"target_url": "http://hooks.example.com/1"}}, {"json": {"target_url": "x"}}):
        assert client.ask("DELETE", "/webhooks/unsubscribe/", **body).status_code == 204
    assert [hook["target_url"] for hook in client.ask("GET", "/webhooks/").json()] == ["http://hooks.example.com/2"]
    assert client.ask("DELETE", "/webhooks/unsubscribe/", json={}).status_code == 400


def test_the_same_subscription_twice_is_refused_in_the_words_the_sdk_reads(client: Client) -> None:
    subscribe(client, "http://hooks.example.com/1")
    other = subscribe(client, "http://hooks.example.com/1", "file.stored")
    again = {"target_url": "http://hooks.example.com/1", "event": "file.uploaded"}
    for answer in (
        client.ask("POST", "/webhooks/", data=again), client.ask("PUT", f"/webhooks/{other['id']}/", json=again),
    ):  # fmt: skip
        assert answer.status_code == 400
        assert "non_field_errors" in answer.text
        assert "project is already subscribed on this event" in answer.text


FAULTS = {
    "no address": ({"event": "file.uploaded"}, "target_url"),
    "an address that is none": ({"target_url": "hooks"}, "target_url"),
    "another scheme": ({"target_url": "ftp://hooks.example.com"}, "target_url"),
    "an address that is too long": ({"target_url": "http://hooks.example.com/" + "x" * 255}, "target_url"),
    "an event nobody knows": ({"target_url": "http://hooks.example.com", "event": "file.eaten"}, "event"),
    "a secret that is too long": (
        {"target_url": "http://hooks.example.com", "signing_secret": "s" * 33}, "signing_secret",
    ),
    "perhaps active": ({"target_url": "http://hooks.example.com", "is_active": "perhaps"}, "is_active"),
    "another version": ({"target_url": "http://hooks.example.com", "version": "0.5"}, "version"),
}  # fmt: skip


@pytest.mark.parametrize(("fields", "name"), FAULTS.values(), ids=FAULTS)
def test_a_fault_is_told_by_the_name_of_its_field(client: Client, fields: dict[str, str], name: str) -> None:
    answer = client.ask("POST", "/webhooks/", data=fields)
    assert (answer.status_code, name in answer.json()) == (400, True)


def test_no_hook_leads_into_our_network(make_stage: MakeStage) -> None:
    with make_stage(clouds=CLOUDS, webhooks=Webhooks()) as stage:
        for url in ("http://localhost/hook", "http://user@example.com/", "http://0x7f.1/"):
            assert Client(stage).ask("POST", "/webhooks/", data={"target_url": url}).status_code == 400


def sent(receiver: Receiver, stage: Stage) -> list[dict[str, Any]]:
    stage.work()
    told = [each.document for each in receiver.received]
    receiver.received.clear()
    return told


def test_everything_that_happens_to_a_file_is_told(client: Client, uploads: Uploads, receiver: Receiver) -> None:
    for event in ("file.uploaded", "file.stored", "file.deleted", "file.info_updated", "file.infected"):
        subscribe(client, receiver.url, event)
    file_id = uploads.upload(UPLOADCARE_STORE="0")
    (uploaded,) = sent(receiver, uploads.stage)
    assert uploaded["hook"]["event"] == "file.uploaded"
    assert (uploaded["hook"]["project_pub_key"], uploaded["hook"]["target"]) == (PUBLIC, receiver.url)
    assert (uploaded["initiator"]["type"], uploaded["file"]) == ("api", f"http://testserver/{file_id}/")
    assert uploaded["data"] == client.ask("GET", f"/files/{file_id}/?include=appdata").json()
    client.ask("PUT", f"/files/{file_id}/metadata/a/", json="1")
    client.ask("PUT", f"/files/{file_id}/storage/")
    client.ask("PUT", f"/files/{file_id}/storage/")
    client.ask("DELETE", f"/files/{file_id}/storage/")
    told = {each["hook"]["event"]: each for each in sent(receiver, uploads.stage)}
    assert set(told) == {"file.info_updated", "file.stored", "file.deleted"}
    assert told["file.info_updated"]["previous_values"] == {"metadata": {}}
    assert told["file.info_updated"]["data"]["metadata"] == {"a": "1"}
    assert told["file.deleted"]["data"]["datetime_removed"]


def test_a_file_that_is_stored_at_once_and_a_copy_are_told_too(
    client: Client, uploads: Uploads, receiver: Receiver
) -> None:
    for event in ("file.uploaded", "file.stored"):
        subscribe(client, receiver.url, event)
    file_id = uploads.upload()
    client.ask("POST", "/files/local_copy/", json={"source": file_id})
    events = sorted(each["hook"]["event"] for each in sent(receiver, uploads.stage))
    assert events == ["file.stored", "file.uploaded", "file.uploaded"]


def test_a_notification_is_signed_over_its_bytes_by_the_hooks_secret(
    client: Client, uploads: Uploads, receiver: Receiver
) -> None:
    subscribe(client, receiver.url, signing_secret="s3cret")
    subscribe(client, f"{receiver.url}/plain")
    uploads.upload()
    uploads.stage.work()
    signatures = {
        json.loads(each.body)["hook"]["target"]: (each.headers.get("x-uc-signature"), each.body)
        for each in receiver.received
    }
    signature, body = signatures[receiver.url]
    assert signature == f"v1={hmac.new(b's3cret', body, hashlib.sha256).hexdigest()}"
    assert signatures[f"{receiver.url}/plain"][0] is None


def test_who_is_not_active_or_of_another_project_is_told_nothing(
    client: Client, uploads: Uploads, receiver: Receiver
) -> None:
    subscribe(client, receiver.url, is_active="false")
    subscribe(Client(uploads.stage, "shopkey", "shop-secret"), receiver.url)
    uploads.upload()
    assert sent(receiver, uploads.stage) == []


def test_a_receiver_that_refuses_is_asked_again(client: Client, uploads: Uploads, receiver: Receiver) -> None:
    subscribe(client, receiver.url)
    receiver.statuses.append(500)
    uploads.upload()
    uploads.stage.work()
    assert len(receiver.received) == 1
    assert uploads.stage.store.keys("catalog/records/notices/"), "it waits for its next attempt"
