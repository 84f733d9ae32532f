"""Connections of strangers, over raw sockets: whoever is slow, endless or too many is told so and let go."""

import contextlib
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import psutil
import pytest

from tests.attacks.conftest import HOT, Victim, eventually, running_proxy, upload
from tests.conftest import free_port
from tests.signing import signed

#: Short, so that tests are; what is asserted is that something ends, never when.
SERVER = {
    "header_timeout_seconds": 1.0,
    "transfer_timeout_seconds": 1.0,
    "min_bytes_per_second": 1000,
    "idle_timeout_seconds": 4,
    "max_header_bytes": 8192,
    "max_connections": 60,
}
HEAD = b"GET /health/live HTTP/1.1\r\nHost: a\r\n"
POST = b"POST /v1_1/demo/image/upload HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-www-form-urlencoded\r\n"
CHUNKED = POST + b"Transfer-Encoding: chunked\r\n\r\n"
LARGE = 8 * 1024 * 1024


@pytest.fixture(scope="module")
def strict(tmp_path_factory: pytest.TempPathFactory, redis_server: str) -> Iterator[Victim]:
    with running_proxy(tmp_path_factory.mktemp("strict"), redis_server, server=SERVER) as running:
        upload(running, "hot")
        yield running


def all_of(stranger: socket.socket) -> bytes:
    """What the server says until it hangs up."""
    said = b""
    with contextlib.suppress(ConnectionResetError):
        while piece := stranger.recv(65536):
            said += piece
    return said


def status(said: bytes) -> int:
    return int(said.split()[1]) if said else 0


def dribble(stranger: socket.socket, pieces: Iterator[bytes], pause: float = 0.1) -> None:
    """Send piece by piece, until the server hangs up."""
    with contextlib.suppress(OSError):
        for piece in pieces:
            stranger.sendall(piece)
            time.sleep(pause)


def forever(piece: bytes) -> Iterator[bytes]:
    while True:
        yield piece


def test_who_says_nothing_is_left_without_a_word(strict: Victim) -> None:
    with strict.connect() as stranger:
        assert all_of(stranger) == b""


@pytest.mark.parametrize("start", [b"G", HEAD, HEAD + b"A", HEAD + b"A: b", HEAD + b"A: b\r\n"])
def test_half_a_head_is_answered_408(strict: Victim, start: bytes) -> None:
    with strict.connect() as stranger:
        stranger.sendall(start)
        said = all_of(stranger)
    assert status(said) == 408
    assert b"no-store" in said


def test_a_head_that_dribbles_is_answered_408(strict: Victim) -> None:
    with strict.connect() as stranger:
        stranger.sendall(HEAD)
        dribble(stranger, forever(b"A: b\r\n"))
        assert status(all_of(stranger)) in (408, 0)


def test_the_second_head_of_a_connection_has_its_time_too(strict: Victim) -> None:
    with strict.connect() as stranger:
        stranger.sendall(HEAD + b"\r\n" + HEAD)
        assert [int(each.split()[0]) for each in all_of(stranger).split(b"HTTP/1.1 ")[1:]] == [200, 408]


def test_a_kept_connection_without_a_request_is_closed(strict: Victim) -> None:
    with strict.connect() as stranger:
        stranger.sendall(HEAD + b"\r\n")
        assert status(all_of(stranger)) == 200


LONG = {
    "an address": b"GET /" + b"a" * 9000 + b" HTTP/1.1\r\nHost: a\r\n\r\n",
    "a header": HEAD + b"A: " + b"b" * 9000 + b"\r\n\r\n",
    "a name": HEAD + b"a" * 9000 + b": b\r\n\r\n",
    "headers": HEAD + b"A: b\r\n" * 2000 + b"\r\n",
    "an endless address": b"GET /" + b"a" * 2_000_000,
    "an endless header": HEAD + b"A: " + b"b" * 2_000_000,
    "endless headers": HEAD + b"A: b\r\n" * 300_000,
}


@pytest.mark.parametrize("name", LONG)
def test_a_long_head_is_answered_431(strict: Victim, name: str) -> None:
    before = strict.memory
    with strict.connect() as stranger:
        dribble(stranger, iter([LONG[name]]), 0)
        assert status(all_of(stranger)) == 431
    assert strict.memory - before < LARGE


SLOW_BODIES = {
    "nothing of it": (POST + b"Content-Length: 100\r\n\r\n", b""),
    "a byte now and then": (POST + b"Content-Length: 100000\r\n\r\na=", b"x"),
    "a chunk now and then": (CHUNKED, b"1\r\nx\r\n"),
    "a file": (
        POST.replace(b"application/x-www-form-urlencoded", b"multipart/form-data; boundary=X")
        + b"Content-Length: 100000\r\n\r\n--X\r\nContent-Disposition: form-data; name=file; filename=a\r\n\r\n",
        b"x",
    ),
}


