"""A stranger's picture takes its own request with it, and nothing else."""

import signal
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from media.errors import SourceError, Unavailable, UnsupportedFormat
from media.formats.isolated import write
from media.formats.source import open_source
from media.formats.table import FORMATS, LONG
from media.isolation import children as isolation
from media.isolation.children import Children, instead, start
from media.language.chain import Output
from tests.media import pictures
from tests.media.rendering import rendered

MOST = 10**9


def bmp(width: int = 30, height: int = 20) -> bytes:
    return rendered(pictures.png(width, height), output=Output(("bmp",))).body


def decoded(body: bytes) -> tuple[int, int]:
    frame = open_source(body, max_pixels=MOST).first_frame()
    return frame.width, frame.height


def test_a_child_is_used_again() -> None:
    pool = Children(most=1)
    with instead(pool):
        decoded(bmp())
        first = pool._idle[0].process.pid
        decoded(bmp())
        assert pool._idle[0].process.pid == first
    pool.close()


def test_what_a_child_has_forgotten_is_sent_again() -> None:
    pool = Children(most=1)
    with instead(pool):
        first, second = (open_source(bmp(width), max_pixels=MOST) for width in (30, 40))
        assert [each.first_frame().width for each in (second, first, second)] == [40, 30, 40]
    pool.close()


def test_errors_of_a_child_are_those_of_the_codec() -> None:
    with pytest.raises(SourceError, match="bmp"):
        decoded(bmp()[:-10])


def _memory(pool: Children) -> None:
    pool._memory_bytes = 120 << 20


def _time(pool: Children) -> None:
    pool._seconds = 0.001


TROUBLES: dict[str, tuple[Callable[[Children], None], str]] = {
    "grows too large": (_memory, "memory|gave up"),
    "takes too long": (_time, "longer than 0.001 seconds"),
}


@pytest.mark.parametrize("trouble", TROUBLES)
def test_a_task_in_trouble_takes_only_its_own_request(trouble: str) -> None:
    cause, message = TROUBLES[trouble]
    pool = Children(most=1)
    cause(pool)
    body = bmp(6000, 5000)
    with instead(pool), pytest.raises((SourceError, Exception), match=message) as caught:
        decoded(body)
    assert getattr(caught.value, "status", 0) in (413, 422)
    pool._memory_bytes, pool._seconds = isolation.MEMORY_BYTES, isolation.SECONDS
    with instead(pool):
        assert decoded(bmp()) == (30, 20)
    pool.close()


def test_a_crash_takes_only_its_own_request() -> None:
    pool = Children(most=1)
    with instead(pool):
        decoded(bmp())
        victim = pool._idle[0].process
        # It stands still when it is asked, and is killed once it was taken.
        victim.send_signal(signal.SIGSTOP)
        threading.Thread(target=_kill_once_taken, args=(pool, victim)).start()
        with pytest.raises(SourceError, match="gave up"):
            decoded(bmp())
        assert decoded(bmp()) == (30, 20)
    pool.close()


def _kill_once_taken(pool: Children, victim: subprocess.Popen[bytes]) -> None:
    while pool._idle:
        time.sleep(0.01)
    victim.kill()


def test_a_child_that_died_while_idle_is_replaced() -> None:
    pool = Children(most=1)
    with instead(pool):
        decoded(bmp())
        pool._idle[0].process.kill()
        pool._idle[0].process.wait()
        assert decoded(bmp()) == (30, 20)
    pool.close()


def test_a_child_of_one_key_serves_no_other() -> None:
    pool = Children(most=2)
    pool.run("ready", {}, key="font:a")
    pool.run("ready", {}, key="font:b")
    assert sorted(child.key for child in pool._idle) == ["font:a", "font:b"]
    pool.close()


def test_a_full_pool_is_a_busy_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(isolation, "PLACE_SECONDS", 0.01)
    pool = Children(most=1)
    with pool._places, pytest.raises(Unavailable):
        pool.run("ready", {})


def test_a_child_ends_with_its_parent() -> None:
    child = start("", 5, 1 << 30)
    child.line.close()
    assert child.process.wait(timeout=30) == 0


def test_a_child_sees_no_secret_of_our_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUTOUT_STORE__SECRET_KEY", "hidden")
    child = start("", 5, 1 << 30)
    deadline = time.monotonic() + 10
    seen = b""
    while b"PYTHONPATH" not in seen and time.monotonic() < deadline:
        seen = Path(f"/proc/{child.process.pid}/environ").read_bytes()
    assert b"PYTHONPATH" in seen
    assert b"hidden" not in seen
    child.kill()


SAVED = {
    "avif": {**FORMATS["avif"].options, "keep": "icc:exif:xmp:iptc"},
    "gif": {**FORMATS["gif"].options, "keep": "none"},
    "png": {**FORMATS["png"].options, "palette": True, "keep": "exif"},
}


@pytest.mark.parametrize("moves", [False, True])
@pytest.mark.parametrize("name", SAVED)
def test_a_child_writes_what_this_process_would(name: str, moves: bool) -> None:
    source = open_source(pictures.animation(".gif") if moves else pictures.jpeg(), max_pixels=MOST)
    picture = source.pixels(pages=() if name == "gif" else (1,))
    here, there = (write(picture, FORMATS[name], SAVED[name], price=price) for price in (0, LONG + 1))
    assert here == there


def test_what_is_not_an_image_never_reaches_a_child() -> None:
    pool = Children(most=1)
    with instead(pool), pytest.raises(UnsupportedFormat):
        open_source(b"nothing", max_pixels=MOST)
    assert pool._idle == []
