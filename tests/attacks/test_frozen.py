"""Bodies that once froze a running proxy: no other request notices them now, and they cost no more than bytes cost."""

import time

import pytest

from tests.attacks.conftest import Victim, stays_hot

MEGABYTES = 20
SIZE = MEGABYTES * 1024 * 1024
FORM, JSON = "application/x-www-form-urlencoded", "application/json"
MULTIPART = "multipart/form-data; boundary=X"
HEAD = b"--X\r\nContent-Disposition: form-data; name=%b\r\n\r\n"
TEXT, FILE = HEAD % b"a", HEAD % b"file; filename=a"


def filled(start: bytes, repeated: bytes, size: int = SIZE) -> bytes:
    return start + repeated * (size // len(repeated))


#: What was sent → content type and body. The first two stopped everything for 16 s.
BODIES: dict[str, tuple[str, bytes]] = {
    "escapes": (FORM, filled(b"a=", b"%41")),
    "lists": (JSON, filled(b'{"a":[', b"[],")),
    "brackets": (JSON, filled(b"", b"[")),
    "objects": (JSON, filled(b"", b'{"a":')),
    "pairs": (FORM, filled(b"", b"a=b&")),
    "one long name": (FORM, filled(b"", b"a")),
    "an escaped source": (FORM, filled(b"file=", b"%41")),
    "a plain data URI": (FORM, filled(b"file=data:,", b"%41")),
    "fields": (MULTIPART, filled(b"", TEXT + b"\r\n")),
    "almost the end": (MULTIPART, filled(TEXT, b"\r\n--Y")),
    "a delimiter that is none": (MULTIPART, filled(FILE, b"\r\n--XY")),
    "line ends": (MULTIPART, filled(FILE, b"\r\n")),
    "a head": (MULTIPART, filled(b"--X\r\n", b"A: b\r\n")),
    # Within the budget of text: what is read, and refused for another reason.
    "a megabyte of escapes": (FORM, filled(b"a=", b"%41", 1_000_000)),
    "half a megabyte of lists": (JSON, filled(b'{"a":[', b"[],", 149_000) + b"[]]}"),
}
PATHS = ("/v1_1/demo/image/upload", "/v1.0/removebg")
KEY = {"x-api-key": "demo-token"}


#: One of each syntax, and what is not refused by its size.
FELT = ("escapes", "lists", "almost the end", "a megabyte of escapes")


@pytest.mark.parametrize("name", FELT)
def test_hot_answers_stay_hot_while_it_is_refused(victim: Victim, name: str) -> None:
    content_type, body = BODIES[name]
    before = victim.memory

    def attack() -> None:
        for path in PATHS * 2:
            status, _ = victim.ask("POST", path, body, {"content-type": content_type, **KEY})
            assert 400 <= status < 500
            time.sleep(0.02)

    assert stays_hot(victim, attack)
    assert victim.memory - before < 2 * SIZE


@pytest.mark.parametrize("name", BODIES)
def test_refusing_it_costs_about_what_reading_costs(victim: Victim, name: str) -> None:
    """The reference is the same number of bytes in a file."""
    content_type, body = BODIES[name]
    cost = min(work_of(victim, MULTIPART, filled(FILE, b"x")) for _ in range(3))
    assert min(work_of(victim, content_type, body) for _ in range(3)) <= 3 * cost


def work_of(victim: Victim, content_type: str, body: bytes) -> float:
    before = victim.work
    for path in PATHS * 2:
        victim.ask("POST", path, body, {"content-type": content_type, **KEY})
    return victim.work - before
