"""The guarded fetcher against names that lie and servers that misbehave (threats 11 to 24)."""

import asyncio
import gzip
import zlib
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest

from media.config import Origin
from media.errors import (
    Forbidden,
    LimitExceeded,
    MediaError,
    NotFound,
    OriginError,
    OriginTimeout,
    RequestError,
)
from media.network.origin import Fetched, OriginFetcher

MAX_BYTES = 10_000

#: What the fake resolver knows.
NAMES = {
    "public.example": ["93.184.216.34"],
    "inside.example": ["10.0.0.5"],
    "mixed.example": ["93.184.216.34", "127.0.0.1"],
    "metadata.example": ["169.254.169.254"],
    "mapped.example": ["::ffff:127.0.0.1"],
    "sixtofour.example": ["2002:7f00:1::"],
    "xn--bcher-kva.example": ["10.0.0.6"],
    "localhost": ["127.0.0.1"],
    "allowed.example": ["10.0.0.7"],
    "cdn.allowed.example": ["10.0.0.7"],
}

REFUSED = [
    # 11: here
    ("http://127.0.0.1/x.png", Forbidden, "public internet"),
    ("http://localhost/x.png", Forbidden, "local network"),
    ("http://shop.localhost/x.png", Forbidden, "local network"),
    ("http://0.0.0.0/x.png", Forbidden, "public internet"),
    ("http://[::]/x.png", Forbidden, "public internet"),
    ("http://[::1]:8000/x.png", Forbidden, "public internet"),
    # 12: metadata services
    ("http://169.254.169.254/latest/meta-data/", Forbidden, "public internet"),
    ("http://[fd00:ec2::254]/latest/", Forbidden, "public internet"),
    ("http://metadata.google.internal/computeMetadata/v1/", Forbidden, "local network"),
    ("http://metadata/", Forbidden, "local network"),
    ("http://metadata.example/", Forbidden, "public internet"),
    # 13: private networks
    ("http://10.0.0.1/", Forbidden, "public internet"),
    ("http://172.16.9.9/", Forbidden, "public internet"),
    ("http://192.168.0.1/", Forbidden, "public internet"),
    ("http://100.64.0.1/", Forbidden, "public internet"),
    ("http://[fc00::1]/", Forbidden, "public internet"),
    ("http://[fec0::1]/", Forbidden, "public internet"),
    ("http://inside.example/", Forbidden, "public internet"),
    ("http://redis/", Forbidden, "local network"),
    ("http://printer.local/", Forbidden, "local network"),
    # 14: spellings
    ("http://2130706433/", Forbidden, "four decimal numbers"),
    ("http://0177.0.0.1/", RequestError, "Invalid IPv4"),
    ("http://0x7f.0.0.1/", Forbidden, "four decimal numbers"),
    ("http://0x7f000001/", Forbidden, "four decimal numbers"),
    ("http://127.1/", Forbidden, "four decimal numbers"),
    ("http://0/", Forbidden, "four decimal numbers"),
    ("http://1.2.3.4.5/", Forbidden, "four decimal numbers"),
    ("http://localhost./", Forbidden, "not a host name"),
    ("http://public.example./", Forbidden, "not a host name"),
    ("http://127。0。0。1/", Forbidden, "public internet"),
    ("http://①②⑦.0.0.1/", RequestError, "cannot be read"),
    ("http://bücher.example/", Forbidden, "public internet"),
    ("http://user@public.example/", Forbidden, "user name"),
    ("http://user:secret@public.example/", Forbidden, "user name"),
    ("http://public.example%2eevil/", Forbidden, "not a host name"),
    ("http://-x.example/", Forbidden, "not a host name"),
    # 15: IPv4 inside IPv6
    ("http://[::ffff:127.0.0.1]/", Forbidden, "public internet"),
    ("http://[::127.0.0.1]/", Forbidden, "public internet"),
    ("http://[2002:7f00:1::]/", Forbidden, "public internet"),
    ("http://[64:ff9b::7f00:1]/", Forbidden, "public internet"),
    ("http://[2001:0:53aa:64c:0:0:80ff:fffe]/", Forbidden, "public internet"),
    ("http://[fe80::5efe:7f00:1]/", Forbidden, "public internet"),
    ("http://[fe80::1%25eth0]/", Forbidden, "resolved|public internet"),
    ("http://mapped.example/", Forbidden, "public internet"),
    ("http://sixtofour.example/", Forbidden, "public internet"),
    # 16: one private answer among public ones
    ("http://mixed.example/", Forbidden, "public internet"),
    # 18: other schemes
    ("file:///etc/passwd", RequestError, "http"),
    ("ftp://public.example/x", RequestError, "http"),
    ("data:image/png;base64,AAAA", RequestError, "http"),
    ("gopher://public.example/", RequestError, "http"),
    ("s3://foreign-bucket/x", RequestError, "http"),
    ("//public.example/x", RequestError, "http"),
    ("x.png", RequestError, "http"),
    ("", RequestError, "http"),
    ("http:///x.png", RequestError, "host"),
    ("http://public.example:99999/", RequestError, "port"),
    ("http://public.example:0/", RequestError, "port"),
    ("http://allowed.example\\@evil.example/", RequestError, "backslashes"),
    ("http://public.example/a b", RequestError, "spaces"),
    ("http://public.example/\n", RequestError, "spaces"),
    ("http://public.example/\x00", RequestError, "cannot be read"),
    ("http://unknown.example/", OriginError, "cannot be resolved"),
]

