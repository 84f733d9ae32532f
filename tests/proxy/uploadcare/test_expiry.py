"""Files that are not stored go after a day, by any sweep, and never one that was stored meanwhile."""

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest

from media.records.catalog import Catalog
from media.retention.bin import Bin
from media.retention.sweep import sweep
from media.stores.memory import MemoryStore
from proxy.dialects.uploadcare.settings import Uploadcare
from tests.conftest import MakeStage
from tests.media.retention.conftest import FixedMarks
from tests.proxy.uploadcare.conftest import CLOUDS, Client, Uploads
from tests.proxy.uploadcare.test_files import NOBODY
from tests.proxy.uploadcare.test_uploads import expiring
from tests.stage import Stage, open_stage

UNSTORED_SECONDS, REMOVED_SECONDS = 100, 1000


@pytest.fixture
def stage(make_stage: MakeStage) -> Iterator[Stage]:
    """Files that are not stored go soon, and are listed as deleted for a while."""
    with make_stage(
        Uploadcare(unstored_seconds=UNSTORED_SECONDS, removed_seconds=REMOVED_SECONDS), clouds=CLOUDS
    ) as made:
        yield made


def swept(stage: Stage, later: float = 0.0) -> Bin:
    """A sweep by a clock that is ``later``."""
    store = stage.store
    assert isinstance(store, MemoryStore)
    store._clock = lambda: time.time() + later
    try:
        bin_ = Bin(store)
        sweep(store, Catalog(store), stage.settings.store, FixedMarks(), bin_)
        return bin_
    finally:
        store._clock = time.time


def listed(client: Client, query: str = "") -> list[str]:
    return [each["uuid"] for each in client.ask("GET", f"/files/?{query}").json()["results"]]


def test_what_is_not_stored_goes_when_its_time_has_come(client: Client, uploads: Uploads) -> None:
    stored, unstored = uploads.upload(b"1", UPLOADCARE_STORE="1"), uploads.upload(b"2", UPLOADCARE_STORE="0")
    swept(client.stage)
    assert listed(client) == [stored, unstored], "not before"
    assert swept(client.stage, later=200).tallies["expired"].deleted
    assert listed(client) == [stored]
    gone = client.ask("GET", f"/files/{unstored}/").json()
    assert gone["datetime_removed"]
    assert listed(client, "removed=true") == [unstored]
    assert client.ask("GET", "/files/").json()["totals"] == {"removed": 1, "stored": 1, "unstored": 0}
    swept(client.stage, later=2000)
    assert client.ask("GET", f"/files/{unstored}/").status_code == 404
    assert listed(client, "removed=true") == listed(client, "removed=true&ordering=-datetime_uploaded") == []


def test_what_was_stored_meanwhile_stays(client: Client, uploads: Uploads) -> None:
    file_id = uploads.upload(UPLOADCARE_STORE="0")
    client.ask("PUT", f"/files/{file_id}/storage/")
    swept(client.stage, later=200)
    assert client.ask("GET", f"/files/{file_id}/").json()["datetime_removed"] is None
    assert listed(client, "removed=true") == []


def test_sources_of_what_went_go_with_the_sources_nobody_names(client: Client, uploads: Uploads) -> None:
    uploads.upload(b"once", UPLOADCARE_STORE="0")
    shared = uploads.upload(b"twice", UPLOADCARE_STORE="0")
    uploads.upload(b"twice", UPLOADCARE_STORE="1")
    for hours in (1, 2, 3):
        swept(client.stage, later=3600 * hours)
    kept = [blob.body for key in client.stage.store.keys("sources/") if (blob := client.stage.store.get(key))]
    assert kept == [b"twice"]
    assert client.stage.store.keys("retired/") == []
    assert shared not in listed(client)


def test_what_an_add_on_makes_unstored_goes_too(client: Client, uploads: Uploads) -> None:
    """A project that stores nothing of itself."""
    shop = Client(client.stage, "shopkey", "shop-secret")
    target = Uploads(client.stage, "shopkey").upload(**expiring(), UPLOADCARE_STORE="1")
    request_id = shop.ask("POST", "/addons/remove_bg/execute/", json={"target": target}).json()["request_id"]
    client.stage.work()
    status = shop.ask("GET", f"/addons/remove_bg/execute/status/?request_id={request_id}").json()
    made = status["result"]["file_id"]
    assert listed(shop, "stored=false") == [made]
    swept(client.stage, later=200)
    assert listed(shop) == [target]
    gone = shop.ask("GET", f"/files/{made}/").json()
    assert (gone["size"] > 100, gone["content_info"]["image"]["width"]) == (True, 96)


def test_records_survive_a_redis_that_forgets_and_another_proxy(client: Client, uploads: Uploads) -> None:
    file_id = uploads.upload(UPLOADCARE_STORE="0")
    with open_stage(client.stage.settings, client.stage.store) as other:
        assert Client(other).ask("GET", f"/files/{file_id}/").status_code == 200
        assert listed(Client(other), "stored=false") == [file_id]


@pytest.mark.parametrize(
    ("method", "path", "sent"),
    [
        ("GET", "/files/{}/", {}),
        ("PUT", "/files/{}/storage/", {}),
        ("DELETE", "/files/{}/storage/", {}),
        ("GET", "/files/{}/metadata/", {}),
        ("PUT", "/files/{}/tags/", {"json": ["late"]}),
        ("POST", "/files/local_copy/", {"json": {"source": "{}"}}),
        ("POST", "/addons/remove_bg/execute/", {"json": {"target": "{}"}}),
        ("GET", "/convert/document/{}/", {}),
    ],
)
def test_what_is_over_is_not_there_before_anybody_sweeps(
    client: Client, uploads: Uploads, monkeypatch: pytest.MonkeyPatch, method: str, path: str, sent: dict[str, Any]
) -> None:
    """As a file that never was."""
    file_id = uploads.upload(UPLOADCARE_STORE="0")
    pass_time(monkeypatch)
    asked, never = (
        client.ask(method, path.format(each), **json.loads(json.dumps(sent).replace('"{}"', f'"{each}"')))
        for each in (file_id, NOBODY)
    )
    assert (asked.status_code, asked.text.replace(file_id, NOBODY)) == (never.status_code, never.text)
    assert asked.status_code >= 400


def test_what_is_over_is_in_no_list_batch_or_group(
    client: Client, uploads: Uploads, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone, stays = uploads.upload(b"1", UPLOADCARE_STORE="0"), uploads.upload(b"2", UPLOADCARE_STORE="1")
    made = uploads.post("/group/", {"files[0]": gone, "files[1]": stays}).json()["id"]
    pass_time(monkeypatch)
    assert listed(client) == [stays]
    assert client.ask("PUT", "/files/storage/", json=[gone]).json()["problems"] == {gone: "Missing in the project"}
    assert [each and each["uuid"] for each in client.ask("GET", f"/groups/{made}/").json()["files"]] == [None, stays]
    assert uploads.post("/group/", {"files[0]": gone}).status_code == 400
    assert uploads.get("/info/", file_id=gone).status_code == 404


def pass_time(monkeypatch: pytest.MonkeyPatch) -> None:
    later = time.time() + 2 * UNSTORED_SECONDS
    monkeypatch.setattr(time, "time", lambda: later)
