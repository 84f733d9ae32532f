"""Files through the REST API: told, listed page by page, stored, deleted, copied, described."""

from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.pictures import photo
from tests.proxy.uploadcare.conftest import ACCEPT, PUBLIC, Client, Uploads, signed_headers

NOBODY = "0" * 8 + "-0000-0000-0000-" + "0" * 12
KEYS = {
    "uuid", "url", "original_filename", "original_file_url", "mime_type", "size", "is_image", "is_ready",
    "datetime_uploaded", "datetime_stored", "datetime_removed", "variations", "metadata", "tags", "content_info",
}  # fmt: skip


def test_a_file_has_every_key_always(client: Client, uploads: Uploads) -> None:
    file_id = uploads.upload(name="my cat.jpg", **{"metadata[pet]": "cat", "tags": "Red,blue, red"})
    answer = client.ask("GET", f"/files/{file_id}/")
    shown = answer.json()
    assert answer.headers["content-type"] == ACCEPT
    assert set(shown) == KEYS
    assert shown["url"] == f"http://testserver/files/{file_id}/"
    assert shown["original_file_url"] == f"http://testserver/{file_id}/my_cat.jpg"
    assert (shown["metadata"], shown["tags"]) == ({"pet": "cat"}, ["red", "blue"])
    assert shown["content_info"]["mime"] == {"mime": "image/jpeg", "type": "image", "subtype": "jpeg"}
    assert shown["content_info"]["image"]["sequence"] is False
    assert shown["datetime_uploaded"].endswith("Z")
    assert (len(shown["datetime_uploaded"]), shown["datetime_removed"], shown["variations"]) == (27, None, None)
    assert client.ask("GET", f"/files/{file_id}/?include=appdata").json()["appdata"] == {}


def test_a_text_has_no_picture(client: Client, uploads: Uploads) -> None:
    shown = client.ask("GET", f"/files/{uploads.upload(b'text', 'a.txt')}/").json()
    assert shown["content_info"] == {"mime": {"mime": "text/plain", "type": "text", "subtype": "plain"}}


def test_storing_is_for_good_and_done_once(client: Client, uploads: Uploads) -> None:
    file_id = uploads.upload(UPLOADCARE_STORE="0")
    assert client.ask("GET", f"/files/{file_id}/").json()["datetime_stored"] is None
    stored = client.ask("PUT", f"/files/{file_id}/storage/").json()["datetime_stored"]
    assert stored
    assert client.ask("PUT", f"/files/{file_id}/storage/").json()["datetime_stored"] == stored


@pytest.mark.parametrize("path", ["/files/{}/storage/", "/files/{}/"])
def test_what_is_deleted_is_told_as_such_and_served_no_more(client: Client, uploads: Uploads, path: str) -> None:
    file_id = uploads.upload()
    deleted = client.ask("DELETE", path.format(file_id)).json()
    assert (deleted["uuid"], deleted["original_file_url"]) == (file_id, None)
    assert deleted["datetime_removed"]
    assert client.ask("GET", f"/files/{file_id}/").json() == deleted
    assert client.ask("DELETE", path.format(file_id)).status_code == 404
    assert client.ask("PUT", f"/files/{file_id}/storage/").status_code == 404
    assert uploads.get("/info/", file_id=file_id).status_code == 404


def test_many_files_are_stored_and_deleted_together(client: Client, uploads: Uploads) -> None:
    uuids = [uploads.upload(bytes([number]), UPLOADCARE_STORE="0") for number in range(3)]
    for method, field in (("PUT", "datetime_stored"), ("DELETE", "datetime_removed")):
        answer = client.ask(method, "/files/storage/", json=[*uuids, NOBODY, "cat"]).json()
        assert answer["status"] == "ok"
        assert answer["problems"] == {NOBODY: "Missing in the project", "cat": "Invalid"}
        assert [each["uuid"] for each in answer["result"]] == uuids
        assert all(each[field] for each in answer["result"])


BATCHES = {
    "no list": ({"a": 1}, "Expected list of UUIDs"),
    "a list of numbers": ([1], "Expected list of UUIDs"),
    "nothing": ([], "List of UUIDs can not be empty"),
    "too many": ([NOBODY] * 101, "Maximum UUIDs per request is exceeded. The limit is 100"),
}


@pytest.mark.parametrize(("body", "detail"), BATCHES.values(), ids=BATCHES)
def test_a_batch_that_is_none_is_refused(client: Client, body: Any, detail: str) -> None:
    answer = client.ask("PUT", "/files/storage/", json=body)
    assert (answer.status_code, answer.json()) == (400, {"detail": detail})


