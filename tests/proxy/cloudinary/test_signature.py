"""Signatures equal those the SDKs assert (tests/vectors/cloudinary_signatures.tsv)."""

from typing import Any

import pytest

from proxy.dialects.cloudinary import signature
from proxy.dialects.cloudinary.syntax import url
from tests.proxy.cloudinary.vectors import read_json, read_tsv

ROWS = read_tsv("cloudinary_signatures.tsv")
REQUESTS = read_json("cloudinary_request_signatures.json")


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["signature"])
def test_signature_equals_the_vector(row: dict[str, str]) -> None:
    is_long = row["long"] == "yes"
    assert signature.sign(row["to_sign"], row["secret"], algorithm=row["algorithm"], long=is_long) == row["signature"]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["signature"])
def test_signed_url_is_verified_with_any_of_the_keys(row: dict[str, str]) -> None:
    kind = "fetch" if row["to_sign"].startswith("http") else "upload"
    parsed = url.parse(f"/demo/image/{kind}/s--{row['signature']}--/{row['to_sign']}")
    assert signature.verify(parsed, ["old", row["secret"]])
    assert not signature.verify(parsed, ["old"])


def test_version_is_not_signed() -> None:
    parsed = url.parse("/demo/image/upload/s--Ai4Znfl3--/c_crop,h_20,w_10/v1234/image.jpg")
    assert signature.verify(parsed, ["b"])


def test_text_signed_unescaped_is_accepted_as_ruby_does_it() -> None:
    given = signature.sign("l_text:Arial_20:a b/image.jpg", "b")
    parsed = url.parse(f"/demo/image/upload/s--{given}--/l_text:Arial_20:a%2520b/image.jpg")
    assert signature.verify(parsed, ["b"])


def test_signature_survives_collapsed_slashes() -> None:
    parsed = url.parse("/demo/image/fetch/s--hH_YcbiS--/http:/google.com/path/to/image.png")
    assert signature.verify(parsed, ["b"])


def test_unsigned_url_is_not_verified() -> None:
    assert not signature.verify(url.parse("/demo/image/upload/image.jpg"), ["b"])


@pytest.mark.parametrize("row", [row for row in REQUESTS if "signature" in row], ids=str)
def test_request_signature_equals_the_vector(row: dict[str, Any]) -> None:
    assert signature.sign_request(row["parameters"], row["secret"], row["algorithm"]) == row["signature"]
    assert signature.verify_request(row["parameters"], row["signature"], ["other", row["secret"]])
    assert not signature.verify_request(row["parameters"], row["signature"], ["other"])


def test_both_versions_of_the_request_signature_are_accepted() -> None:
    parameters = {"notification_url": "https://fake.com/callback?a=1&tags=hello,world", "timestamp": 1568810420}
    first, second = (signature.sign_request(parameters, "s", version=version) for version in (1, 2))
    assert first != second
    assert signature.verify_request(parameters, first, ["s"])
    assert signature.verify_request(parameters, second, ["s"])


def test_lists_and_flags_are_signed_as_sent() -> None:
    assert signature.string_to_sign({"tags": ["a", "b"], "overwrite": True, "empty": ""}) == "overwrite=true&tags=a,b"


def test_response_signature_equals_the_vector() -> None:
    given = signature.sign_response("tests/logo.png", 1, "X7qLTrsES31MzxxkxPPA-pAGGfU")
    assert given == "08d3107a5b2ad82e7d82c0b972218fbf20b5b1e0"


def test_notification_is_verified_in_both_digests() -> None:
    for algorithm in ("sha1", "sha256"):
        given = signature.sign_notification(b'{"a":1}', 1549533514, "secret", algorithm)
        assert signature.verify_notification(b'{"a":1}', 1549533514, given, "secret")
        assert not signature.verify_notification(b'{"a":2}', 1549533514, given, "secret")
