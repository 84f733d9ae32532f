import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from media.config import ConfigError, StoreSettings
from media.errors import Unavailable
from media.records.catalog import Catalog
from media.records.documents import process_lock
from media.stores import open_store
from media.stores.filesystem import FilesystemStore
from media.stores.memory import MemoryStore
from media.stores.s3 import S3Store
from tests.media.records.test_catalog import assert_no_update_is_lost
from tests.stores import servers
from tests.stores.contract import StoreContract


class S3Contract(StoreContract):
    moves_at_once = False
    many = 1050

    @pytest.fixture(scope="class")
    def opened(self, server: StoreSettings) -> tuple[S3Store, servers.TestBucket]:
        bucket = servers.TestBucket(server)
        return S3Store(server), bucket

    @pytest.fixture
    def store(self, opened: tuple[S3Store, servers.TestBucket]) -> Iterator[S3Store]:
        store, bucket = opened
        yield store
        bucket.empty()


class TestMoto(S3Contract):
    @pytest.fixture(scope="class")
    def server(self) -> Iterator[StoreSettings]:
        with servers.moto() as settings:
            yield settings

    @pytest.mark.parametrize("proxies", [1, 2])
    def test_no_update_of_fifty_parallel_writers_is_lost(self, store: S3Store, proxies: int) -> None:
        assert_no_update_is_lost([Catalog(store) for _ in range(proxies)])


class TestRclone(S3Contract):
    conditional = False

    @pytest.fixture(scope="class")
    def server(self, tmp_path_factory: pytest.TempPathFactory) -> Iterator[StoreSettings]:
        with servers.rclone(tmp_path_factory.mktemp("rclone")) as settings:
            yield settings

    def test_no_update_of_fifty_parallel_writers_is_lost(self, store: S3Store) -> None:
        lock = process_lock()
        assert_no_update_is_lost([Catalog(store, lock=lock) for _ in range(2)])

    def test_the_lock_is_announced_once(self, server: StoreSettings, caplog: pytest.LogCaptureFixture) -> None:
        S3Store(server)
        assert [record.message for record in caplog.records if "ignores conditional writes" in record.message] == [
            f"The S3 server at {server.endpoint} ignores conditional writes; "
            "catalog changes take a lock in Redis instead."
        ]

    def test_a_wrong_secret_is_one_sentence(self, server: StoreSettings) -> None:
        with pytest.raises(Unavailable, match="The secret key is wrong"):
            S3Store(replace(server, secret_key="wrong"))


def test_a_restarted_server_has_everything_again(tmp_path: Path) -> None:
    with servers.rclone(tmp_path) as settings:
        S3Store(settings).put("source/photo", b"pixels")
    with servers.rclone(tmp_path) as again:
        store = S3Store(replace(again, prefix=settings.prefix))
        blob = store.get("source/photo")
        assert blob is not None
        assert blob.body == b"pixels"
        assert list(store.keys("")) == ["source/photo"]


if servers.given():

    class TestGivenServer(S3Contract):
        @pytest.fixture(scope="class")
        def server(self) -> StoreSettings:
            settings = servers.given()
            assert settings is not None
            return settings

        def test_store_finds_out_whether_conditions_are_enforced(self, store: S3Store) -> None:
            assert store.conditional in (True, False)


# --- a server that fails as told -------------------------------------------------------------------------------

#: Status, S3 code or body, how many bytes of the body arrive (all if None).
Script = tuple[int, str, int | None]
BODY = "pixels" * 100
GOOD: Script = (200, BODY, None)
CUT: Script = (200, BODY, 7)
HIDDEN: Script = (403, "AccessDenied", None)
BROKEN: Script = (500, "InternalError", None)
BUSY: Script = (503, "SlowDown", None)

READS = [
    ([GOOD], BODY),
    ([CUT, GOOD], BODY),
    ([CUT, CUT], "The store cannot be reached"),
    ([BUSY, GOOD], BODY),
    ([BROKEN, BROKEN, GOOD], BODY),
    ([BROKEN], "The store answered InternalError"),
    ([BUSY], "The store asks to slow down"),
    ([HIDDEN], "The credentials do not permit this"),
    ([(404, "NoSuchBucket", None)], "The bucket does not exist"),
    ([(404, "NoSuchKey", None)], ""),
]