def walk(client: Client, path: str) -> list[str]:
    """The uuids of all pages, as clients follow them."""
    found, address = [], path
    for _ in range(20):
        page = client.ask("GET", address).json()
        found += [each["uuid"] for each in page["results"]]
        if page["next"] is None:
            return found
        assert page["next"].startswith("http://testserver/files/?")
        address = page["next"].removeprefix("http://testserver")
    raise AssertionError("pages without end")


@pytest.fixture
def five(uploads: Uploads) -> list[str]:
    """The uuids of files, the oldest first; the second and the fourth are not stored."""
    return [uploads.upload(bytes([number]), UPLOADCARE_STORE=str(number % 2)) for number in (1, 2, 3, 4, 5)]


def test_pages_follow_each_other_in_both_directions(client: Client, five: list[str]) -> None:
    assert walk(client, "/files/?limit=2") == five
    assert walk(client, "/files/?limit=2&ordering=-datetime_uploaded") == five[::-1]
    first = client.ask("GET", "/files/?limit=2").json()
    assert (first["previous"], first["total"], first["per_page"]) == (None, 5, 2)
    second = client.ask("GET", first["next"]).json()
    back = client.ask("GET", second["previous"]).json()
    assert [each["uuid"] for each in back["results"]] == five[:2]


def test_lists_hold_what_they_are_asked_for(client: Client, five: list[str]) -> None:
    for order in ("", "&ordering=-datetime_uploaded"):
        turned = -1 if order else 1
        assert walk(client, f"/files/?limit=1&stored=true{order}") == five[::2][::turned]
        assert walk(client, f"/files/?limit=1&stored=false{order}") == five[1::2][::turned]
    client.ask("DELETE", "/files/storage/", json=five[:2])
    for order in ("", "&ordering=-datetime_uploaded"):
        turned = -1 if order else 1
        assert walk(client, f"/files/?limit=1&removed=true{order}") == five[:2][::turned]
        assert walk(client, f"/files/?removed=false{order}") == five[2:][::turned]
    page = client.ask("GET", "/files/?stored=false").json()
    assert (page["total"], page["totals"]) == (1, {"removed": 2, "stored": 2, "unstored": 1})


def test_a_list_begins_at_a_moment(client: Client, five: list[str]) -> None:
    third = client.ask("GET", f"/files/{five[2]}/").json()["datetime_uploaded"]
    for written in (third, third.replace("Z", "+00:00").replace("+", "%2B"), third.replace("Z", "")):
        assert walk(client, f"/files/?from={written}") == five[2:]
    assert walk(client, f"/files/?ordering=-datetime_uploaded&from={third}") == five[2::-1]
    assert walk(client, "/files/?from=2999-01-01T00:00:00") == []


def test_parameters_nobody_knows_are_no_matter(client: Client, five: list[str]) -> None:
    """pyuploadcare's count() writes a dictionary into one."""
    page = client.ask("GET", "/files/?query_parameters=%7B%27stored%27%3A+True%7D").json()
    assert page["total"] == 5
    assert "appdata" in client.ask("GET", "/files/?include=appdata").json()["results"][0]


WRONG = {
    "limit=0": "limit should be", "limit=1001": "limit should be", "limit=many": "limit should be",
    "ordering=size": "ordering should be", "from=yesterday": "from should be", "removed=maybe": "removed should be",
    "stored=2": "stored should be",
}  # fmt: skip


@pytest.mark.parametrize("query", WRONG)
def test_a_list_that_cannot_be_is_refused(client: Client, query: str) -> None:
    answer = client.ask("GET", f"/files/?{query}")
    assert answer.status_code == 400
    assert answer.json()["detail"].startswith(WRONG[query])


def test_metadata_is_read_and_written_key_by_key(client: Client, uploads: Uploads) -> None:
    path = f"/files/{uploads.upload()}/metadata/"
    assert client.ask("PUT", f"{path}pet/", json="cat").status_code == 201
    answer = client.ask("PUT", f"{path}pet/", json="dog")
    assert (answer.status_code, answer.json()) == (200, "dog")
    assert client.ask("GET", path).json() == {"pet": "dog"}
    assert client.ask("GET", f"{path}pet/").json() == "dog"
    assert client.ask("DELETE", f"{path}pet/").status_code == 204
    assert client.ask("GET", f"{path}pet/").status_code == 404
    assert client.ask("DELETE", f"{path}pet/").status_code == 404