@pytest.mark.parametrize("name", SLOW_BODIES)
def test_a_body_that_is_too_slow_is_answered_408(strict: Victim, name: str) -> None:
    head, piece = SLOW_BODIES[name]
    with strict.connect() as stranger:
        stranger.sendall(head)
        if piece:
            dribble(stranger, (piece for _ in range(30)))
        assert status(all_of(stranger)) in (408, 0)


def test_a_body_that_is_slow_but_comes_is_read(strict: Victim) -> None:
    """Twice as fast as it must be, over several windows."""
    with strict.connect() as visitor:
        visitor.sendall(POST + b"Content-Length: 8000\r\n\r\na=")
        dribble(visitor, iter([b"x" * 200] * 39 + [b"x" * 198]))
        answer = visitor.recv(65536)
    assert status(answer) == 400
    assert b"Upload preset must be specified" in answer


FRAMING = {
    "chunks of a byte": CHUNKED + b"1\r\nx\r\n" * 100_000,
    "extensions of chunks": CHUNKED + (b"1;" + b"a" * 1000 + b"\r\nx\r\n") * 100,
    "an endless extension": CHUNKED + b"1;" + b"a" * 1_000_000,
    "trailers": CHUNKED + b"0\r\n" + b"A: b\r\n" * 100_000,
    "an endless trailer": CHUNKED + b"0\r\nA: " + b"b" * 1_000_000,
}


@pytest.mark.parametrize("name", FRAMING)
def test_a_body_of_nothing_but_framing_is_refused(strict: Victim, name: str) -> None:
    with strict.connect() as stranger:
        dribble(stranger, iter([FRAMING[name]]), 0)
        assert status(all_of(stranger)) in (400, 408, 0)


def test_a_small_body_may_follow_a_large_one(strict: Victim) -> None:
    """SDKs send the pieces of a file over one connection, the last of them the smallest."""
    address = f"http://127.0.0.1:{strict.port}/v1_1/demo/raw/upload"
    with httpx.Client() as sdk:
        for size in (200_000, 70_000, 10):
            answer = sdk.post(address, data=signed({"public_id": f"{size}.bin"}), files={"file": b"a" * size})
            assert answer.status_code == 200, answer.text


def test_a_trailer_is_no_header(strict: Victim) -> None:
    body = b"4\r\na=bc\r\n0\r\nAuthorization: Basic ZGVtby1rZXk6ZGVtby1zZWNyZXQ=\r\n\r\n"
    with strict.connect() as stranger:
        stranger.sendall(CHUNKED + body)
        assert b"Upload preset must be specified" in stranger.recv(65536)


#: Two readers of these could disagree on where the request ends.
AMBIGUOUS = {
    "two lengths": b"Content-Length: 4\r\nContent-Length: 5\r\n\r\na=bcd",
    "the same length twice": b"Content-Length: 4\r\nContent-Length: 4\r\n\r\na=bc",
    "a length and chunks": b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "chunks and a length": b"Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n",
    "an unknown coding": b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
    "chunks that are not last": b"Transfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n",
    "a length of letters": b"Content-Length: 4a\r\n\r\na=bc",
    "a negative length": b"Content-Length: -4\r\n\r\na=bc",
    "a signed length": b"Content-Length: +4\r\n\r\na=bc",
    "an endless length": b"Content-Length: " + b"9" * 40 + b"\r\n\r\na=bc",
    "a space before the colon": b"Content-Length : 4\r\n\r\na=bc",
    "a null": b"A: \0\r\n\r\n",
    "a chunk of letters": b"Transfer-Encoding: chunked\r\n\r\nzz\r\n",
    "a chunk without end": b"Transfer-Encoding: chunked\r\n\r\n" + b"f" * 40 + b"\r\n",
}


@pytest.mark.parametrize("name", AMBIGUOUS)
def test_a_request_that_ends_in_two_places_is_refused(strict: Victim, name: str) -> None:
    with strict.connect() as stranger:
        stranger.sendall(POST + AMBIGUOUS[name])
        said = all_of(stranger)
    assert (status(said), said.count(b"HTTP/1.1")) == (400, 1), said


@pytest.mark.parametrize("line", [b"", b"GET", b"GET / HTTP/9.9", b"\x16\x03\x01\x02\x00", b"PRI * HTTP/2.0"])
def test_what_is_no_request_is_refused(strict: Victim, line: bytes) -> None:
    with strict.connect() as stranger:
        stranger.sendall(line + b"\r\nHost: a\r\n\r\n")
        assert status(all_of(stranger)) in (400, 408, 0)


