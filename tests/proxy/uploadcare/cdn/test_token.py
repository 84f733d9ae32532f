"""Tokens of signed delivery: the vectors of the vendor's SDKs, and what must not open anything."""

import pytest

from media.errors import BadSignature
from proxy.dialects.uploadcare.cdn.token import Token, sign, take, verify

#: The secret, times and digests are those of pyuploadcare's own tests (2021-10-12, 300 seconds).
SECRET = "73636b61519adede42191efe1e73f02a67c7b692e3765f90c250c230be095211"
FILE = "52da3bfc-7cd8-4861-8b05-126fef7a6994"
UNTIL, NOW = 1_633_997_100, 1_633_996_800.0
ORIGINS = ("https://cdn.yourdomain.com", "http://cdn.yourdomain.com")
PLAIN = "81852547d9dbd9eefd24bee2cada6eab02244b9013533bc8511511923098df72"
WILD = "b2c7526a29d0588b121aa78bc2b2c9399bfb6e1cad3d95397efed722fdbc5a78"
BY_ADDRESS = "32b696b855ddc911b366f11dcecb75789adf6211a72c1dbdf234b83f22aaa368"
OPERATIONS = f"/{FILE}/-/resize/640x/other/transformations/"
SIGNED_OPERATIONS = "a3ae2b3e3adfcb5d41ca753598e19d17264ac87d2b0b828ccdac5136e63f2f1a"


def checked(token: str, path: str, *, now: float = NOW, secrets: tuple[str, ...] = (SECRET,)) -> Token:
    return verify([token], path, ORIGINS, secrets, now)


def made(fields: str, secret: str = SECRET, covered: str = "") -> str:
    return f"{fields}~hmac={sign(fields + covered, secret)}"


@pytest.mark.parametrize(
    ("token", "path", "is_exact"),
    [
        (f"exp={UNTIL}~acl=/{FILE}/~hmac={PLAIN}", f"/{FILE}/", True),
        (f"exp={UNTIL}~acl={OPERATIONS}~hmac={SIGNED_OPERATIONS}", OPERATIONS, True),
        (f"exp={UNTIL}~acl=/{FILE}/*~hmac={WILD}", f"/{FILE}/", False),
        (f"exp={UNTIL}~acl=/{FILE}/*~hmac={WILD}", f"/{FILE}/-/preview/100x100/", False),
        (f"exp={UNTIL}~hmac={BY_ADDRESS}", f"/{FILE}/", True),
    ],
)
def test_a_token_of_the_sdk_opens_its_path(token: str, path: str, is_exact: bool) -> None:
    assert checked(token, path).is_exact == is_exact
    escaped = token.replace("~", "%7E").replace("/", "%2F").replace("*", "%2A")
    assert checked(escaped, path) == checked(token, path)


@pytest.mark.parametrize(
    ("token", "path"),
    [
        (made(f"exp={UNTIL}~acl=/*"), f"/{FILE}/-/flip/"),
        (made(f"exp={UNTIL}~acl=/a/*!/{FILE}/*"), f"/{FILE}/photo.jpg"),
        (made(f"exp={UNTIL}~acl=%2f{FILE}%2f*"), f"/{FILE}/"),
        (made(f"st=1~exp={UNTIL}~acl=/*"), f"/{FILE}/"),
        (made(f"exp={UNTIL}", covered=f"~url=/{FILE}/"), f"/{FILE}/"),
        (made(f"exp={UNTIL}", covered=f"~url=%2f{FILE}%2f"), f"/{FILE}/"),
    ],
)  # fmt: skip
def test_other_forms_of_the_edge_open_too(token: str, path: str) -> None:
    assert checked(token, path).until == UNTIL


@pytest.mark.parametrize(
    ("token", "path", "now"),
    [
        ("", f"/{FILE}/", NOW),
        (f"exp={UNTIL}~acl=/{FILE}/~hmac={PLAIN}", f"/{FILE}/-/flip/", NOW),
        (f"exp={UNTIL}~acl=/{FILE}/~hmac={PLAIN}", "/other/", NOW),
        (f"exp={UNTIL}~acl=/{FILE}/~hmac={PLAIN}", f"/{FILE}/", UNTIL),
        (f"exp={UNTIL + 1}~acl=/{FILE}/~hmac={PLAIN}", f"/{FILE}/", NOW),
        (f"exp={UNTIL}~acl=/*~hmac={PLAIN}", f"/{FILE}/", NOW),
        (f"exp={UNTIL}~hmac={BY_ADDRESS}", f"/{FILE}/-/flip/", NOW),
        (f"exp={UNTIL}~hmac={PLAIN}", f"/{FILE}/", NOW),
        (made("acl=/*"), f"/{FILE}/", NOW),
        (made("exp=soon~acl=/*"), f"/{FILE}/", NOW),
        (made(f"exp={UNTIL}~st={UNTIL - 1}~acl=/*"), f"/{FILE}/", NOW),
        (made(f"exp={UNTIL}~acl=/*", "00" * 32), f"/{FILE}/", NOW),
        (made(f"exp={UNTIL}~acl=/*") + "0", f"/{FILE}/", NOW),
        (f"exp={UNTIL}~acl=/*~hmac=", f"/{FILE}/", NOW),
        (made(f"exp={UNTIL}~acl=/*") + "~" + "x" * 2048, f"/{FILE}/", NOW),
    ],
)
def test_anything_else_opens_nothing(token: str, path: str, now: float) -> None:
    with pytest.raises(BadSignature):
        checked(token, path, now=now)


def test_either_secret_opens_while_one_is_replaced() -> None:
    token = made(f"exp={UNTIL}~acl=/*", "ab" * 32)
    assert checked(token, "/x", secrets=(SECRET, "ab" * 32))
    with pytest.raises(BadSignature):
        checked(token, "/x")


def test_two_tokens_open_nothing_and_the_rest_of_a_query_stays_as_sent() -> None:
    token = made(f"exp={UNTIL}~acl=/*")
    with pytest.raises(BadSignature):
        verify([token, token], "/x", ORIGINS, (SECRET,), NOW)
    assert take(f"a=%20&token={token}&b") == ([token], "a=%20&b")
    assert take("") == ([], "")