@pytest.mark.parametrize(
    ("key", "value"), [("a b", "1"), ("k" * 65, "1"), ("a", ""), ("a", "v" * 513), ("a", 1), ("a", None), ("a", ["1"])]
)
def test_metadata_has_its_bounds(client: Client, uploads: Uploads, key: str, value: Any) -> None:
    assert client.ask("PUT", f"/files/{uploads.upload()}/metadata/{key}/", json=value).status_code == 400


def test_tags_are_replaced_or_changed(client: Client, uploads: Uploads) -> None:
    path = f"/files/{uploads.upload(tags='a,b')}/tags/"
    assert client.ask("GET", path).json() == {"tags": ["a", "b"]}
    changed = client.ask("PATCH", path, json={"add": ["C", "a"], "delete": ["a", "x"]}).json()
    assert changed == {"tags": ["b", "c", "a"], "added": ["c"], "deleted": []}
    assert client.ask("PUT", path, json={"tags": []}).json() == {"tags": [], "added": [], "deleted": ["b", "c", "a"]}
    for body in ({"tags": "a"}, {"tags": [1]}, {"tags": ["a b"]}, ["a"]):
        assert client.ask("PUT", path, json=body).status_code == 400


def test_a_copy_is_a_file_of_its_own_with_the_same_bytes(client: Client, uploads: Uploads) -> None:
    file_id = uploads.upload(name="cat.jpg", **{"metadata[a]": "1"})
    for source in (file_id, f"https://ucarecdn.com/{file_id}/cat.jpg", f"/{file_id}/"):
        sent = {"source": source, "store": "true", "metadata": {"b": "2"}}
        answer = client.ask("POST", "/files/local_copy/", json=sent)
        copied = answer.json()["result"]
        assert (answer.status_code, answer.json()["type"], copied["metadata"]) == (201, "file", {"b": "2"})
        assert (copied["uuid"] != file_id, copied["size"]) == (True, len(photo()))
        assert copied["datetime_stored"]
    assert len(uploads.stage.store.keys("sources/")) == 1
    assert (
        client.ask("POST", "/files/local_copy/", json={"source": file_id}).json()["result"]["datetime_stored"] is None
    )


COPIES = {
    "no body": ([], "The body must be an object."),
    "no source": ({}, "source is required."),
    "a name": ({"source": "cat.jpg"}, "Bad `source` parameter."),
    "a store nobody knows": ({"source": NOBODY, "store": "maybe"}, "`store` parameter should be"),
    "metadata in a list": ({"source": NOBODY, "metadata": ["a"]}, "metadata must be an object"),
}


@pytest.mark.parametrize(("body", "detail"), COPIES.values(), ids=COPIES)
def test_a_copy_of_nothing_is_refused(client: Client, body: Any, detail: str) -> None:
    answer = client.ask("POST", "/files/local_copy/", json=body)
    assert answer.status_code in (400, 404)
    assert answer.json()["detail"].startswith(detail)


def test_a_copy_to_a_storage_nobody_named_is_refused(client: Client, uploads: Uploads) -> None:
    answer = client.ask("POST", "/files/remote_copy/", json={"source": uploads.upload(), "target": "mine"})
    assert answer.status_code == 400
    assert "no storage" in answer.json()["detail"]