#: What a write whose condition does not hold is answered → whether the store counts as conditional.
PROBES = [
    ((412, "PreconditionFailed", None), True),
    ((409, "ConditionalRequestConflict", None), True),
    ((501, "NotImplemented", None), False),
    ((400, "InvalidArgument", None), False),
    ((200, "", None), False),
]


class Faulty(BaseHTTPRequestHandler):
    """``reads`` answer GET one after the other, the last one repeats; ``conditional`` answers such a PUT."""

    reads: list[Script]
    conditional: Script
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.answer(self.reads.pop(0) if len(self.reads) > 1 else self.reads[0])

    def do_PUT(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        has_condition = self.headers["If-Match"] or self.headers["If-None-Match"]
        self.answer(self.conditional if has_condition else (200, "", None))

    def do_DELETE(self) -> None:
        self.answer((200, "", None))

    def answer(self, script: Script) -> None:
        status, text, arriving = script
        body = text.encode() if status == 200 else f"<Error><Code>{text}</Code></Error>".encode()
        self.send_response(status)
        self.send_header("ETag", '"etag"')
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[:arriving])
        self.close_connection = arriving is not None

    def log_message(self, *arguments: object) -> None:
        pass


@contextmanager
def faulty(reads: list[Script], conditional: Script = PROBES[0][0]) -> Iterator[S3Store]:
    kind = type("Scripted", (Faulty,), {"reads": [*reads], "conditional": conditional})
    with ThreadingHTTPServer(("127.0.0.1", 0), kind) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        try:
            yield S3Store(settings_for(server.server_port))
        finally:
            server.shutdown()


def settings_for(port: int, bucket: str = "bucket") -> StoreSettings:
    return StoreSettings(
        kind="s3", endpoint=f"http://127.0.0.1:{port}", bucket=bucket, access_key="key", secret_key="secret"
    )


@pytest.mark.parametrize(("reads", "expected"), READS)
def test_a_read_survives_what_passes_and_says_what_does_not(reads: list[Script], expected: str) -> None:
    with faulty(reads) as store:
        if expected in (BODY, ""):
            blob = store.get("key")
            assert (blob.body.decode() if blob else "") == expected
        else:
            with pytest.raises(Unavailable, match=expected):
                store.get("key")


@pytest.mark.parametrize(("answer", "conditional"), PROBES)
def test_a_server_that_does_not_know_conditions_is_told_from_one_that_does(answer: Script, conditional: bool) -> None:
    with faulty([GOOD], answer) as store:
        assert store.conditional is conditional


def test_a_missing_bucket_is_one_sentence() -> None:
    with servers.moto() as settings, pytest.raises(Unavailable, match="The bucket does not exist"):
        S3Store(replace(settings, bucket="nobody-made-this"))


def test_a_server_that_is_down_is_unavailable() -> None:
    with pytest.raises(Unavailable, match="cannot be reached"):
        S3Store(settings_for(servers.free_port()))


SETTINGS = [
    (StoreSettings(kind="s3"), r"store\.bucket must name a bucket"),
    (StoreSettings(kind="s3", bucket="b", endpoint="no url"), r"store\.endpoint must be a URL"),
    (StoreSettings(kind="tape"), r"store\.kind must be one of memory, filesystem, s3, got 'tape'"),
]


@pytest.mark.parametrize(("settings", "words"), SETTINGS)
def test_settings_that_make_no_store_are_one_sentence(settings: StoreSettings, words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        open_store(settings)


def test_each_kind_opens_its_store(tmp_path: Path) -> None:
    assert isinstance(open_store(StoreSettings(kind="memory")), MemoryStore)
    assert isinstance(open_store(StoreSettings(path=str(tmp_path))), FilesystemStore)
    with servers.moto() as settings:
        servers.TestBucket(settings)
        assert isinstance(open_store(settings), S3Store)