#: 19: allow-list tricks. The row that is on the list goes on to the next check.
ALLOW_LIST = [
    ("http://allowed.example/", "public internet"),
    ("http://ALLOWED.example/", "public internet"),
    ("http://cdn.allowed.example/", "public internet"),
    ("http://bücher.example/", "public internet"),
    ("http://allowed.example.evil/", "allowed origins"),
    ("http://evilallowed.example/", "allowed origins"),
    ("http://evil.example/allowed.example", "allowed origins"),
    ("http://evil.example?allowed.example", "allowed origins"),
    ("http://evil.example#.allowed.example", "allowed origins"),
    ("http://allowed.example@evil.example/", "user name"),
    ("http://public.example/", "allowed origins"),
]


async def resolve(host: str, port: int) -> Sequence[str]:
    if host not in NAMES:
        raise OSError("Name or service not known")
    return NAMES[host]


def refusal(url: str, settings: Origin) -> MediaError:
    async def fetch() -> Fetched:
        return await OriginFetcher(settings, resolve=resolve).fetch(url, max_bytes=MAX_BYTES)

    with pytest.raises(MediaError) as caught:
        asyncio.run(fetch())
    return caught.value


@pytest.mark.parametrize(("url", "kind", "words"), REFUSED)
def test_an_address_that_is_not_a_public_web_server_is_refused(url: str, kind: type[MediaError], words: str) -> None:
    error = refusal(url, Origin())
    assert type(error) is kind
    assert any(word in str(error) for word in words.split("|")), str(error)


@pytest.mark.parametrize(("url", "words"), ALLOW_LIST)
def test_the_allow_list_compares_whole_names(url: str, words: str) -> None:
    settings = Origin(allowed_hosts=("allowed.example", "*.allowed.example", "bücher.example"))
    error = refusal(url, settings)
    assert type(error) is Forbidden
    assert words in str(error)


def test_allow_private_does_not_open_the_metadata_service() -> None:
    assert type(refusal("http://169.254.169.254/", Origin(allow_private=True))) is Forbidden
    assert type(refusal("http://metadata.example/", Origin(allow_private=True))) is Forbidden


# --- a server that sends exactly these bytes --------------------------------------------------------------------


@dataclass
class ScriptedServer:
    """Answers the n-th connection to a path with the path's n-th script; the last one repeats."""

    scripts: dict[str, list[list[bytes | float]]]
    port: int = 0
    requests: list[bytes] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        self.requests.append(head)
        scripts = self.scripts[head.split(b" ")[1].decode()]
        try:
            for part in scripts.pop(0) if len(scripts) > 1 else scripts[0]:
                if isinstance(part, float):
                    await asyncio.sleep(part)
                else:
                    writer.write(part.replace(b"PORT", str(self.port).encode()))
                    await writer.drain()
        except ConnectionError:
            pass
        finally:
            writer.close()


def answer(status: str = "200 OK", body: bytes = b"picture", **headers: str) -> list[bytes | float]:
    fields = {"Content-Length": str(len(body)), **{name.replace("_", "-"): text for name, text in headers.items()}}
    lines = "".join(f"{name}: {text}\r\n" for name, text in fields.items() if text)
    return [f"HTTP/1.1 {status}\r\n{lines}\r\n".encode() + body]


def moved(location: str, status: str = "302 Found") -> list[list[bytes | float]]:
    return [answer(status, b"", Location=location)]


