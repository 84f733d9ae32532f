"""A signed call says to the signature what it says to the API: nothing can be put beside it, into it or out of it."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import httpx
import pytest

from media.config import Cloud, Settings, Webhooks
from media.records.catalog import Catalog
from tests.conftest import MakeStage
from tests.pictures import photo
from tests.receiver import Receiver, listening
from tests.signing import signed
from tests.stage import Stage

ROOT = "/v1_1/demo"
Send = Callable[[Stage, str, dict[str, Any]], httpx.Response]


def form(stage: Stage, action: str, fields: dict[str, Any]) -> httpx.Response:
    return stage.client.post(f"{ROOT}/{action}", data=fields)


def json(stage: Stage, action: str, fields: dict[str, Any]) -> httpx.Response:
    return stage.client.post(f"{ROOT}/{action}", json=fields)


def query(stage: Stage, action: str, fields: dict[str, Any]) -> httpx.Response:
    return stage.client.post(f"{ROOT}/{action}", params=fields)


WAYS: dict[str, Send] = {"form": form, "json": json, "query": query}


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with listening() as found:
        yield found


@pytest.fixture
def stage(make_stage: MakeStage) -> Iterator[Stage]:
    with make_stage(webhooks=Webhooks(allow_private=True, max_attempts=1, timeout_seconds=1)) as made:
        for name in ("shoe", "boot", "a,b"):
            made.upload(photo(), name, tags="kept", context="kept=yes")
        yield made


def tags_of(stage: Stage, public_id: str) -> tuple[str, ...]:
    asset = Catalog(stage.store).get("demo", "image", "upload", public_id)
    assert asset is not None
    return asset.tags


TAG = {"command": "add", "tag": "new", "public_ids": "shoe"}

#: What is added to, or put in the place of, what was signed.
TAMPERED: list[tuple[dict[str, Any], tuple[Send, ...]]] = [
    ({"tag": "worse"}, (form, json, query)),
    ({"type": "private"}, (form, json, query)),
    ({"public_ids": ["shoe", "boot"]}, (json,)),
    ({"public_ids[]": ["boot"]}, (form, query)),
    ({"public_ids": {"shoe": 1, "boot": 2}}, (json,)),
    ({"public_ids": [["shoe"], "boot"]}, (json,)),
    ({"tag": {"new": "worse"}}, (json,)),
    ({"tag": ["new", "worse"]}, (json, form, query)),
    ({"tag": True}, (json,)),
    ({"tag": 1.5}, (json,)),
    ({"command": ["add", "remove_all"]}, (json, form, query)),
    ({"api_key": ["demo-key", "demo-key"]}, (json, form, query)),
    ({"signature": ["x", "y"]}, (json, form, query)),
    ({"timestamp": "9999999999"}, (form, json, query)),
]


@pytest.mark.parametrize(("extra", "send"), [(extra, send) for extra, ways in TAMPERED for send in ways])
def test_what_a_signature_does_not_cover_is_refused_however_it_is_sent(
    stage: Stage, extra: dict[str, Any], send: Send
) -> None:
    assert send(stage, "image/tags", {**signed(TAG), **extra}).status_code in (400, 401)
    assert tags_of(stage, "shoe") == tags_of(stage, "boot") == ("kept",)


@pytest.mark.parametrize("send", WAYS.values(), ids=WAYS)
def test_a_signed_call_is_understood_however_it_is_sent(stage: Stage, send: Send) -> None:
    assert send(stage, "image/tags", {**signed(TAG)}).json() == {"public_ids": ["shoe"]}
    assert tags_of(stage, "shoe") == ("kept", "new")


@pytest.mark.parametrize(
    "spelt",
    [{"public_ids": "shoe,boot"}, {"public_ids": ["shoe", "boot"]}, {"public_ids": ["shoe,boot"]}],
    ids=str,
)
def test_spellings_that_sign_the_same_mean_the_same(stage: Stage, spelt: dict[str, Any]) -> None:
    """A signature joins lists by commas: ``a,b`` cannot be two assets to the one and one asset to the other."""
    fields = {**signed({**TAG, "public_ids": "shoe,boot"}), **spelt}
    assert json(stage, "image/tags", fields).json() == {"public_ids": ["shoe", "boot"]}


def test_what_is_empty_is_not_signed_and_says_nothing(stage: Stage) -> None:
    fields = {**signed({"public_id": "shoe", "type": "upload"}), "tags": "", "context": [], "access_control": None}
    assert json(stage, "image/explicit", fields).json()["tags"] == ["kept"]


def test_a_json_object_says_to_the_call_what_was_signed(stage: Stage) -> None:
    given = signed({"public_id": "shoe", "type": "upload", "context": '{"alt": "a shoe"}'})
    as_object = {**given, "context": {"alt": "a shoe"}}
    assert json(stage, "image/explicit", as_object).json()["context"]["custom"] == {"alt": "a shoe"}
    assert form(stage, "image/explicit", given).json()["context"]["custom"] == {"alt": "a shoe"}
    assert json(stage, "image/explicit", {**given, "context": {"alt": "no shoe"}}).status_code == 401


def test_a_file_stands_in_no_texts_place(stage: Stage) -> None:
    answer = stage.client.post(f"{ROOT}/image/explicit", data=signed({"public_id": "shoe"}), files={"tags": b"worse"})
    assert (answer.status_code, tags_of(stage, "shoe")) == (400, ("kept",))


CALLS: list[tuple[str, dict[str, str]]] = [
    ("image/upload", {"public_id": "other"}),
    ("image/explicit", {"public_id": "shoe", "eager": "w_9"}),
    ("image/rename", {"from_public_id": "shoe", "to_public_id": "slipper"}),
    ("image/destroy", {"public_id": "shoe"}),
]
NOTES: list[tuple[str, dict[str, str]]] = [
    ("image/tags", TAG),
    ("image/context", {"command": "add", "context": "a=b", "public_ids": "shoe"}),
    ("image/metadata", {"metadata": "a=b", "public_ids": "shoe"}),
]


@pytest.mark.parametrize(("action", "fields"), CALLS)
def test_nobody_is_notified_whom_the_signature_does_not_name(
    stage: Stage, receiver: Receiver, action: str, fields: dict[str, str]
) -> None:
    sent = {**signed(fields), "notification_url": receiver.url, "eager_notification_url": receiver.url}
    answer = stage.client.post(f"{ROOT}/{action}", data=sent, files={"file": photo()})
    assert answer.status_code == 401
    stage.work()
    assert not receiver.received


@pytest.mark.parametrize(("action", "fields"), NOTES)
def test_where_the_sdks_leave_the_address_unsigned_it_is_taken_and_not_followed(
    stage: Stage, receiver: Receiver, action: str, fields: dict[str, str]
) -> None:
    assert form(stage, action, {**signed(fields), "notification_url": receiver.url}).status_code == 200
    stage.work()
    assert not receiver.received
    assert form(stage, action, signed({**fields, "notification_url": receiver.url})).status_code == 200
    stage.work()
    assert len(receiver.received) == 1


def test_version_2_alone_can_be_asked_for(make_stage: MakeStage, settings: Settings) -> None:
    """Under version 1, ``public_id=shoe&tags=a`` signs as the value ``shoe&tags=a`` of one parameter does."""
    joined = {**signed({"public_id": "shoe", "tags": "a"}, version=1), "public_id": "shoe&tags=a"}
    del joined["tags"]
    for v2_only, status in ((False, 200), (True, 401)):
        cloud = replace(settings.clouds["demo"], signature_v2_only=v2_only)
        with make_stage(clouds={"demo": cloud}) as stage:
            assert stage.client.post(f"{ROOT}/image/upload", data=joined, files={"file": photo()}).status_code == status
            assert stage.upload(photo(), "boot", tags="a&b")["tags"] == ["a&b"]


def test_ids_of_another_cloud_open_nothing(make_stage: MakeStage, settings: Settings) -> None:
    other = Cloud(keys={"other-key": "demo-secret"})
    with make_stage(clouds={**settings.clouds, "other": other}) as stage:
        uploaded: Any = stage.upload(photo(), "shoe", return_delete_token="true", backup="true")
        stage.client.get("/demo/image/upload/w_10/shoe.png")
        path = f"{ROOT}/resources/image/upload/shoe"
        credentials = ("demo-key", "demo-secret")
        details = stage.client.get(path, auth=credentials, params={"versions": "1"}).json()
        derived = details["derived"][0]["id"]
        ask = {"derived_resource_ids": [derived]}
        answer = stage.client.request(
            "DELETE", "/v1_1/other/derived_resources", auth=("other-key", "demo-secret"), json=ask
        )
        assert answer.json()["deleted"] == {derived: "not_found"}
        assert stage.client.get(path, auth=credentials).json()["derived"]
        token = {"token": uploaded["delete_token"]}
        assert stage.client.post("/v1_1/other/delete_by_token", data=token).status_code == 401
        assert stage.client.post("/v1_1/demo/delete_by_token", data=token).json() == {"result": "ok"}
