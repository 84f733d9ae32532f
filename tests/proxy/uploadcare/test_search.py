"""Search for files: every condition, their order, and what is no search."""

from typing import Any

import pytest

from tests.pictures import photo
from tests.proxy.uploadcare.conftest import Client, Uploads


@pytest.fixture
def shelf(uploads: Uploads) -> dict[str, str]:
    """Name → uuid, the oldest first."""
    return {
        "cat.jpg": uploads.upload(photo(), "cat.jpg", **{"metadata[pet]": "tabby cat", "tags": "red,animal"}),
        "invoice-2026.txt": uploads.upload(b"x" * 2000, "invoice-2026.txt", tags="paper"),
        "catalogue.txt": uploads.upload(b"y", "catalogue.txt", **{"metadata[pet]": "none", "tags": "paper,red"}),
    }


def found(client: Client, shelf: dict[str, str], **body: Any) -> list[str]:
    answer = client.ask("POST", "/files/search/", json=body)
    assert answer.status_code == 200, answer.text
    names = {file_id: name for name, file_id in shelf.items()}
    return [names[each["uuid"]] for each in answer.json()["results"]]


CAT, INVOICE, CATALOGUE = "cat.jpg", "invoice-2026.txt", "catalogue.txt"
NEWEST = {"sort": ["-datetime_uploaded"]}
SEARCHES: list[tuple[dict[str, Any], list[str]]] = [
    ({"query": "invoice"}, [INVOICE]),
    ({"query": "TABBY"}, [CAT]),
    ({"query": "tabby invoice", **NEWEST}, [INVOICE, CAT]),
    ({"query": "invoive"}, []),
    ({"query": "invoive", "fuzziness": True}, [INVOICE]),
    ({"query": "invoce", "fuzziness": True}, [INVOICE]),
    ({"phrase": {"metadata": "tabby c"}}, [CAT]),
    ({"phrase": {"original_filename": "2026"}}, [INVOICE]),
    ({"phrase": {"detected_mime_type": "image/"}}, [CAT]),
    ({"exact": {"original_filename": [CAT, CATALOGUE]}, **NEWEST}, [CATALOGUE, CAT]),
    ({"exact": {"detected_mime_type": ["text/plain"], "metadata[pet]": ["none"]}}, [CATALOGUE]),
    ({"is_image": True}, [CAT]),
    ({"is_image": False, **NEWEST}, [CATALOGUE, INVOICE]),
    ({"size": {"gt": 1, "lte": 2000}, "is_image": False}, [INVOICE]),
    ({"size": {"gte": 0}, "sort": ["size"]}, [CATALOGUE, CAT, INVOICE]),
    ({"size": {"gte": 0}, "sort": ["-original_filename"]}, [INVOICE, CATALOGUE, CAT]),
    ({"tags": {"any": ["Red"]}, **NEWEST}, [CATALOGUE, CAT]),
    ({"tags": {"all": ["red", "paper"]}}, [CATALOGUE]),
    ({"tags": {"none": ["red"]}}, [INVOICE]),
    ({"datetime_uploaded": {"gte": "2020-01-01T00:00:00Z"}, **NEWEST}, [CATALOGUE, INVOICE, CAT]),
    ({"datetime_uploaded": {"lt": "2020-01-01T00:00:00Z"}}, []),
]


def test_every_condition_finds_what_it_says(client: Client, shelf: dict[str, str]) -> None:
    for body, names in SEARCHES:
        assert sorted(found(client, shelf, **body)) == sorted(names), body
        if "sort" in body:
            assert found(client, shelf, **body) == names, body
    assert found(client, shelf, exact={"uuid": [shelf[CAT]]}) == [CAT]


def test_pages_follow_each_other(client: Client, shelf: dict[str, str]) -> None:
    body = {"size": {"gte": 0}, "sort": ["datetime_uploaded"]}
    page = client.ask("POST", "/files/search/?limit=2&include=appdata", json=body).json()
    assert (page["total"], page["per_page"], page["previous"], "appdata" in page["results"][0]) == (3, 2, None, True)
    follow = client.ask("POST", page["next"], json=body).json()
    assert [each["uuid"] for each in follow["results"]] == [shelf[CATALOGUE]]
    assert follow["next"] is None
    assert client.ask("POST", follow["previous"], json=body).json()["results"] == page["results"]


FAULTS: list[tuple[str, Any, str]] = [
    ("", {}, "non_field_errors"), ("", {"fuzziness": True}, "non_field_errors"), ("", {"query": "cat"}, "query"),
    ("", {"query": 1}, "query"), ("", {"phrase": {"original_filename": "cat"}}, "phrase"),
    ("", {"phrase": {}}, "phrase"),
    ("", {"exact": {"uuid": []}}, "exact"), ("", {"exact": {"nothing": ["a"]}}, "exact"), ("", {"exact": []}, "exact"),
    ("", {"size": {"gt": "1"}}, "size"), ("", {"size": {"more": 1}}, "size"), ("", {"is_image": "true"}, "is_image"),
    ("", {"tags": {"any": "red"}}, "tags"), ("", {"tags": {"any": ["a b"]}}, "tags"), ("", {"tags": {}}, "tags"),
    ("", {"datetime_uploaded": {"gt": 1}}, "datetime_uploaded"),
    ("", {"is_image": True, "sort": []}, "sort"), ("", {"is_image": True, "sort": ["size", "-size"]}, "sort"),
    ("", {"is_image": True, "sort": ["name"]}, "sort"), ("?limit=101", {"is_image": True}, "limit"),
    ("?offset=999&limit=2", {"is_image": True}, "offset"),
]  # fmt: skip


def test_what_is_no_search_is_told_by_the_name_of_the_field(client: Client) -> None:
    for query, body, field in FAULTS:
        answer = client.ask("POST", f"/files/search/{query}", json=body)
        assert (answer.status_code, list(answer.json())) == (400, [field]), (body, answer.text)
    assert client.ask("POST", "/files/search/", json=[]).status_code == 400
