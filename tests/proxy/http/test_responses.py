"""Validators, ranges and cache headers as RFC 9110 has them."""

import pytest

from proxy.http.responses import Caching, Content, attachment, matches, not_modified, respond

BODY = b"0123456789"
CONTENT = Content(BODY, "image/png", "abc")


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (None, False),
        ("", False),
        ('"abc"', True),
        ('W/"abc"', True),
        ('"x", "abc"', True),
        ("*", False),
        ('"abcd"', False),
    ],
)
def test_an_entity_tag_matches_by_weak_comparison(given: str | None, expected: bool) -> None:
    assert matches(given, "abc") is expected


@pytest.mark.parametrize(
    ("span", "status", "body", "content_range"),
    [
        ("bytes=0-3", 206, b"0123", "bytes 0-3/10"),
        ("bytes=7-", 206, b"789", "bytes 7-9/10"),
        ("bytes=-2", 206, b"89", "bytes 8-9/10"),
        ("bytes=-99", 206, BODY, "bytes 0-9/10"),
        ("bytes=8-99", 206, b"89", "bytes 8-9/10"),
        ("bytes=10-", 416, b"", "bytes */10"),
        ("bytes=5-2", 416, b"", "bytes */10"),
        ("bytes=-0", 416, b"", "bytes */10"),
        ("bytes=0-1,3-4", 200, BODY, None),
        ("bytes=-", 200, BODY, None),
        ("lines=1-2", 200, BODY, None),
    ],
)
def test_a_range_is_cut_refused_or_ignored(span: str, status: int, body: bytes, content_range: str | None) -> None:
    answer = respond(CONTENT, Caching(60), {"range": span}, head=False)
    assert (answer.status_code, answer.body, answer.headers.get("content-range")) == (status, body, content_range)


def test_a_range_of_another_version_is_answered_whole() -> None:
    answer = respond(CONTENT, Caching(60), {"range": "bytes=0-3", "if-range": '"old"'}, head=False)
    assert (answer.status_code, answer.body) == (200, BODY)


def test_head_has_the_headers_and_no_body() -> None:
    answer = respond(CONTENT, Caching(60), {}, head=True)
    assert (answer.body, answer.headers["content-length"], answer.headers["etag"]) == (b"", "10", '"abc"')


@pytest.mark.parametrize("given", ["*", " * ", '"abc"', 'W/"abc", "x"'])
def test_what_is_there_is_not_sent_again(given: str) -> None:
    answer = respond(CONTENT, Caching(60), {"if-none-match": given, "range": "bytes=0-3"}, head=False)
    assert (answer.status_code, answer.body, answer.headers["etag"]) == (304, b"", '"abc"')


def test_a_range_beyond_the_end_is_kept_by_nobody() -> None:
    answer = respond(CONTENT, Caching(60, immutable=True), {"range": "bytes=10-"}, head=False)
    assert answer.headers["cache-control"] == "no-store"


def test_not_modified_repeats_what_a_cache_needs() -> None:
    answer = not_modified("abc", Caching(60, immutable=True, vary=("Accept", "DPR")))
    assert (answer.status_code, answer.headers["vary"]) == (304, "Accept, DPR")
    assert answer.headers["cache-control"] == "public, max-age=60, immutable"


def test_stored_bytes_can_never_run_as_a_page() -> None:
    headers = respond(CONTENT, Caching(60), {}, head=False).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in headers["content-security-policy"]


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("red shoe.jpg", "red shoe.jpg"),
        ('a"b\\c.jpg', "a_b_c.jpg"),
        ("schöne\r\n.jpg", "sch_ne__.jpg"),
        ("a" * 300, "a" * 200),
    ],
)
def test_a_file_name_cannot_leave_its_quotes(name: str, shown: str) -> None:
    assert attachment(name) == {"Content-Disposition": f'attachment; filename="{shown}"'}
