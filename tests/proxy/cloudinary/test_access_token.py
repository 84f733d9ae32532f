"""Tokens equal those of the SDKs (tests/vectors/cloudinary_tokens.tsv), and open nothing but what they say."""

import pytest

from media.errors import BadSignature
from proxy.dialects.cloudinary import access_token
from proxy.dialects.cloudinary.access_token import Use
from tests.proxy.cloudinary.vectors import read_tsv

ROWS = read_tsv("cloudinary_tokens.tsv")
KEY = "00112233FF99"
PATH = "/demo/image/authenticated/cat.jpg"
LIMITS = {"st": "100", "exp": "200"}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["path"])
def test_token_equals_the_vector(row: dict[str, str]) -> None:
    limits = dict(part.split("=") for part in row["limits"].split("~"))
    assert access_token.make(limits, row["path"], row["key"]) == row["token"]
    access_token.verify(row["token"], Use(row["path"], now=float(limits.get("st", 1))), row["key"])


@pytest.mark.parametrize(
    ("use", "why"),
    [
        (Use(PATH, now=50), "not valid yet"),
        (Use(PATH, now=201), "expired"),
        (Use("/demo/image/authenticated/dog.jpg", now=150), "signature is wrong"),
    ],
)
def test_token_is_refused_outside_its_limits(use: Use, why: str) -> None:
    with pytest.raises(BadSignature, match=why):
        access_token.verify(access_token.make(LIMITS, PATH, KEY), use, KEY)


def test_access_list_covers_paths_by_pattern() -> None:
    token = access_token.make({**LIMITS, "acl": access_token.escape("/demo/image/*") + "!%2fother%2f*"}, "", KEY)
    access_token.verify(token, Use(PATH, now=150), KEY)
    access_token.verify(token, Use("/other/x", now=150), KEY)
    with pytest.raises(BadSignature, match="does not cover"):
        access_token.verify(token, Use("/demo/video/x", now=150), KEY)


def test_address_must_be_the_one_in_the_token() -> None:
    token = access_token.make({**LIMITS, "ip": "10.0.0.1"}, PATH, KEY)
    access_token.verify(token, Use(PATH, now=150, address="10.0.0.1"), KEY)
    with pytest.raises(BadSignature, match="another address"):
        access_token.verify(token, Use(PATH, now=150, address="10.0.0.2"), KEY)


@pytest.mark.parametrize("token", ["", "hmac", "hmac=", "st=1~exp=2", "st=1~st=2~who=me~hmac=00", "exp=é~hmac=00"])
def test_malformed_token_is_refused(token: str) -> None:
    with pytest.raises(BadSignature):
        access_token.verify(token, Use(PATH, now=150), KEY)


def test_token_with_a_time_that_is_none_is_refused() -> None:
    token = access_token.make({"exp": "soon"}, PATH, KEY)
    with pytest.raises(BadSignature, match="time in seconds"):
        access_token.verify(token, Use(PATH, now=150), KEY)