def test_groups_are_listed_shown_and_deleted(client: Client, uploads: Uploads) -> None:
    first, second = uploads.upload(b"1"), uploads.upload(b"2")
    made = [uploads.post("/group/", {"files[0]": each, "files[1]": second}).json()["id"] for each in (first, second)]
    page = client.ask("GET", "/groups/?limit=1").json()
    assert ([each["id"] for each in page["results"]], page["total"]) == (made[:1], 2)
    assert "files" not in page["results"][0]
    follow = client.ask("GET", page["next"]).json()
    assert [each["id"] for each in follow["results"]] == made[1:]
    newest = client.ask("GET", "/groups/?ordering=-datetime_created").json()
    assert [each["id"] for each in newest["results"]] == made[::-1]
    client.ask("DELETE", f"/files/{first}/storage/")
    shown = client.ask("GET", f"/groups/{made[0]}/").json()
    assert [each and each["uuid"] for each in shown["files"]] == [None, second]
    assert client.ask("DELETE", f"/groups/{made[0]}/").status_code == 204
    assert client.ask("GET", f"/groups/{made[0]}/").status_code == 404
    assert client.ask("GET", f"/files/{second}/").json()["datetime_removed"] is None, "files outlive their groups"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", f"/files/{NOBODY}/"), ("PUT", f"/files/{NOBODY}/storage/"), ("DELETE", f"/files/{NOBODY}/storage/"),
        ("GET", f"/files/{NOBODY}/metadata/"), ("GET", f"/files/{NOBODY}/tags/"), ("GET", f"/groups/{NOBODY}~2/"),
        ("GET", "/convert/document/status/1/"), ("GET", f"/convert/document/{NOBODY}/"), ("PUT", "/webhooks/1/"),
        ("DELETE", "/webhooks/1/"), ("PUT", f"/groups/{NOBODY}~2/storage/"), ("POST", "/addons/nothing/execute/"),
    ],
)  # fmt: skip
def test_what_is_not_there_is_a_404(client: Client, method: str, path: str) -> None:
    answer = client.ask(method, path)
    assert (answer.status_code, answer.json()) == (404, {"detail": "Not found."})
    assert answer.headers["content-type"] == "application/json"


def test_conversions_say_that_there_are_none(client: Client, uploads: Uploads) -> None:
    paths = [f"{uploads.upload()}/document/-/format/pdf/"]
    for kind in ("document", "video"):
        answer = client.ask("POST", f"/convert/{kind}/", json={"paths": paths}).json()
        assert answer == {"problems": {paths[0]: f"This server converts no {kind}s."}, "result": []}
    shown = client.ask("GET", f"/convert/document/{paths[0][:36]}/").json()
    assert (shown["format"]["name"], shown["format"]["conversion_formats"]) == ("jpg", [])
    assert client.ask("POST", "/convert/video/", json={}).status_code == 400


def test_a_signed_call_with_a_body_is_signed_over_it(client: Client, uploads: Uploads) -> None:
    body = f'["{uploads.upload()}"]'.encode()
    headers = signed_headers("PUT", "/files/storage/", body)
    assert client.ask("PUT", "/files/storage/", content=body, headers=headers).status_code == 200
    assert client.ask("PUT", "/files/storage/", content=body + b" ", headers=headers).status_code == 401


def test_the_next_page_is_at_the_host_that_was_asked(client: Client, five: list[str]) -> None:
    """pyuploadcare follows it nowhere else, whatever public name is configured."""
    page = client.ask("GET", "/files/?limit=2", headers={"Host": "api.example.com:81"}).json()
    assert urlsplit(page["next"]).netloc == "api.example.com:81"
    assert PUBLIC


def test_a_copy_has_operations_baked_in(client: Client, uploads: Uploads) -> None:
    file_id = uploads.upload(name="cat.jpg")
    for source in (f"{file_id}/-/resize/48x/-/format/png/", f"http://a.example/{file_id}/-/resize/48x/-/format/png/"):
        answer = client.ask("POST", "/files/local_copy/", json={"source": source, "store": True})
        assert answer.status_code == 201, answer.text
        shown = answer.json()["result"]
        image = shown["content_info"]["image"]
        assert (image["width"], image["height"], image["format"]) == (48, 32, "PNG")
        assert (shown["original_filename"], shown["mime_type"]) == ("cat.png", "image/png")
        kept = client.stage.client.get(f"/{shown['uuid']}/").content
        assert kept == client.stage.client.get(f"/{file_id}/-/resize/48x/-/format/png/").content
    told = {each["uuid"] for each in client.ask("GET", "/files/").json()["results"]}
    assert len(told) == 3


@pytest.mark.parametrize(
    ("effects", "status"),
    [
        ("-/resize/x/", 400),
        ("-/nothing/", 400),
        ("-/json/", 400),
        (f"-/overlay/{NOBODY}/", 404),
        ("-/progressive/yes/", 201),
    ],
)  # fmt: skip
def test_operations_that_make_no_copy_are_refused(client: Client, uploads: Uploads, effects: str, status: int) -> None:
    answer = client.ask("POST", "/files/local_copy/", json={"source": f"{uploads.upload()}/{effects}"})
    assert answer.status_code == status, answer.text


def test_operations_on_what_is_no_picture_are_refused(client: Client, uploads: Uploads) -> None:
    source = f"{uploads.upload(b'text', 'a.txt')}/-/resize/10x/"
    assert client.ask("POST", "/files/local_copy/", json={"source": source}).status_code == 400
