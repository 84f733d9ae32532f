"""Files from addresses: fetched while the client asks, once per token, never from inside our network."""

import time
from dataclasses import asdict, replace

import pytest

from media.config import Origin
from media.records.catalog import Catalog
from proxy.dialects.uploadcare.upload import from_url
from tests.conftest import MakeStage
from tests.pictures import photo
from tests.proxy.apis import FORBIDDEN_ADDRESSES, Site
from tests.proxy.uploadcare.conftest import CLOUDS, Uploads, error_of

PATIENCE_SECONDS = 20


def waited(uploads: Uploads, token: str) -> dict[str, object]:
    """The status once it is no more "progress"."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        status: dict[str, object] = uploads.get("/from_url/status/", token=token).json()
        if status["status"] != "progress":
            return status
        assert (status["done"], status["total"]) == (0, "unknown")
        time.sleep(0.02)
    raise AssertionError("the fetch does not end")


def fetch(uploads: Uploads, url: str, **fields: str) -> dict[str, object]:
    begun = uploads.post("/from_url/", {"source_url": url, **fields}).json()
    assert begun["type"] == "token", begun
    return waited(uploads, begun["token"])


@pytest.mark.parametrize("path", ["/from_url/", "/from_url", "/from_url//"])
def test_an_address_becomes_a_file(uploads: Uploads, site: Site, path: str) -> None:
    begun = uploads.post(path, {"source_url": site.url("/photo.jpg"), "metadata[a]": "1", "tags": "Red"}).json()
    status = waited(uploads, begun["token"])
    assert (status["status"], status["is_image"], status["size"]) == ("success", True, len(photo()))
    assert (status["original_filename"], status["metadata"], status["tags"]) == ("photo.jpg", {"a": "1"}, ["red"])


def test_fields_may_stand_in_the_query_as_the_javascript_client_writes_them(uploads: Uploads, site: Site) -> None:
    query = {"pub_key": uploads.public, "source_url": site.url("/photo.jpg"), "store": "0", "filename": "x.jpg"}
    begun = uploads.stage.client.post("/from_url/", params={"jsonerrors": "1", **query}).json()
    status = waited(uploads, begun["token"])
    assert (status["original_filename"], status["is_stored"]) == ("x.jpg", False)


def test_an_address_that_was_saved_is_a_duplicate_until_its_file_is_gone(uploads: Uploads, site: Site) -> None:
    url = site.url("/photo.jpg")
    first = fetch(uploads, url, check_URL_duplicates="1", save_URL_duplicates="1")
    again = uploads.post("/from_url/", {"source_url": url, "check_URL_duplicates": "1"}).json()
    assert (again["type"], again["file_id"]) == ("file_info", first["uuid"])
    assert fetch(uploads, url)["uuid"] != first["uuid"], "nobody asked for the one there was"


def test_what_an_origin_has_not_is_told_as_an_error(uploads: Uploads, site: Site) -> None:
    status = fetch(uploads, site.url("/none.jpg"))
    assert (status["status"], status["error_code"]) == ("error", "DownloadFileError")
    assert "no such source" in str(status["error"])


def test_tokens_nobody_gave_are_unknown(uploads: Uploads) -> None:
    assert uploads.get("/from_url/status/", token="nothing").json() == {"status": "unknown"}


@pytest.mark.parametrize("address", FORBIDDEN_ADDRESSES.values(), ids=FORBIDDEN_ADDRESSES)
def test_no_address_inside_is_contacted(make_stage: MakeStage, address: str) -> None:
    with make_stage(clouds=CLOUDS, origin=Origin()) as stage:
        uploads = Uploads(stage)
        answer = uploads.post("/from_url/", {"source_url": address})
        if answer.status_code == 400:
            assert error_of(answer)[1] in ("UrlHostPrivateIPForbiddenError", "SourceUrlInvalidError")
        else:
            assert waited(uploads, answer.json()["token"])["status"] == "error"


def test_an_address_is_required(uploads: Uploads) -> None:
    assert error_of(uploads.post("/from_url/")) == (400, "SourceUrlRequiredError")


def test_a_fetch_whose_proxy_died_is_taken_over_by_the_one_that_is_asked(uploads: Uploads, site: Site) -> None:
    status = fetch(uploads, site.url("/photo.jpg"))
    records = Catalog(uploads.stage.store).records(from_url.KIND)
    (token,) = records.names()
    done = from_url.Fetch.from_document(records.get(token) or {})
    records.put(token, asdict(replace(done, state="waiting", outcome=(), began=time.time() - 3600)))
    again = waited(uploads, token)
    assert (again["status"], again["uuid"] != status["uuid"]) == ("success", True)
    records.put(token, asdict(replace(done, state="waiting", outcome=(), began=time.time() - 3600, tries=3)))
    assert waited(uploads, token)["status"] == "error", "not for ever"