def test_requests_in_a_row_are_answered_in_a_row(strict: Victim) -> None:
    with strict.connect() as visitor:
        visitor.sendall((HEAD + b"\r\n") * 3)
        assert all_of(visitor).count(b"200 OK") == 3


def test_who_takes_no_answer_is_let_go(strict: Victim) -> None:
    address = f"http://127.0.0.1:{strict.port}"
    fields = signed({"public_id": "large.bin"})
    stored = httpx.post(f"{address}/v1_1/demo/raw/upload", data=fields, files={"file": bytes(LARGE)}, timeout=30)
    assert stored.status_code == 200, stored.text
    before = connections(strict)
    with strict.connect() as stranger:
        stranger.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        stranger.sendall(b"GET /demo/raw/upload/large.bin HTTP/1.1\r\nHost: a\r\n\r\n")
        assert eventually(lambda: connections(strict) <= before)


REMOVAL = b"/demo/image/upload/e_background_removal/hot.png"


def test_who_leaves_before_the_answer_is_counted_and_waited_for_no_more(strict: Victim) -> None:
    before = strict.count("client_closed")
    for method in (b"GET", b"HEAD"):
        with strict.connect() as visitor:
            visitor.sendall(method + b" " + REMOVAL + b" HTTP/1.1\r\nHost: a\r\nPrefer: wait=25\r\n\r\n")
            time.sleep(0.5)
    assert eventually(lambda: strict.count("client_closed") == before + 2)


def test_who_leaves_in_the_middle_of_a_body_is_counted(strict: Victim) -> None:
    before = strict.count("client_closed")
    with strict.connect() as visitor:
        visitor.sendall(POST + b"Content-Length: 1000\r\n\r\na=")
    assert eventually(lambda: strict.count("client_closed") == before + 1)


def test_hundreds_of_half_open_connections_are_gone_soon_and_stop_nobody(strict: Victim) -> None:
    with contextlib.ExitStack() as crowd:
        for number in range(900):
            stranger = crowd.enter_context(strict.connect())
            with contextlib.suppress(OSError):
                stranger.sendall(HEAD)
            if number % 100 == 0:
                # Whoever has waited a moment makes room for who comes with a request.
                assert eventually(lambda: strict.ask("GET", HOT)[0] == 200)
        assert eventually(lambda: connections(strict) == 0)


def connections(victim: Victim) -> int:
    found = psutil.Process(victim.process.pid).net_connections("tcp")
    return len([each for each in found if each.laddr.port == victim.port and each.status == psutil.CONN_ESTABLISHED])


def test_a_request_names_one_host(strict: Victim) -> None:
    hosts = {b"": 400, b"Host: a\r\nHost: a\r\n": 400, b"Host: a/b\r\n": 400, b"Host: a\r\n": 200}
    for lines, expected in hosts.items():
        with strict.connect() as stranger:
            stranger.sendall(b"GET /health/live HTTP/1.1\r\n" + lines + b"Connection: close\r\n\r\n")
            said = all_of(stranger)
        assert (status(said), b"no-store" in said) == (expected, True), lines
    with strict.connect() as balancer:
        balancer.sendall(b"GET /health/live HTTP/1.0\r\n\r\n")
        assert status(all_of(balancer)) == 200


def test_an_upload_is_answered_before_a_file_that_would_not_be_kept(strict: Victim) -> None:
    part = b"--X\r\nContent-Disposition: form-data; name="
    texts = {b"api_key": b"demo-key", b"timestamp": b"1", b"signature": b"wrong"}
    form = b"".join(part + name + b"\r\n\r\n" + value + b"\r\n" for name, value in texts.items())
    head = POST.replace(b"application/x-www-form-urlencoded", b"multipart/form-data; boundary=X")
    with strict.connect() as stranger:
        stranger.sendall(head + b"Content-Length: 1000000\r\n\r\n" + form + part + b"file; filename=a\r\n\r\nabc")
        # The rest is never sent.
        answer = stranger.recv(65536)
    assert (status(answer), b"Invalid Signature" in answer) == (401, True)


def test_metrics_have_a_port_of_their_own(tmp_path: Path, redis_server: str) -> None:
    port = free_port()
    with running_proxy(tmp_path, redis_server, server={"metrics_port": port}) as victim:
        there = Victim(port, victim.process)
        assert (victim.ask("GET", "/metrics")[0], there.ask("GET", "/metrics")[0]) == (404, 200)
        assert (victim.ask("GET", "/")[0], there.ask("GET", "/")[0]) == (200, 404)
        assert (victim.ask("GET", "/health/live")[0], there.ask("GET", "/health/live")[0]) == (200, 200)