def chunked(*chunks: bytes | float) -> list[bytes | float]:
    head: list[bytes | float] = [b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"]
    return head + [part if isinstance(part, float) else b"%x\r\n%s\r\n" % (len(part), part) for part in chunks]


@asynccontextmanager
async def running(scripts: dict[str, list[list[bytes | float]]]) -> AsyncIterator[ScriptedServer]:
    server = ScriptedServer(scripts)
    listener = await asyncio.start_server(server.serve, "127.0.0.1", 0)
    server.port = listener.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        listener.close()


SETTINGS = Origin(allow_private=True, max_redirects=3)
HASTY = Origin(allow_private=True, total_timeout_seconds=0.3)


async def fetch_from(server: ScriptedServer, path: str = "/", settings: Origin = SETTINGS) -> Fetched:
    async with OriginFetcher(settings, resolve=resolve) as fetcher:
        return await fetcher.fetch(f"http://localhost:{server.port}{path}", max_bytes=MAX_BYTES)


def fetch(scripts: dict[str, list[list[bytes | float]]], path: str = "/", settings: Origin = SETTINGS) -> Fetched:
    async def run() -> Fetched:
        async with running(scripts) as server:
            return await fetch_from(server, path, settings)

    return asyncio.run(run())


GZIPPED = gzip.compress(b"picture")
BOMB = gzip.compress(b"\x00" * 5_000_000)

DELIVERED = {
    "plain": [answer()],
    "chunked": [chunked(b"pic", b"ture", b"")],
    "until the connection closes": [answer(Content_Length="")],
    "compressed although not asked for": [answer(body=GZIPPED, Content_Encoding="gzip")],
    "deflated although not asked for": [answer(body=zlib.compress(b"picture"), Content_Encoding="deflate")],
    "exactly at the cap": [answer(body=b"x" * MAX_BYTES)],
    "broken off once": [answer(Content_Length="99"), answer()],
    "closed without an answer once": [[b""], answer()],
}


@pytest.mark.parametrize("name", DELIVERED)
def test_a_source_is_delivered(name: str) -> None:
    fetched = fetch({"/": [*DELIVERED[name]]})
    assert fetched.body in (b"picture", b"x" * MAX_BYTES)


FAILING = [
    # 21, 22: too slow, too much, or lying about it
    ("slow loris in the body", [chunked(*[b"x", 0.05] * 40)], OriginTimeout),
    ("slow loris in the head", [[b"HTTP/1.1 200 OK\r\n", *[b"X: y\r\n", 0.05] * 40]], OriginTimeout),
    ("silence", [[2.0]], OriginTimeout),
    ("endless chunks", [chunked(*[b"x" * 1000] * 50)], LimitExceeded),
    ("endless body without a length", [answer(body=b"x" * 50_000, Content_Length="")], LimitExceeded),
    ("declared too long", [[b"HTTP/1.1 200 OK\r\nContent-Length: 10001\r\n\r\n", 0.5]], LimitExceeded),
    ("shorter than declared", [answer(Content_Length="50")], OriginError),
    ("a length that is no number", [answer(Content_Length="seven")], OriginError),
    ("two lengths", [[b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd"]], OriginError),
    ("gzip bomb", [answer(body=BOMB, Content_Encoding="gzip")], LimitExceeded),
    ("half a gzip", [answer(body=GZIPPED[:-4], Content_Encoding="gzip")], OriginError),
    ("gzip that is none", [answer(Content_Encoding="gzip")], OriginError),
    ("two encodings", [answer(body=gzip.compress(GZIPPED), Content_Encoding="gzip, gzip")], OriginError),
    ("brotli", [answer(Content_Encoding="br")], OriginError),
    # 23: origins that fail
    ("not found", [answer("404 Not Found")], NotFound),
    ("gone", [answer("410 Gone")], NotFound),
    ("unauthorized", [answer("401 Unauthorized")], NotFound),
    ("forbidden", [answer("403 Forbidden")], NotFound),
    ("teapot", [answer("418 I'm a teapot")], OriginError),
    ("no content", [answer("204 No Content", b"", Content_Length="")], OriginError),
    ("part of it", [answer("206 Partial Content")], OriginError),
    ("failing", [answer("500 Internal Server Error")], OriginError),
    ("unavailable", [answer("503 Service Unavailable")], OriginError),
    ("closed without an answer", [[b""]], OriginError),
    ("not HTTP", [[b"SSH-2.0-OpenSSH_9.2\r\n\r\n"]], OriginError),
    ("broken off twice", [chunked(b"half")], OriginError),
    # 17: redirects
    ("to an unspecified host", moved("http://0.0.0.0:PORT/x"), Forbidden),
    ("to the metadata service", moved("http://169.254.169.254/latest/"), Forbidden),
    ("to a name that resolves inside", moved("http://metadata.example/"), Forbidden),
    ("to a user name", moved("http://a@localhost:PORT/"), Forbidden),
    ("to a file", moved("file:///etc/passwd"), OriginError),
    ("to data", moved("data:image/png;base64,AAAA"), OriginError),
    ("to nowhere", moved(""), OriginError),
    ("without a location", [answer("302 Found", b"")], OriginError),
    ("to itself", moved("/"), OriginError),
    ("to itself with a fragment", moved("/#again"), OriginError),
    ("in a circle", moved("/circle"), OriginError),
    ("too often", moved("/1"), OriginError),
    ("not modified", [answer("304 Not Modified", b"", Content_Length="")], OriginError),
]

PATHS = {
    "/circle": moved("/"),
    "/1": moved("/2", "301 Moved Permanently"),
    "/2": moved("/3", "307 Temporary Redirect"),
    "/3": moved("/4", "308 Permanent Redirect"),
    "/4": [answer()],
}


@pytest.mark.parametrize(("script", "kind"), [row[1:] for row in FAILING], ids=[row[0] for row in FAILING])
def test_a_misbehaving_origin_is_one_error(script: list[list[bytes | float]], kind: type[MediaError]) -> None:
    with pytest.raises(MediaError) as caught:
        fetch({**PATHS, "/": script}, settings=HASTY if kind is OriginTimeout else SETTINGS)
    assert type(caught.value) is kind, caught.value
    assert "localhost" in str(caught.value) or kind is Forbidden


def test_redirects_are_followed_up_to_the_limit() -> None:
    fetched = fetch({**PATHS}, "/2")
    assert fetched.body == b"picture"
    assert fetched.final_url.endswith("/4")


def test_what_the_origin_says_about_the_source_is_kept() -> None:
    script = answer(ETag='"v1"', Last_Modified="Mon, 02 Nov 2026 10:00:00 GMT", Content_Type="image/png")
    fetched = fetch({"/x.png?size=2": [script]}, "/x.png?size=2")
    assert fetched.etag == '"v1"'
    assert fetched.last_modified == "Mon, 02 Nov 2026 10:00:00 GMT"
    assert fetched.content_type == "image/png"


def run_and_see(scripts: dict[str, list[list[bytes | float]]], times: int = 1) -> list[bytes]:
    async def run() -> list[bytes]:
        async with running(scripts) as server:
            for _ in range(times):
                await fetch_from(server)
            return [head.replace(str(server.port).encode(), b"PORT") for head in server.requests]

    return asyncio.run(run())


def test_the_origin_sees_the_name_and_nothing_of_the_client() -> None:
    heads = run_and_see({"/": [answer(Set_Cookie="session=1; Path=/")]}, times=2)
    assert {line.split(b":")[0].lower() for line in heads[0].split(b"\r\n")[1:] if line} == {
        b"host", b"user-agent", b"accept", b"accept-encoding", b"cdn-loop",
    }  # fmt: skip
    assert b"Host: localhost:PORT\r\n" in heads[0]
    assert heads[0] == heads[1]


def connect_to(addresses: list[Sequence[str]], settings: Origin = SETTINGS) -> tuple[Fetched, int]:
    """What a name gives whose answer changes with each question, and how often it was asked."""
    asked = 0

    async def changing(host: str, port: int) -> Sequence[str]:
        nonlocal asked
        asked += 1
        return addresses[min(asked, len(addresses)) - 1]

    async def run() -> Fetched:
        async with running({"/": [answer()]}) as server:
            fetcher = OriginFetcher(settings, resolve=changing)
            return await fetcher.fetch(f"http://cdn.example:{server.port}/", max_bytes=MAX_BYTES)

    return asyncio.run(run()), asked


def test_the_connection_goes_to_the_address_that_was_vetted() -> None:
    fetched, asked = connect_to([["127.0.0.1"], ["169.254.169.254"]])
    assert fetched.body == b"picture"
    assert asked == 1


def test_a_dead_address_is_followed_by_the_next() -> None:
    fetched, _ = connect_to([["127.9.9.9", "127.8.8.8", "127.0.0.1"]])
    assert fetched.body == b"picture"


def test_a_host_that_refuses_connections_is_an_origin_error() -> None:
    async def closed_port() -> int:
        async with running({}) as server:
            return server.port

    error = refusal(f"http://127.0.0.1:{asyncio.run(closed_port())}/", SETTINGS)
    assert type(error) is OriginError
    assert "cannot be reached" in str(error)


def test_a_slow_name_server_counts_against_the_deadline() -> None:
    async def slow(host: str, port: int) -> Sequence[str]:
        await asyncio.sleep(5)
        return ["93.184.216.34"]

    fetcher = OriginFetcher(Origin(total_timeout_seconds=0.05), resolve=slow)
    with pytest.raises(OriginTimeout):
        asyncio.run(fetcher.fetch("http://slow.example/", max_bytes=MAX_BYTES))
